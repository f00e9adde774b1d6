import type { JSX } from "preact";
import type { TraceEntry, TracesFile } from "../../lib/wire/trace-files.ts";
import { ExperimentCrumb } from "../components/ExperimentCrumb.tsx";
import { ListPage } from "../components/ListPage.tsx";
import type { PageProps } from "../components/page-source.ts";
import { TraceTable } from "../components/TraceTable.tsx";
import { getTraces } from "../data/client.ts";
import { useData } from "../data/use-data.ts";
import { findExperiment } from "../state/experiments.ts";
import { useTitle } from "../state/title.ts";
import { TRACE_TEXTS } from "../texts/traces.ts";

/** The traces of an experiment. */
export function TraceList({ params }: PageProps): JSX.Element {
  const experimentId = params.id ?? "";
  useTitle(TRACE_TEXTS.traces, findExperiment(experimentId)?.name);
  const { data, error } = useData<TracesFile>(
    `traces ${experimentId}`,
    (signal) => getTraces(experimentId, { signal }),
    (change) => change.experimentId === experimentId,
  );
  return (
    <ListPage
      crumb={<ExperimentCrumb experimentId={experimentId} />}
      title={TRACE_TEXTS.traces}
      items={data?.traces ?? null}
      error={error}
      noun="trace"
      textOf={textOf}
      searchLabel={TRACE_TEXTS.find}
      noMatch={TRACE_TEXTS.noMatch}
      empty={{ title: TRACE_TEXTS.noTraces, hint: TRACE_TEXTS.noTracesHint, icon: "trace" }}
    >
      {(found) => <TraceTable experimentId={experimentId} traces={found} />}
    </ListPage>
  );
}

function textOf(trace: TraceEntry): string {
  return [
    trace.traceId,
    trace.name,
    trace.state,
    trace.requestPreview,
    trace.responsePreview,
    trace.sessionId,
    ...Object.entries(trace.tags).flat(),
  ].join("\n");
}
