import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import { sparklinePath } from "../charts/sparkline.ts";
import { type ChartHistories, readHistories } from "../data/chart-histories.ts";
import { touchesRuns } from "../data/reader.ts";
import { useData } from "../data/use-data.ts";
import { runColorClass } from "../state/run-color.ts";
import { useVisible } from "./use-visible.ts";

interface SparklineProps {
  readonly runId: string;
  readonly metric: string;
  readonly count: number;
}

const WIDTH = 84;
const HEIGHT = 20;

/** The shape of a metric's history, small enough for a table. */
export function Sparkline({ runId, metric, count }: SparklineProps): JSX.Element {
  const box = useRef<HTMLSpanElement>(null);
  const isVisible = useVisible(box);
  return (
    <span ref={box} class="sparkline">
      {isVisible && <Drawing runId={runId} metric={metric} count={count} />}
    </span>
  );
}

function Drawing({ runId, metric, count }: SparklineProps): JSX.Element | null {
  const { data } = useData<ChartHistories>(
    JSON.stringify(["sparkline", runId, metric]),
    (signal, onPart) =>
      readHistories([{ id: runId, runId, key: metric, count }], false, signal, onPart),
    (change) => touchesRuns(change, [runId]),
  );
  const read = data?.get(runId);
  if (read === undefined) return null;
  return (
    <svg
      class={`sparkline ${runColorClass(runId)}`}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      aria-hidden="true"
    >
      <path d={sparklinePath(read.history, read.exact, WIDTH, HEIGHT)} />
    </svg>
  );
}
