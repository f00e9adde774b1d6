import type { JSX } from "preact";
import type { RunFile } from "../../lib/wire/data-files.ts";
import type { TracesFile } from "../../lib/wire/trace-files.ts";
import { getTraces } from "../data/client.ts";
import { useData } from "../data/use-data.ts";
import { TRACE_TEXTS } from "../texts/traces.ts";
import { EmptyState, ErrorState } from "./EmptyState.tsx";
import { TraceTable } from "./TraceTable.tsx";

/** Traces that a run made. */
export function RunTraces({ run }: { run: RunFile }): JSX.Element {
  const { experimentId, runId } = run.info;
  const { data, error } = useData<TracesFile>(
    `traces ${experimentId}`,
    (signal) => getTraces(experimentId, { signal }),
    (change) => change.experimentId === experimentId,
  );
  if (data === null) {
    return error === null ? <div aria-busy="true" /> : <ErrorState error={error} />;
  }
  const traces = data.traces.filter((trace) => trace.sourceRunId === runId);
  if (traces.length === 0) {
    return (
      <EmptyState title={TRACE_TEXTS.noTracesOfRun} icon="trace">
        <p>{TRACE_TEXTS.noTracesHint}</p>
      </EmptyState>
    );
  }
  return <TraceTable experimentId={experimentId} traces={traces} />;
}
