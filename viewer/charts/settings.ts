import { formatList, parseList } from "../state/url.ts";
import { SPREADS, type Spread } from "./group.ts";
import type { XAxis } from "./line.ts";

/** How the charts of a panel are drawn. Lives in the URL. */
export interface ChartSettings {
  readonly x: XAxis;
  readonly logX: boolean;
  readonly logY: boolean;
  /** Leave far outliers out of the range of y. */
  readonly clip: boolean;
  /** Weight of the moving average, 0 to 0.99. */
  readonly smoothing: number;
  /** What the band around the mean of a group shows. */
  readonly spread: Spread;
  /** Draws the runs of a group, too. */
  readonly showsMembers: boolean;
  /** Fixed ends of y. */
  readonly low?: number;
  readonly high?: number;
}

export const DEFAULT_SETTINGS: ChartSettings = {
  x: { kind: "step" },
  logX: false,
  logY: false,
  clip: false,
  smoothing: 0,
  spread: "sd",
  showsMembers: false,
};

export const MOST_SMOOTHING = 0.99;

const AXES: Readonly<Record<string, XAxis>> = {
  step: { kind: "step" },
  relative: { kind: "relative" },
  time: { kind: "time" },
};

const METRIC = "metric:";

/** Reads the query keys `x` (`relative,log`, `metric:epoch`), `y` (`log,clip,0..1`) and `sm`; what is wrong is left out. */
export function readSettings(query: ReadonlyMap<string, string>): ChartSettings {
  const x = parseList(query.get("x"));
  const y = parseList(query.get("y"));
  const named = x.find((word) => word !== "log");
  return {
    x: axisOf(named),
    logX: x.includes("log"),
    logY: y.includes("log"),
    clip: y.includes("clip"),
    smoothing: smoothingOf(query.get("sm")),
    spread: SPREADS.find((spread) => y.includes(spread)) ?? DEFAULT_SETTINGS.spread,
    showsMembers: y.includes("members"),
    ...endsOf(y.find((word) => word.includes(".."))),
  };
}

/** The query keys of settings; a default is undefined, which takes its key out of the address. */
export function settingsQuery(
  settings: ChartSettings,
): Record<"x" | "y" | "sm", string | undefined> {
  const { x, logX, logY, clip, smoothing, spread, showsMembers, low, high } = settings;
  const axis = x.kind === "metric" ? METRIC + x.key : x.kind;
  const isFixed = low !== undefined || high !== undefined;
  return {
    x: list([axis === "step" && !logX ? "" : axis, logX ? "log" : ""]),
    y: list([
      logY ? "log" : "",
      clip ? "clip" : "",
      spread === DEFAULT_SETTINGS.spread ? "" : spread,
      showsMembers ? "members" : "",
      isFixed ? `${low ?? ""}..${high ?? ""}` : "",
    ]),
    sm: smoothing === 0 ? undefined : String(smoothing),
  };
}

function axisOf(word: string | undefined): XAxis {
  if (word?.startsWith(METRIC)) return { kind: "metric", key: word.slice(METRIC.length) };
  return (Object.hasOwn(AXES, word ?? "") ? AXES[word ?? ""] : undefined) ?? DEFAULT_SETTINGS.x;
}

function smoothingOf(text: string | undefined): number {
  const weight = Number(text ?? "0");
  return weight > 0 ? Math.min(MOST_SMOOTHING, weight) : 0;
}

function endsOf(word: string | undefined): { low?: number; high?: number } {
  const [low = "", high = ""] = word?.split("..") ?? [];
  return { ...finite("low", low), ...finite("high", high) };
}

function finite(name: "low" | "high", text: string): { low?: number; high?: number } {
  return text !== "" && Number.isFinite(Number(text)) ? { [name]: Number(text) } : {};
}

function list(words: readonly string[]): string | undefined {
  const used = words.filter((word) => word !== "");
  return used.length === 0 ? undefined : formatList(used);
}
