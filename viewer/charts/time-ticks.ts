import type { Tick } from "./ticks.ts";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const STEPS: readonly number[] = [
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500],
  ...[1, 2, 5, 10, 15, 30].map((n) => n * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((n) => n * MINUTE),
  ...[1, 2, 3, 6, 12].map((n) => n * HOUR),
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500, 1000].map((n) => n * DAY),
];

/** Ticks of an axis that counts milliseconds from a start: `0`, `30 s`, `5 min`, `1 h 30`. */
export function durationTicks(low: number, high: number, most: number): Tick[] {
  const step = stepFor(high - low, most);
  const ticks: Tick[] = [];
  for (let at = Math.ceil(low / step) * step; at <= high; at += step) {
    ticks.push({ at: at + 0, label: durationLabel(at) });
  }
  return ticks;
}

/**
 * Ticks of an axis of clock time, at round places of the local clock. A tick at midnight names the day.
 *
 * @param low - ms since the epoch
 */
export function clockTicks(low: number, high: number, most: number): Tick[] {
  const step = stepFor(high - low, most);
  const midnight = new Date(low);
  midnight.setHours(0, 0, 0, 0);
  const ticks: Tick[] = [];
  const first = Math.ceil((low - midnight.getTime()) / step);
  for (let i = first; ; i++) {
    const at = step < DAY ? midnight.getTime() + i * step : addDays(midnight, (i * step) / DAY);
    if (at > high) return ticks;
    ticks.push({ at, label: clockLabel(new Date(at), step) });
  }
}

/** A length of time in at most two units, such as `1 h 30` or `2 d 4 h`. */
export function durationLabel(ms: number): string {
  const sign = ms < 0 ? "−" : "";
  const size = Math.abs(ms);
  if (size === 0) return "0";
  if (size < SECOND) return `${sign}${size} ms`;
  if (size < MINUTE) return `${sign}${trim(size / SECOND)} s`;
  // Half a second below an hour rounds to it.
  if (size < HOUR - SECOND / 2) return sign + twoUnits(size, MINUTE, "min", SECOND, "s");
  if (size < DAY - MINUTE / 2) return sign + twoUnits(size, HOUR, "h", MINUTE, "min");
  return sign + twoUnits(size, DAY, "d", HOUR, "h");
}

function stepFor(span: number, most: number): number {
  const least = span / Math.max(1, most);
  return STEPS.find((step) => step >= least) ?? Math.max(1, Math.ceil(least / DAY)) * DAY;
}

/** Days of 23 and 25 hours exist: the calendar counts, not the hours. */
function addDays(midnight: Date, days: number): number {
  const day = new Date(midnight);
  day.setDate(day.getDate() + days);
  return day.getTime();
}

function clockLabel(at: Date, step: number): string {
  const isMidnight = at.getHours() === 0 && at.getMinutes() === 0 && at.getSeconds() === 0;
  if (step >= DAY || (isMidnight && step >= MINUTE)) {
    return at.toLocaleDateString("en-GB", { day: "numeric", month: "short" });
  }
  const time = `${two(at.getHours())}:${two(at.getMinutes())}`;
  if (step >= MINUTE) return time;
  const seconds = `${time}:${two(at.getSeconds())}`;
  return step >= SECOND ? seconds : `${seconds}.${String(at.getMilliseconds()).padStart(3, "0")}`;
}

function twoUnits(
  ms: number,
  unit: number,
  name: string,
  small: number,
  smallName: string,
): string {
  const whole = Math.floor(ms / unit);
  const rest = Math.round((ms - whole * unit) / small);
  if (rest * small >= unit) return `${whole + 1} ${name}`;
  return rest === 0
    ? `${whole} ${name}`
    : `${whole} ${name} ${rest}${smallName === "min" ? "" : ` ${smallName}`}`;
}

function trim(value: number): string {
  return String(Number(value.toFixed(1)));
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}
