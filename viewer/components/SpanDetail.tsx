import type { JSX } from "preact";
import type { SpanEntry } from "../../lib/wire/trace-files.ts";
import { parseJsonValue, type TreeValue } from "../previews/value-tree.ts";
import { TRACE_TEXTS } from "../texts/traces.ts";
import { spanDuration } from "../traces/span-rows.ts";
import { Block } from "./Block.tsx";
import { InlineTree } from "./InlineTree.tsx";
import { TraceState } from "./TraceState.tsx";

const INPUTS = "mlflow.spanInputs";
const OUTPUTS = "mlflow.spanOutputs";

/** What a span got, gave and knew. */
export function SpanDetail({ span }: { span: SpanEntry }): JSX.Element {
  const others = Object.entries(span.attributes).filter(
    ([key]) => key !== INPUTS && key !== OUTPUTS,
  );
  return (
    <>
      <Block title={span.name}>
        <dl class="key-values">
          <div>
            <dt>{TRACE_TEXTS.status}</dt>
            <dd>
              <TraceState state={span.status} /> {span.statusMessage}
            </dd>
          </div>
          {span.type !== null && (
            <div>
              <dt>{TRACE_TEXTS.type}</dt>
              <dd>{span.type.toLowerCase()}</dd>
            </div>
          )}
          <div>
            <dt>{TRACE_TEXTS.start}</dt>
            <dd>{spanDuration(span.startMs)}</dd>
          </div>
          <div>
            <dt>{TRACE_TEXTS.duration}</dt>
            <dd>
              {span.durationMs === null ? TRACE_TEXTS.running : spanDuration(span.durationMs)}
            </dd>
          </div>
        </dl>
      </Block>
      <Part title={TRACE_TEXTS.inputs} json={span.attributes[INPUTS]} />
      <Part title={TRACE_TEXTS.outputs} json={span.attributes[OUTPUTS]} />
      {span.events.length > 0 && (
        <Block title={TRACE_TEXTS.events} count={span.events.length}>
          {span.events.map((event, i) => (
            <div key={i}>
              <b>{event.name}</b> <span class="faint">{spanDuration(event.atMs)}</span>
              <InlineTree label={event.name} value={parsedAll(event.attributes)} />
            </div>
          ))}
        </Block>
      )}
      {others.length > 0 && (
        <Block title={TRACE_TEXTS.attributes} count={others.length}>
          <InlineTree
            label={TRACE_TEXTS.attributes}
            value={parsedAll(Object.fromEntries(others))}
          />
        </Block>
      )}
    </>
  );
}

function Part({ title, json }: { title: string; json: string | undefined }): JSX.Element | null {
  if (json === undefined) return null;
  return (
    <Block title={title}>
      <InlineTree label={title} value={parsed(json)} />
    </Block>
  );
}

function parsedAll(attributes: Readonly<Record<string, string>>): TreeValue {
  return Object.fromEntries(Object.entries(attributes).map(([key, json]) => [key, parsed(json)]));
}

/** Text that is no JSON is shown as it is. */
function parsed(json: string): TreeValue {
  try {
    return parseJsonValue(json);
  } catch {
    return json;
  }
}
