import type { MlrunsClient } from "../client/client.ts";
import type { NewTrace, TraceChanges } from "../client/trace-client.ts";
import type { ReadonlyDictionary } from "../entities/record.ts";
import { MLFLOW_TAG } from "../entities/tag.ts";
import type { Span, TraceState } from "../entities/trace.ts";
import { SOURCE_RUN } from "../entities/trace.ts";
import { MlrunsError } from "../errors.ts";
import { parsePythonJson } from "../format/python-json.ts";

/** Attributes of a root span that become tags of its trace. */
const TAG_PREFIX = "mlflow.traceTag.";
const SCHEMA_VERSION = "mlflow.trace_schema.version";

/** What is known of a trace's file without reading it. */
interface SpansFile {
  readonly stamp: string;
  readonly spanIds: Set<string>;
}

/** Traces that are remembered. */
const MOST_FILES = 1_000;

/**
 * Takes spans that come bit by bit, of whichever traces, and adds them to the traces of the tree. A trace that is not there
 * yet is created; its state and duration follow its root span, which comes last as a rule.
 *
 * Each trace is one file of spans, so that MLflow's clients find them where they look: what one request adds must not be
 * lost to another that adds at the same time. Spans of a trace that goes on are added at the end of its file, unread; its
 * root span has the file written anew, in order.
 */
export class TraceIngest {
  readonly #client: MlrunsClient;
  readonly #queues = new Map<string, Promise<void>>();
  /** Traces that spans were added to, the latest last. */
  readonly #files = new Map<string, SpansFile>();

  constructor(client: MlrunsClient) {
    this.#client = client;
  }

  /** @throws MlrunsError RESOURCE_DOES_NOT_EXIST for an unknown experiment */
  async add(
    experimentId: string,
    spans: readonly Span[],
    runId: string | undefined,
  ): Promise<void> {
    await this.#client.getExperiment(experimentId);
    for (const traceId of new Set(spans.map((span) => span.traceId))) {
      const own = spans.filter((span) => span.traceId === traceId);
      await this.#inTurn(traceId, () => this.#addToTrace(experimentId, traceId, own, runId));
    }
  }

  async #inTurn(traceId: string, work: () => Promise<void>): Promise<void> {
    const turn = (this.#queues.get(traceId) ?? Promise.resolve()).catch(() => undefined).then(work);
    this.#queues.set(traceId, turn);
    try {
      await turn;
    } finally {
      if (this.#queues.get(traceId) === turn) this.#queues.delete(traceId);
    }
  }

  async #addToTrace(
    experimentId: string,
    traceId: string,
    added: readonly Span[],
    runId: string | undefined,
  ): Promise<void> {
    if (this.#append(traceId, added)) return;
    const known = await this.#knownSpans(traceId);
    const ids = new Set(added.map(({ spanId }) => spanId));
    const spans = [...(known ?? []).filter(({ spanId }) => !ids.has(spanId)), ...added].sort(
      byStart,
    );
    const root = spans.find(({ parentId }) => parentId === null);
    if (known === undefined) {
      await this.#client.logTrace(newTrace(experimentId, traceId, spans, root, runId), spans);
      this.#remember(traceId, spans);
      return;
    }
    await this.#client.logSpans(traceId, spans);
    this.#remember(traceId, spans);
    if (root !== undefined && ids.has(root.spanId)) {
      await this.#client.endTrace(traceId, changesBy(root, spans));
    }
  }

  /** @returns false when there is more to do: for a root span, one that is there, or a file that others have written */
  #append(traceId: string, added: readonly Span[]): boolean {
    const file = this.#files.get(traceId);
    const isPlain = added.every(
      ({ spanId, parentId }) => parentId !== null && file?.spanIds.has(spanId) === false,
    );
    if (file === undefined || !isPlain) return false;
    this.#files.delete(traceId);
    const stamp = this.#appendToFile(traceId, added, file.stamp);
    if (stamp === undefined) return false;
    for (const { spanId } of added) file.spanIds.add(spanId);
    this.#files.set(traceId, { ...file, stamp });
    return true;
  }

  #appendToFile(traceId: string, added: readonly Span[], stamp: string): string | undefined {
    try {
      return this.#client.appendSpans(traceId, added, stamp);
    } catch (error) {
      // The trace was deleted meanwhile.
      if (error instanceof MlrunsError) return undefined;
      throw error;
    }
  }

  #remember(traceId: string, spans: readonly Span[]): void {
    const stamp = this.#client.stampOfSpans(traceId);
    this.#files.delete(traceId);
    if (stamp === undefined) return;
    this.#files.set(traceId, { stamp, spanIds: new Set(spans.map(({ spanId }) => spanId)) });
    const [oldest] = this.#files.keys();
    if (this.#files.size > MOST_FILES && oldest !== undefined) this.#files.delete(oldest);
  }

  /** The spans that a trace has so far; undefined when there is no such trace. */
  async #knownSpans(traceId: string): Promise<readonly Span[] | undefined> {
    try {
      await this.#client.getTraceInfo(traceId);
    } catch (error) {
      if (error instanceof MlrunsError) return undefined;
      throw error;
    }
    try {
      return await this.#client.getSpans(traceId);
    } catch (error) {
      if (error instanceof MlrunsError && error.errorCode === "NOT_FOUND") return [];
      throw error;
    }
  }
}

function newTrace(
  experimentId: string,
  traceId: string,
  spans: readonly Span[],
  root: Span | undefined,
  runId: string | undefined,
): NewTrace {
  const { traceMetadata, ...ended } = root === undefined ? {} : changesBy(root, spans);
  return {
    experimentId,
    traceId,
    requestTime: startOf(spans),
    state: "IN_PROGRESS",
    ...ended,
    traceMetadata: {
      [SCHEMA_VERSION]: "3",
      ...(runId !== undefined && { [SOURCE_RUN]: runId }),
      ...traceMetadata,
    },
  };
}

/** Spans are sent when they end, and read in the order in which they began. */
function byStart(a: Span, b: Span): number {
  return a.startTimeNs < b.startTimeNs ? -1 : a.startTimeNs > b.startTimeNs ? 1 : 0;
}

/** What the root span tells of its trace. */
function changesBy(root: Span, spans: readonly Span[]): TraceChanges {
  const { "mlflow.spanInputs": inputs, "mlflow.spanOutputs": outputs } = root.attributes;
  return {
    state: stateOf(root),
    requestTime: startOf(spans),
    ...(root.endTimeNs !== null && { executionDuration: endOf(spans) - startOf(spans) }),
    ...(inputs !== undefined && { requestPreview: inputs }),
    ...(outputs !== undefined && { responsePreview: outputs }),
    tags: { [MLFLOW_TAG.traceName]: root.name, ...tagsOf(root.attributes) },
  };
}

function stateOf(root: Span): TraceState {
  if (root.endTimeNs === null) return "IN_PROGRESS";
  return root.status.statusCode === "ERROR" ? "ERROR" : "OK";
}

function tagsOf(attributes: ReadonlyDictionary<string>): Record<string, string> {
  const tags: Record<string, string> = {};
  for (const [key, json] of Object.entries(attributes)) {
    if (!key.startsWith(TAG_PREFIX)) continue;
    const value = parsePythonJson(json, key);
    tags[key.slice(TAG_PREFIX.length)] = typeof value === "string" ? value : json;
  }
  return tags;
}

/** Milliseconds since the epoch. */
function startOf(spans: readonly Span[]): number {
  return spans.reduce(
    (first, { startTimeNs }) => Math.min(first, toMilliseconds(startTimeNs)),
    Number.POSITIVE_INFINITY,
  );
}

function endOf(spans: readonly Span[]): number {
  return spans.reduce(
    (last, { startTimeNs, endTimeNs }) => Math.max(last, toMilliseconds(endTimeNs ?? startTimeNs)),
    Number.NEGATIVE_INFINITY,
  );
}

function toMilliseconds(nanoseconds: bigint): number {
  return Number(nanoseconds / 1_000_000n);
}
