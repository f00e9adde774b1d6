import { runColor } from "../state/run-color.ts";
import type { ChartRun, StyledRun } from "./chart-run.ts";

/** Dash patterns in pixels, the second cue beside colour; the first is a solid line. */
export const DASHES: readonly (readonly number[])[] = [[], [6, 3], [2, 3], [8, 3, 2, 3]];

/** Lines that colour alone can tell apart. */
const SOLID_LINES = 4;

export interface LineStyle {
  /** 1 to 20, as `runColor` has it. */
  readonly color: number;
  /** Index into DASHES. */
  readonly dash: number;
}

/** Styles of the lines of one chart. Dashes appear with the fifth line, or where two runs share a colour. */
export function lineStyles(runIds: readonly string[]): Map<string, LineStyle> {
  const styles = new Map<string, LineStyle>();
  const taken = new Set<string>();
  for (const runId of runIds) {
    const color = runColor(runId);
    const dash = freeDash(taken, color, runIds.length <= SOLID_LINES ? 0 : ownDash(runId));
    taken.add(`${color} ${dash}`);
    styles.set(runId, { color, dash });
  }
  return styles;
}

/** Runs with the styles of their lines. */
export function styledRuns(runs: readonly ChartRun[]): StyledRun[] {
  const styles = lineStyles(runs.map((run) => run.runId));
  return runs.map((run) => ({ ...run, style: styles.get(run.runId) ?? { color: 1, dash: 0 } }));
}

/** From the id alone, so that a line keeps its dash when others come and go. */
function ownDash(runId: string): number {
  let sum = 0;
  for (let i = 0; i < runId.length; i++) sum += runId.charCodeAt(i) * (i + 1);
  return sum % DASHES.length;
}

function freeDash(taken: ReadonlySet<string>, color: number, wanted: number): number {
  for (let i = 0; i < DASHES.length; i++) {
    const dash = (wanted + i) % DASHES.length;
    if (!taken.has(`${color} ${dash}`)) return dash;
  }
  return wanted;
}
