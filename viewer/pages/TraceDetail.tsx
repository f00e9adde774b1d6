import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { plainId } from "../../lib/wire/rooted-id.ts";
import type { AssessmentEntry, TraceFile } from "../../lib/wire/trace-files.ts";
import { Block } from "../components/Block.tsx";
import { ErrorState } from "../components/EmptyState.tsx";
import { ExperimentCrumb } from "../components/ExperimentCrumb.tsx";
import { Fact, Facts } from "../components/Facts.tsx";
import { KeyValues } from "../components/KeyValues.tsx";
import type { PageProps } from "../components/page-source.ts";
import { ScrollBox } from "../components/ScrollBox.tsx";
import { SpanDetail } from "../components/SpanDetail.tsx";
import { SpanTree } from "../components/SpanTree.tsx";
import { TraceState } from "../components/TraceState.tsx";
import { getTrace } from "../data/client.ts";
import { useData } from "../data/use-data.ts";
import { formatTime, formatTimeFull, shortId } from "../format.ts";
import { runHref } from "../state/links.ts";
import { useTitle } from "../state/title.ts";
import { TRACE_TEXTS } from "../texts/traces.ts";
import { spanDuration } from "../traces/span-rows.ts";
import "../components/ListPage.css";
import "./TraceDetail.css";

/** One trace: its spans over time, what went in and out of each, and what people said of it. */
export function TraceDetail({ params }: PageProps): JSX.Element {
  const traceId = params.traceId ?? "";
  const { data, error } = useData<TraceFile>(
    `trace ${traceId}`,
    (signal) => getTrace(traceId, { signal }),
    (change) => change.experimentId === params.id,
  );
  const [chosen, setChosen] = useState<string | null>(null);
  const name = data === null ? undefined : data.trace.name || traceId;
  useTitle(name, TRACE_TEXTS.trace);
  if (data === null) {
    return error === null ? <div aria-busy="true" /> : <ErrorState error={error} />;
  }
  const span = data.spans.find((one) => one.spanId === chosen) ?? data.spans[0];
  return (
    <>
      <header class="page-head">
        <ExperimentCrumb experimentId={data.experimentId} />
        <h1>{name}</h1>
        <span class="mono faint cut">{plainId(traceId)}</span>
      </header>
      <TraceFacts file={data} />
      <div class="trace">
        <div class="trace-spans">
          {data.problem !== undefined && (
            <p class="list-note" role="status">
              {TRACE_TEXTS.noSpans}. {data.problem}
            </p>
          )}
          {data.spans.length > 0 && (
            <SpanTree spans={data.spans} chosen={span?.spanId ?? ""} onChoose={setChosen} />
          )}
        </div>
        <ScrollBox class="trace-side" label={TRACE_TEXTS.details}>
          {span !== undefined && <SpanDetail key={span.spanId} span={span} />}
          <Assessments assessments={data.assessments} />
          <KeyValues title={TRACE_TEXTS.tags} values={ownTags(data.trace.tags)} />
          <KeyValues title={TRACE_TEXTS.metadata} values={data.metadata} />
        </ScrollBox>
      </div>
    </>
  );
}

function TraceFacts({ file }: { file: TraceFile }): JSX.Element {
  const { trace, experimentId } = file;
  return (
    <Facts>
      <Fact name={TRACE_TEXTS.state}>
        <TraceState state={trace.state} />
      </Fact>
      <Fact name={TRACE_TEXTS.time} title={formatTimeFull(trace.requestTime)}>
        {formatTime(trace.requestTime)}
      </Fact>
      {trace.durationMs !== null && (
        <Fact name={TRACE_TEXTS.duration}>{spanDuration(trace.durationMs)}</Fact>
      )}
      {trace.sessionId !== null && <Fact name={TRACE_TEXTS.session}>{trace.sessionId}</Fact>}
      {trace.sourceRunId !== null && (
        <Fact name={TRACE_TEXTS.run}>
          <a class="link mono" href={runHref(experimentId, trace.sourceRunId)}>
            {shortId(trace.sourceRunId)}
          </a>
        </Fact>
      )}
    </Facts>
  );
}

function Assessments(props: { assessments: readonly AssessmentEntry[] }): JSX.Element | null {
  if (props.assessments.length === 0) return null;
  return (
    <Block title={TRACE_TEXTS.assessments} count={props.assessments.length}>
      <ul class="assessments">
        {props.assessments.map((one) => (
          <li key={one.assessmentId} class={one.valid ? undefined : "is-replaced"}>
            <span class="assessment-name">{one.name}</span>{" "}
            <span class="faint">{TRACE_TEXTS.kinds[one.kind]}</span>
            <code class="mono assessment-value">{one.error ?? one.value}</code>
            <span class="faint">
              {one.sourceType.toLowerCase()} {one.sourceId}
              {!one.valid && `, ${TRACE_TEXTS.overridden}`}
            </span>
            {one.rationale !== null && <p class="assessment-rationale">{one.rationale}</p>}
          </li>
        ))}
      </ul>
    </Block>
  );
}

function ownTags(tags: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(tags).filter(([key]) => !key.startsWith("mlflow.")));
}
