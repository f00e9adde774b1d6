import type { JSX } from "preact";
import type { RunFile } from "../../lib/wire/data-files.ts";
import { lineStyles } from "../charts/line-styles.ts";
import { chartRunOf } from "../run/facts.ts";
import { fileFields } from "../run/fields.ts";
import { tellApart } from "../state/roots.ts";
import { ParallelPlot } from "./ParallelPlot.tsx";
import { ScatterPlot } from "./ScatterPlot.tsx";

/** Parallel coordinates or points of runs that were read one by one: two tabs of the comparison. */
export function ComparePlot(props: {
  runs: readonly RunFile[];
  kind: "parallel" | "scatter";
}): JSX.Element {
  const styles = lineStyles(props.runs.map((run) => run.info.runId));
  const runs = tellApart(props.runs.map(chartRunOf)).map((run) => ({
    ...run,
    style: styles.get(run.runId) ?? { color: 1, dash: 0 },
  }));
  const fields = fileFields(props.runs);
  return props.kind === "parallel" ? (
    <ParallelPlot runs={runs} fields={fields} />
  ) : (
    <ScatterPlot runs={runs} fields={fields} />
  );
}
