import type { CarryProgress } from "../exchange/carry.ts";
import { type ExchangeReport, WORDS } from "../exchange/report.ts";
import { errColors } from "./colors.ts";
import { EXIT } from "./exit.ts";
import { print, printJson, shortDuration, statusLine, warn } from "./output.ts";
import { shortBytes } from "./sync-output.ts";

/** Most failures that are named one by one; `--json` has them all. */
const NAMED = 50;

/** Exit codes of errors that are not just 1. */
export const EXCHANGE_CODES: Readonly<Record<string, number>> = { CANCELLED: 130 };

type Kind = keyof ExchangeReport["counts"];

/** Keeps the user posted on a terminal. */
export function showExchange(): { update: (progress: CarryProgress) => void; end: () => void } {
  const line = statusLine();
  return { update: (progress) => line.show(() => progressLine(progress)), end: line.end };
}

/** Such as `3/3 experiments, 120/1000 runs, 48000 metric points, 12 MiB of artifacts`. */
export function progressLine({ report, totals }: CarryProgress): string {
  const kinds = Object.entries(report.counts).flatMap(([kind, { carried, updated, there }]) => {
    const total = totals[kind as keyof typeof totals];
    const done = carried + updated + there;
    if (done === 0 && !total) return [];
    return [`${total === undefined ? done : `${done}/${total}`} ${WORDS[kind as Kind]}s`];
  });
  const { bytes } = report.artifacts;
  const points = report.metricPoints > 0 ? [`${report.metricPoints} metric points`] : [];
  return [...kinds, ...points, ...(bytes > 0 ? [`${shortBytes(bytes)} of artifacts`] : [])].join(
    ", ",
  );
}

/** Says what came of an exchange. @returns its exit code */
export function reportExchange(
  report: ExchangeReport,
  { isJson, elapsedMs }: { readonly isJson: boolean; readonly elapsedMs: number },
): number {
  for (const { kind, id, message } of report.failures.slice(0, NAMED)) {
    const name = WORDS[kind as Kind] ?? kind;
    warn(`${errColors.yellow("not carried")} ${name}${id === "" ? "" : ` ${id}`}: ${message}`);
  }
  const unnamed = report.failures.length - NAMED;
  if (unnamed > 0) warn(`and ${unnamed} more, which --json names`);
  for (const { message, count } of report.notes) {
    warn(`${errColors.dim("note")} ${message}${count > 1 ? ` (${count} times)` : ""}`);
  }
  if (isJson) printJson(report);
  else print(`${summary(report)}, ${shortDuration(elapsedMs)}`);
  return report.failures.length === 0 ? EXIT.done : EXIT.doneInPart;
}

function summary({ counts, metricPoints, artifacts, failures }: ExchangeReport): string {
  const kinds = Object.entries(counts).flatMap(([kind, { carried, updated, there }]) => {
    if (carried + updated + there === 0) return [];
    const others = [
      ...(updated > 0 ? [`${updated} brought up to date`] : []),
      ...(there > 0 ? [`${there} were there`] : []),
    ];
    const known = others.length > 0 ? ` (${others.join(", ")})` : "";
    return [`${carried} ${WORDS[kind as Kind]}${carried === 1 ? "" : "s"}${known}`];
  });
  const parts = [
    ...(kinds.length === 0 ? ["nothing"] : kinds),
    ...(metricPoints > 0 ? [`${metricPoints} metric points`] : []),
    ...(artifacts.files > 0
      ? [`${artifacts.files} artifacts of ${shortBytes(artifacts.bytes)}`]
      : []),
    ...(failures.length > 0 ? [`${failures.length} not carried`] : []),
  ];
  return parts.join(", ");
}
