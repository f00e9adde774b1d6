/** Numbers, times and sizes as the viewer writes them. Pure: the same input gives the same text. */

const MINUS = "\u2212";
const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sept Oct Nov Dec".split(" ");

/** A number with four significant digits; whole numbers stay whole, very small and large ones get an exponent. */
export function formatNumber(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  const size = Math.abs(value);
  const sign = value < 0 ? MINUS : "";
  if (size === Number.POSITIVE_INFINITY) return `${sign}\u221e`;
  if (size === 0) return "0";
  if (size < 1e-3 || size >= 1e7) return sign + exponential(size);
  if (Number.isInteger(value)) return sign + size;
  return sign + (size < 1e4 ? plainPrecision(size) : size.toFixed(0));
}

function plainPrecision(size: number): string {
  const text = size.toPrecision(4);
  // 9999.99 rounds up to 1.000e+4.
  return text.includes("e") ? size.toFixed(0) : text;
}

function exponential(size: number): string {
  const [digits = "", exponent = ""] = size.toExponential(3).split("e");
  return `${digits.replace(/\.?0+$/, "")}e${exponent.replace("+", "").replace("-", MINUS)}`;
}

/** A number in full, as it may be pasted into Python or JavaScript. */
export function fullNumber(value: number): string {
  return String(value);
}

/** A signed difference with three significant digits, such as `+0.0330`: digits that stand below one another. */
export function formatDelta(value: number): string {
  const size = Math.abs(value);
  const sign = value > 0 ? "+" : "";
  if (Number.isInteger(value) || size < 1e-3 || size >= 100) return sign + formatRounded(value, 3);
  return (value < 0 ? MINUS : sign) + size.toPrecision(3);
}

/** A number with so many significant digits and no zeros behind them: 0.027, never 0.02700. */
export function formatRounded(value: number, digits: number): string {
  const text = formatNumber(Number(value.toPrecision(digits)));
  return text.replace(/(\.\d*?)0+(?=$|e)/, "$1").replace(/\.$/, "");
}

/** A signed share, such as `−21.5 %`. A difference is never called none. */
export function formatPercent(share: number): string {
  if (!Number.isFinite(share)) return "";
  const percent = Math.abs(share * 100);
  const sign = share > 0 ? "+" : share < 0 ? MINUS : "";
  if (percent > 0 && percent < 0.001) return "≈ 0 %";
  const digits = percent >= 100 ? 0 : percent >= 0.05 || percent === 0 ? 1 : 3;
  return `${sign}${digits === 3 ? Number(percent.toPrecision(1)) : percent.toFixed(digits)} %`;
}

export function formatCount(count: number): string {
  // Not `toLocaleString`: what that loads on its first call takes as long as drawing a row does.
  return String(count).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** `1 run`, `2 runs`, `10,004 runs`. */
export function plural(count: number, noun: string, nouns: string = `${noun}s`): string {
  return `${formatCount(count)} ${count === 1 ? noun : nouns}`;
}

/** A span of milliseconds: `320 ms`, `4.2 s`, `58 min`, `1 h 04`, `3 d 4 h`. */
export function formatDuration(ms: number): string {
  if (ms < 0) return `${MINUS}${formatDuration(-ms)}`;
  if (ms < SECOND) return `${Math.round(ms)} ms`;
  if (ms < 10 * SECOND) return `${(ms / SECOND).toFixed(1)} s`;
  if (ms < MINUTE) return `${Math.floor(ms / SECOND)} s`;
  if (ms < HOUR) return `${Math.floor(ms / MINUTE)} min`;
  if (ms < DAY) {
    return `${Math.floor(ms / HOUR)} h ${String(Math.floor((ms % HOUR) / MINUTE)).padStart(2, "0")}`;
  }
  const hours = Math.floor((ms % DAY) / HOUR);
  return `${Math.floor(ms / DAY)} d${hours > 0 ? ` ${hours} h` : ""}`;
}

/** How long ago, short enough for a table: `now`, `12 s`, `3 h`, `4 d`, then the date. */
export function formatAge(then: number, now: number): string {
  const age = now - then;
  if (age < -MINUTE || age >= 30 * DAY) return formatDay(then, now);
  if (age < 5 * SECOND) return "now";
  if (age < MINUTE) return `${Math.floor(age / SECOND)} s`;
  if (age < HOUR) return `${Math.floor(age / MINUTE)} min`;
  if (age < DAY) return `${Math.floor(age / HOUR)} h`;
  return `${Math.floor(age / DAY)} d`;
}

/** An age in a sentence: `3 h ago`, `just now`, `12 Mar 2024`. */
export function formatAgo(then: number, now: number): string {
  const age = formatAge(then, now);
  if (age === "now") return "just now";
  return now - then >= 30 * DAY || then > now + MINUTE ? age : `${age} ago`;
}

function formatDay(time: number, now: number): string {
  const date = new Date(time);
  if (Number.isNaN(date.getTime())) return "";
  const year = date.getFullYear();
  // Not `toLocaleDateString`: its first call costs more than all other cells of a page.
  const day = `${date.getDate()} ${MONTHS[date.getMonth()]}`;
  return year === new Date(now).getFullYear() ? day : `${day} ${year}`;
}

/** Local time to the second: `21 Nov 2026, 14:02:11`. */
export function formatTime(time: number): string {
  const date = new Date(time);
  if (Number.isNaN(date.getTime())) return "";
  return date.toLocaleString("en-GB", {
    day: "numeric",
    month: "short",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
  });
}

/** What stands in the tooltip of a time: local and UTC. */
export function formatTimeFull(time: number): string {
  const date = new Date(time);
  if (Number.isNaN(date.getTime())) return "";
  return `${formatTime(time)} local time\n${date.toISOString().replace("T", " ").replace("Z", " UTC")}`;
}

/** Bytes in decimal units: `412 B`, `41 KB`, `2.4 MB`. */
export function formatBytes(bytes: number): string {
  const units = ["B", "KB", "MB", "GB", "TB"];
  let size = bytes;
  let unit = 0;
  while (size >= 999.5 && unit < units.length - 1) {
    size /= 1000;
    unit++;
  }
  return `${unit === 0 || size >= 99.5 ? Math.round(size) : size.toFixed(1)} ${units[unit]}`;
}

/** The first eight characters of a run id: enough to tell runs apart on a page. */
export function shortId(runId: string): string {
  return runId.slice(0, 8);
}

/** The end of a path, where it has more than three parts: `…/project/mlruns`. */
export function shortPath(path: string): string {
  const parts = path.split(/[\\/]+/).filter((part) => part !== "");
  return parts.length > 3 ? `…/${parts.slice(-2).join("/")}` : path;
}
