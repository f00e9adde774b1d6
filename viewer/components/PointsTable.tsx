import type { JSX } from "preact";
import type { StyledRun } from "../charts/chart-run.ts";
import type { XAxis } from "../charts/line.ts";
import type { PlotLine } from "../charts/plot.ts";
import { upperBound } from "../charts/reduce.ts";
import { xLabel } from "../charts/x-label.ts";
import { fullNumber } from "../format.ts";
import { CHART_TEXTS } from "../texts/charts.ts";
import { VirtualTable } from "./VirtualTable.tsx";
import "./PointsTable.css";

interface PointsTableProps {
  readonly metric: string;
  readonly runs: readonly StyledRun[];
  readonly lines: readonly PlotLine[];
  readonly xKind: XAxis["kind"];
}

const ROW_HEIGHT = 24;

/** The points of a chart as numbers: the same data for those who cannot see or trust a drawing. */
export function PointsTable({ metric, runs, lines, xKind }: PointsTableProps): JSX.Element {
  const names = new Map(runs.map((run) => [run.runId, run.name]));
  // Where the rows of each line end.
  const ends: number[] = [];
  for (const { line } of lines) ends.push((ends.at(-1) ?? 0) + line.x.length);
  const text = (row: number, column: number): string => {
    const which = upperBound(ends, row);
    const line = lines[which];
    const at = row - (ends[which - 1] ?? 0);
    if (column === 0) return names.get(line?.id ?? "") ?? "";
    if (column === 1) return xLabel(xKind, line?.line.x[at] ?? Number.NaN);
    return fullNumber(line?.line.y[at] ?? Number.NaN);
  };
  return (
    <div class="points-table">
      <VirtualTable
        label={metric}
        columns={[
          { name: CHART_TEXTS.run, width: 120 },
          {
            name: xKind === "step" ? CHART_TEXTS.step : CHART_TEXTS.x,
            width: xKind === "time" ? 152 : 72,
            isNumber: true,
          },
          { name: CHART_TEXTS.value, width: 140, isNumber: true },
        ]}
        count={ends.at(-1) ?? 0}
        rowHeight={ROW_HEIGHT}
        cell={text}
        title={text}
      />
    </div>
  );
}
