import { formatList, parseList } from "../state/url.ts";
import { SPREADS, type Spread } from "./group.ts";
import type { XAxis } from "./line.ts";

/** `line` shows points, too, where there is room for each. */
export const STROKES = ["line", "points", "both"] as const;
export type Stroke = (typeof STROKES)[number];

/** How the charts of a panel, or one of its cards, are drawn. Lives in the URL. */
export interface ChartSettings {
  readonly x: XAxis;
  readonly logX: boolean;
  readonly logY: boolean;
  /** Leave far outliers out of the range of y. */
  readonly clip: boolean;
  readonly stroke: Stroke;
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
  stroke: "line",
  smoothing: 0,
  spread: "sd",
  showsMembers: false,
};

export const MOST_SMOOTHING = 0.99;

/** Query keys of settings. */
const KEYS = ["x", "y", "sm"] as const;
export type SettingsKey = (typeof KEYS)[number];
export type SettingsQuery = Readonly<Record<SettingsKey, string | undefined>>;

/** What a key says when it is there only to tell a card from its panel. */
const DEFAULT_WORDS: Readonly<Record<SettingsKey, string>> = { x: "step", y: "linear", sm: "0" };

const AXES: Readonly<Record<string, XAxis>> = {
  step: { kind: "step" },
  relative: { kind: "relative" },
  time: { kind: "time" },
};

const METRIC = "metric:";

/** Reads the query keys `x` (`relative,log`, `metric:epoch`), `y` (`log,clip,points,0..1`) and `sm`; what is wrong is left out. */
export function readSettings(query: ReadonlyMap<string, string>): ChartSettings {
  const x = parseList(query.get("x"));
  const y = parseList(query.get("y"));
  const named = x.find((word) => word !== "log");
  return {
    x: axisOf(named),
    logX: x.includes("log"),
    logY: y.includes("log"),
    clip: y.includes("clip"),
    stroke: STROKES.find((stroke) => y.includes(stroke)) ?? DEFAULT_SETTINGS.stroke,
    smoothing: smoothingOf(query.get("sm")),
    spread: SPREADS.find((spread) => y.includes(spread)) ?? DEFAULT_SETTINGS.spread,
    showsMembers: y.includes("members"),
    ...endsOf(y.find((word) => word.includes(".."))),
  };
}

/** The query keys of settings; a default is undefined, which takes its key out of the address. */
export function settingsQuery(settings: ChartSettings): SettingsQuery {
  const { x, logX, logY, clip, stroke, smoothing, spread, showsMembers, low, high } = settings;
  const axis = x.kind === "metric" ? METRIC + x.key : x.kind;
  const isFixed = low !== undefined || high !== undefined;
  return {
    x: list([axis === "step" && !logX ? "" : axis, logX ? "log" : ""]),
    y: list([
      logY ? "log" : "",
      clip ? "clip" : "",
      stroke === DEFAULT_SETTINGS.stroke ? "" : stroke,
      spread === DEFAULT_SETTINGS.spread ? "" : spread,
      showsMembers ? "members" : "",
      isFixed ? `${low ?? ""}..${high ?? ""}` : "",
    ]),
    sm: smoothing === 0 ? undefined : String(smoothing),
  };
}

/** The settings of one card: its own keys, such as `y@train/loss`, stand before those of its panel. */
export function readCardSettings(
  query: ReadonlyMap<string, string>,
  metric: string,
): ChartSettings {
  const own = new Map<string, string>();
  for (const key of KEYS) {
    const text = query.get(ownKey(key, metric)) ?? query.get(key);
    if (text !== undefined) own.set(key, text);
  }
  return readSettings(own);
}

/** The keys that a card has of its own. */
export function ownSettings(query: ReadonlyMap<string, string>, metric: string): SettingsKey[] {
  return KEYS.filter((key) => query.has(ownKey(key, metric)));
}

/** The query keys that give a card settings of its own; where it is like its panel, the keys are taken out. */
export function cardQuery(
  metric: string,
  settings: ChartSettings,
  panel: ChartSettings,
): Record<OwnKey, string | undefined> {
  const [own, shared] = [settingsQuery(settings), settingsQuery(panel)];
  const changes: Record<OwnKey, string | undefined> = {};
  for (const key of KEYS) {
    const isLikePanel = own[key] === shared[key];
    changes[ownKey(key, metric)] = isLikePanel ? undefined : (own[key] ?? DEFAULT_WORDS[key]);
  }
  return changes;
}

type OwnKey = `${SettingsKey}@${string}`;

function ownKey(key: SettingsKey, metric: string): OwnKey {
  return `${key}@${metric}`;
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
