import Table from "cli-table3";
import type { ReadProgress } from "../client/client.ts";
import type { TreeProblem } from "../errors.ts";
import { errColors, outColors } from "./colors.ts";

/** Between two looks at what goes on, ms. */
const STATUS_MS = 200;

/** Results go to stdout. */
export function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Everything else goes to stderr. */
export function warn(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** One result a line, as `jq` and `while read` like it. */
export function printJson(value: unknown): void {
  print(JSON.stringify(value, spellNumber));
}

/** A line on the terminal that is kept up to date; nothing where nobody reads it. */
export function statusLine(): { show: (line: () => string) => void; end: () => void } {
  if (process.stderr.isTTY !== true) return { show: () => undefined, end: () => undefined };
  let shown = 0;
  return {
    show: (line) => {
      const now = performance.now();
      if (now - shown < STATUS_MS) return;
      shown = now;
      process.stderr.write(`\r\u001b[K${line()}`);
    },
    end: () => void process.stderr.write("\r\u001b[K"),
  };
}

/** Fewer runs are read before anybody wonders. */
const WORTH_SHOWING = 500;

/** Shows how the reading of a large tree gets on, on a terminal. */
export function showReading(): (progress: ReadProgress) => void {
  const line = statusLine();
  return (progress) => {
    if (progress.ofRuns < WORTH_SHOWING) return;
    if (progress.runs < progress.ofRuns) line.show(() => readingLine(progress));
    else line.end();
  };
}

export function readingLine({ runs, ofRuns, files, leftMs }: ReadProgress): string {
  const count = (value: number): string => value.toLocaleString("en-US");
  return `reading ${count(runs)} of ${count(ofRuns)} runs, ${count(files)} files, ${shortDuration(leftMs)} left`;
}

/** Columns without lines between them; a heading only where a person reads it. */
export function printTable(head: readonly string[], rows: readonly (readonly string[])[]): void {
  const isTerminal = process.stdout.isTTY === true;
  if (!isTerminal) {
    for (const row of [head, ...rows]) print(row.map(oneLine).join("\t"));
    return;
  }
  const table = new Table({
    head: head.map((name) => outColors.dim(name)),
    chars: NO_LINES,
    style: { head: [], border: [], "padding-left": 0, "padding-right": 2 },
  });
  table.push(...rows.map((row) => row.map(oneLine)));
  print(table.toString());
}

/** Names what could not be read. @returns whether there was anything */
export function warnProblems(problems: readonly TreeProblem[]): boolean {
  for (const { path, line, message } of problems) {
    warn(
      `${errColors.yellow("warning")} ${path}${line === undefined ? "" : `, line ${line}`}: ${message}`,
    );
  }
  return problems.length > 0;
}

/** Four significant digits, for people; `--json` has them all. */
export function shortNumber(value: number): string {
  if (!Number.isFinite(value)) return String(value).replace("Infinity", "inf");
  if (Number.isInteger(value) && Math.abs(value) < 1e6) return String(value);
  return String(Number(value.toPrecision(4)));
}

/** Local time to the minute. */
export function shortTime(ms: number | null): string {
  if (ms === null) return "";
  const date = new Date(ms);
  const pad = (part: number): string => String(part).padStart(2, "0");
  const day = `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}`;
  return `${day} ${pad(date.getHours())}:${pad(date.getMinutes())}`;
}

/** Such as `2 h 05 min`. */
export function shortDuration(ms: number): string {
  if (ms < 0) return `-${shortDuration(-ms)}`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  const hours = Math.floor(seconds / 3_600);
  return `${hours} h ${String(Math.floor((seconds % 3_600) / 60)).padStart(2, "0")} min`;
}

const NO_LINES = Object.fromEntries(
  ["top", "top-mid", "top-left", "top-right", "bottom", "bottom-mid", "bottom-left", "bottom-right"]
    .concat(["left", "left-mid", "mid", "mid-mid", "right", "right-mid", "middle"])
    .map((place) => [place, ""]),
);

/** Names and values come from the tree: no line breaks, and no control characters that a terminal would obey. */
function oneLine(text: string): string {
  return text.replace(/\p{Cc}+/gu, " ");
}

function spellNumber(_key: string, value: unknown): unknown {
  return typeof value === "number" && !Number.isFinite(value) ? String(value) : value;
}
