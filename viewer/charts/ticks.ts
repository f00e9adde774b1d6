import { forward, inverse, type Scale } from "./scale.ts";

/** A labelled place on an axis. */
export interface Tick {
  /** On the plotted, transformed scale. */
  readonly at: number;
  readonly label: string;
}

/** Decades of a log axis that show 2 and 5 between them. */
const FEW_DECADES = 2;

/** Round places between two values of a linear axis, about as many as wanted: steps of 1, 2 or 5 times a power of ten. */
export function linearTicks(low: number, high: number, wanted: number, leastStep = 0): Tick[] {
  const step = Math.max(niceStep((high - low) / Math.max(1, wanted)), leastStep);
  if (!Number.isFinite(step) || step <= 0) return [];
  const values: number[] = [];
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  for (let i = first; i <= last; i++) values.push(roundTo(i * step, step));
  const label = labeller(values, step);
  return values.map((value) => ({ at: value, label: label(value) }));
}

/** Places on a log or symlog axis, whose ends are given on the transformed scale. */
export function logTicks(scale: Scale, low: number, high: number, most: number): Tick[] {
  const values = scale.kind === "log" ? powers(low, high) : symmetricPowers(scale, low, high);
  const shown = values.filter((value) => isWithin(forward(scale, value), low, high));
  // Less than a decade in view: round numbers say more than powers.
  if (shown.length < 2) return roundOnLog(scale, low, high, most);
  const every = Math.ceil(shown.length / Math.max(1, most));
  return shown
    .filter((_, i) => i % every === 0)
    .map((value) => ({ at: forward(scale, value), label: powerLabel(value) }));
}

/** The step of 1, 2 or 5 times a power of ten that is nearest in proportion. */
export function niceStep(wanted: number): number {
  const power = 10 ** Math.floor(Math.log10(wanted));
  const factor = wanted / power;
  if (factor <= Math.SQRT2) return power;
  if (factor <= Math.sqrt(10)) return 2 * power;
  return factor <= Math.sqrt(50) ? 5 * power : 10 * power;
}

function powers(low: number, high: number): number[] {
  const factors = high - low <= FEW_DECADES ? [1, 2, 5] : [1];
  const values: number[] = [];
  for (let power = Math.floor(low); power <= Math.ceil(high); power++) {
    for (const factor of factors) values.push(roundTo(factor * 10 ** power, 10 ** power));
  }
  return values;
}

function symmetricPowers(scale: Scale, low: number, high: number): number[] {
  const size = Math.max(Math.abs(inverse(scale, low)), Math.abs(inverse(scale, high)));
  const first = Math.round(Math.log10(scale.threshold));
  const last = Math.floor(Math.log10(size) + 1e-9);
  const values = [0];
  for (let power = first; power <= last; power++) {
    const value = roundTo(10 ** power, 10 ** power);
    values.push(value);
    values.unshift(-value);
  }
  return values;
}

function roundOnLog(scale: Scale, low: number, high: number, most: number): Tick[] {
  const ticks = linearTicks(inverse(scale, low), inverse(scale, high), most);
  return ticks.map((tick) => ({ at: forward(scale, tick.at), label: tick.label }));
}

function isWithin(value: number, low: number, high: number): boolean {
  const slack = (high - low) * 1e-9;
  return value >= low - slack && value <= high + slack;
}

/** One way of writing for all ticks of an axis: fixed decimals, thousands as k, or powers of ten. */
function labeller(values: readonly number[], step: number): (value: number) => string {
  const largest = Math.max(...values.map(Math.abs));
  const decimals = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  if (largest >= 1e15 || decimals > 4) return (value) => exponential(value, step);
  for (const [unit, suffix] of [
    [1e12, "T"],
    [1e9, "G"],
    [1e6, "M"],
    [1e3, "k"],
  ] as const) {
    const digits = Math.max(0, -Math.floor(Math.log10(step / unit) + 1e-9));
    // A few thousand are plainer in full.
    if (largest >= (unit === 1e3 ? 10 * unit : unit) && digits <= 1) {
      return (value) => (value === 0 ? "0" : minus((value / unit).toFixed(digits)) + suffix);
    }
  }
  return (value) => minus(value.toFixed(decimals));
}

function exponential(value: number, step: number): string {
  if (value === 0) return "0";
  const power = Math.floor(Math.log10(Math.abs(value)) + 1e-9);
  const digits = Math.max(0, power - Math.floor(Math.log10(step) + 1e-9));
  const [factor = "", exponent = ""] = value.toExponential(Math.min(digits, 15)).split("e");
  const short = factor.includes(".") ? factor.replace(/\.?0+$/, "") : factor;
  return minus(`${short}e${exponent.replace("+", "")}`);
}

function powerLabel(value: number): string {
  const size = Math.abs(value);
  if (size === 0) return "0";
  if (size >= 1e-3 && size < 1e4) return minus(String(value));
  return minus(value.toExponential().replace("e+", "e"));
}

/** A minus sign is as wide as a plus; a hyphen is not. */
function minus(text: string): string {
  return text.replaceAll("-", "−");
}

/** Takes off the noise of binary fractions: 0.1 * 3 is 0.30000000000000004. */
function roundTo(value: number, step: number): number {
  const decimals = Math.min(100, Math.max(0, 1 - Math.floor(Math.log10(step))));
  return decimals > 20 ? Number(value.toPrecision(12)) : Number(value.toFixed(decimals)) + 0;
}
