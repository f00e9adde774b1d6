import { AsyncLocalStorage } from "node:async_hooks";
import { newTraceId } from "../../store/traces.ts";
import type { ActiveRun } from "../active-run.ts";
import { chooseExperiment } from "../choose-experiment.ts";
import { currentRun } from "../current-run.ts";
import { isServer, rootOf, variable } from "../environment.ts";
import { openClient } from "../open-client.ts";
import type { TrackingClient } from "../tracking-client.ts";
import { LiveSpan, SPAN_ATTRIBUTE, type SpanContext, type SpanOptions } from "./live-span.ts";
import { summarizeTrace } from "./trace-summary.ts";

/** Where a trace goes. Only the outermost span of a trace is asked; what is left out is found as for `startRun`. */
export interface TraceDestination {
  /** The run that the trace belongs to; by default the one of the surrounding `startRun`. */
  readonly run?: ActiveRun;
  readonly client?: TrackingClient;
  readonly experimentId?: string;
  readonly experimentName?: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly metadata?: Readonly<Record<string, string>>;
  /** An id of your own, such as that of a request. */
  readonly clientRequestId?: string;
}

export type WithSpanOptions = SpanOptions & TraceDestination;

/** As `WithSpanOptions`; the name is the function's by default. */
export type TraceOptions = Partial<SpanOptions> & TraceDestination;

/** A trace that is being recorded. */
interface Recording extends SpanContext {
  readonly spans: LiveSpan[];
  readonly destination: TraceDestination;
  readonly run: ActiveRun | undefined;
  openSpans: number;
}

interface Place {
  readonly recording: Recording;
  readonly span: LiveSpan;
}

const places = new AsyncLocalStorage<Place>();
const pending = new Set<Promise<void>>();
let own: { readonly place: string; readonly client: TrackingClient } | undefined;

/**
 * Runs `body` in a span. The outermost span makes a trace, which is written when it is over; spans inside of it, also in
 * what `body` awaits, are its children. What `body` returns becomes the span's outputs unless it sets them itself; what it
 * throws is noted and thrown on.
 */
export function withSpan<Result>(
  name: string | WithSpanOptions,
  body: (span: LiveSpan) => Result,
): Result {
  const options = typeof name === "string" ? { name } : name;
  const parent = places.getStore();
  const recording = parent?.recording ?? startRecording(options);
  const span = new LiveSpan(recording, options, parent?.span.spanId ?? null);
  recording.spans.push(span);
  recording.openSpans++;
  const fail = (error: unknown): void => span.recordException(error);
  const succeed = (result: unknown): void => {
    if (result !== undefined && span.attribute(SPAN_ATTRIBUTE.outputs) === undefined) {
      span.setOutputs(result);
    }
  };
  try {
    const result = places.run({ recording, span }, () => body(span));
    if (!isThenable(result)) {
      succeed(result);
      void endSpan(recording, span);
      return result;
    }
    const settled = Promise.resolve(result).then(
      async (value) => {
        succeed(value);
        await endSpan(recording, span);
        return value;
      },
      async (error) => {
        fail(error);
        await endSpan(recording, span);
        throw error;
      },
    );
    return settled as Result;
  } catch (error) {
    fail(error);
    void endSpan(recording, span);
    throw error;
  }
}

/**
 * Makes a function whose calls are spans: arguments are the inputs, the result the outputs.
 *
 * @example const answer = trace(async (question: string) => ask(question), { name: "answer", spanType: "CHAIN" });
 */
export function trace<This, Arguments extends unknown[], Result>(
  fn: (this: This, ...args: Arguments) => Result,
  options: TraceOptions = {},
): (this: This, ...args: Arguments) => Result {
  const name = options.name ?? (fn.name || "function");
  return function (this: This, ...args: Arguments): Result {
    return withSpan({ ...options, name }, (span) => {
      span.setAttribute(SPAN_ATTRIBUTE.functionName, fn.name || name);
      span.setInputs(args.length === 1 ? args[0] : args);
      return fn.apply(this, args);
    });
  };
}

/** The innermost span that we are in; undefined outside of one. */
export function currentSpan(): LiveSpan | undefined {
  return places.getStore()?.span;
}

/** Waits until all traces that are over have been written. */
export async function flushTraces(): Promise<void> {
  while (pending.size > 0) await Promise.all(pending);
}

function startRecording(destination: TraceDestination): Recording {
  // Wall clock and a monotonic one: a duration is never negative, and a trace fits to the times of other machines.
  const offset = BigInt(Date.now()) * 1_000_000n - process.hrtime.bigint();
  return {
    traceId: newTraceId(),
    now: () => offset + process.hrtime.bigint(),
    spans: [],
    destination,
    run: destination.run ?? currentRun(),
    openSpans: 0,
  };
}

/** Ends a span, and with the last open one the trace: a child that nobody waited for belongs to it, too. */
async function endSpan(recording: Recording, span: LiveSpan): Promise<void> {
  if (!span.end() || --recording.openSpans > 0) return;
  const written = write(recording).catch((error: unknown) => {
    // The traced program goes on without its trace.
    const reason = error instanceof Error ? error.message : String(error);
    process.emitWarning(`Trace ${recording.traceId} could not be written: ${reason}`);
  });
  pending.add(written);
  await written;
  pending.delete(written);
}

async function write({ spans, destination, run }: Recording): Promise<void> {
  const [root, ...children] = spans.map((span) => span.toSpan());
  if (root === undefined) return;
  const client = destination.client ?? run?.client ?? defaultClient();
  const { experimentName } = destination;
  const ofRun = experimentName === undefined ? run?.info.experimentId : undefined;
  const experimentId =
    destination.experimentId ?? ofRun ?? (await chooseExperiment(client, destination));
  const all = [root, ...children];
  const summary = summarizeTrace(root, all, {
    ...destination,
    experimentId,
    ...(run !== undefined && { runId: run.runId }),
  });
  await client.logTrace(summary, all);
}

/** One client for all traces that name none; MLFLOW_TRACKING_URI may change meanwhile. */
function defaultClient(): TrackingClient {
  const place = isServer() ? (variable("MLFLOW_TRACKING_URI") ?? "") : rootOf();
  if (own?.place !== place) own = { place, client: openClient() };
  return own.client;
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === "object" &&
    value !== null &&
    "then" in value &&
    typeof value.then === "function"
  );
}
