import { LIMITS } from "../../entities/limits.ts";
import type { Metric } from "../../entities/metric.ts";
import type { Param } from "../../entities/param.ts";
import type { Tag } from "../../entities/tag.ts";
import { MlrunsError } from "../../errors.ts";
import { encodeMetric } from "../../wire/metric.ts";

/** Something that is logged: part of a batch, or a call of its own that keeps its place between them. */
export type Logged =
  | { readonly kind: "metric"; readonly metric: Metric }
  | { readonly kind: "param"; readonly param: Param }
  | { readonly kind: "tag"; readonly tag: Tag }
  | { readonly kind: "call"; readonly call: Call };

/** A POST below `/api/2.0/mlflow/`. */
export interface Call {
  readonly path: string;
  readonly json: Readonly<Record<string, unknown>>;
}

/** Where what cannot be sent is kept, so that a process that dies loses nothing. */
export interface Keeper {
  keep(runId: string, logged: readonly Logged[]): void;
  /** All that was kept of a run has arrived. */
  discard(runId: string): void;
}

interface RunQueue {
  waiting: Logged[];
  /** Whether what is waiting is with the keeper, too. */
  isKept: boolean;
  /** Set while the queue is being sent. */
  sending: Promise<void> | undefined;
  timer: NodeJS.Timeout | undefined;
  /** What the server has refused since somebody was told. */
  refused: MlrunsError | undefined;
}

/** How long a point waits for others to come with it, ms. */
const DELAY_MS = 200;
const AWAY_DELAY_MS = 5_000;
/** MLflow takes requests of a million bytes; the rest is room for what JSON adds. */
const LARGEST_REQUEST = 800_000;

/**
 * What was logged and is not with the server yet. Each run has its queue: its entries are sent in their order, in batches as
 * large as MLflow takes, one request at a time.
 */
export class LogQueue {
  readonly #send: (call: Call) => Promise<unknown>;
  readonly #keeper: Keeper | undefined;
  readonly #runs = new Map<string, RunQueue>();

  constructor(send: (call: Call) => Promise<unknown>, keeper?: Keeper) {
    this.#send = send;
    this.#keeper = keeper;
  }

  add(runId: string, logged: readonly Logged[]): void {
    const queue = this.#queueOf(runId);
    if (queue.isKept) this.#keeper?.keep(runId, logged);
    for (const one of logged) queue.waiting.push(one);
    // A server that is away is not asked with every batch.
    const isFull = queue.waiting.length >= LIMITS.metricsPerBatch && !queue.isKept;
    const delay = queue.isKept ? AWAY_DELAY_MS : DELAY_MS;
    if (isFull) this.#start(runId, queue);
    else queue.timer ??= setTimeout(() => this.#start(runId, queue), delay);
  }

  /**
   * Waits until all that was logged, to one run or to all, is with the server.
   *
   * @throws MlrunsError what the server refused, or TEMPORARILY_UNAVAILABLE when it cannot be reached: what was not sent is
   *   kept, and is sent with the next call
   */
  async drain(runId?: string): Promise<void> {
    const runIds = runId === undefined ? [...this.#runs.keys()] : [runId];
    for (const id of runIds) {
      const queue = this.#runs.get(id);
      if (queue === undefined) continue;
      while (queue.waiting.length > 0 || queue.sending !== undefined) {
        this.#start(id, queue);
        await queue.sending;
      }
      const { refused } = queue;
      this.#runs.delete(id);
      if (refused !== undefined) throw refused;
    }
  }

  /** Gives all that is waiting to the keeper: a request has failed, and nobody knows for how long. */
  keepAll(): void {
    for (const [runId, queue] of this.#runs) {
      if (queue.isKept || queue.waiting.length === 0) continue;
      queue.isKept = true;
      this.#keeper?.keep(runId, queue.waiting);
    }
  }

  /** Takes out what is waiting. What was kept stays kept. */
  take(runId: string): readonly Logged[] {
    const queue = this.#runs.get(runId);
    clearTimeout(queue?.timer);
    this.#runs.delete(runId);
    return queue?.waiting ?? [];
  }

  /** Whether something of a run is with the keeper. */
  isKept(runId: string): boolean {
    return this.#runs.get(runId)?.isKept ?? false;
  }

  #queueOf(runId: string): RunQueue {
    const known = this.#runs.get(runId);
    if (known !== undefined) return known;
    const queue = {
      waiting: [],
      isKept: false,
      sending: undefined,
      timer: undefined,
      refused: undefined,
    };
    this.#runs.set(runId, queue);
    return queue;
  }

  #start(runId: string, queue: RunQueue): void {
    clearTimeout(queue.timer);
    queue.timer = undefined;
    if (queue.sending !== undefined || queue.waiting.length === 0) return;
    const sending = this.#sendAll(runId, queue).finally(() => {
      queue.sending = undefined;
    });
    queue.sending = sending;
    // Whoever drains is told; what was not sent stays.
    sending.catch(() => undefined);
  }

  async #sendAll(runId: string, queue: RunQueue): Promise<void> {
    while (queue.waiting.length > 0) {
      const batch = queue.waiting.slice(0, batchSize(queue.waiting));
      await this.#sendBatch(runId, batch, queue);
      queue.waiting.splice(0, batch.length);
    }
    if (!queue.isKept) return;
    queue.isKept = false;
    this.#keeper?.discard(runId);
  }

  /** Sends a batch; one that is refused is sent again in parts, so that what is wrong costs no more than itself. */
  async #sendBatch(runId: string, batch: readonly Logged[], queue: RunQueue): Promise<void> {
    try {
      await this.#send(toCall(runId, batch));
    } catch (error) {
      if (isAway(error) || !(error instanceof MlrunsError)) throw error;
      if (batch.length === 1) {
        queue.refused ??= error;
        return;
      }
      const half = Math.ceil(batch.length / 2);
      await this.#sendBatch(runId, batch.slice(0, half), queue);
      await this.#sendBatch(runId, batch.slice(half), queue);
    }
  }
}

/** The calls that send what was logged. */
export function toCalls(runId: string, logged: readonly Logged[]): readonly Call[] {
  const calls: Call[] = [];
  for (let rest = logged; rest.length > 0; ) {
    const count = batchSize(rest);
    calls.push(toCall(runId, rest.slice(0, count)));
    rest = rest.slice(count);
  }
  return calls;
}

/** Whether a request may succeed another time. */
export function isAway(error: unknown): error is MlrunsError {
  if (!(error instanceof MlrunsError)) return false;
  return (
    (error.httpStatus >= 500 && error.errorCode !== "NOT_IMPLEMENTED") || error.httpStatus === 429
  );
}

/** How many of the first entries go into one request. A key that comes again starts the next: order is not kept in a batch. */
function batchSize(waiting: readonly Logged[]): number {
  if (waiting[0]?.kind === "call") return 1;
  const keys = new Set<string>();
  const counts = { metric: 0, param: 0, tag: 0, call: 0 };
  let size = 0;
  for (const [i, logged] of waiting.entries()) {
    counts[logged.kind]++;
    size += sizeOf(logged);
    const key =
      logged.kind === "param"
        ? logged.param.key
        : logged.kind === "tag"
          ? `t ${logged.tag.key}`
          : "";
    const isFull =
      logged.kind === "call" ||
      i >= LIMITS.entitiesPerBatch ||
      counts.param > LIMITS.paramsPerBatch ||
      counts.tag > LIMITS.tagsPerBatch ||
      size > LARGEST_REQUEST ||
      (key !== "" && keys.has(key));
    if (isFull) return Math.max(i, 1);
    keys.add(key);
  }
  return waiting.length;
}

/** About the bytes of an entry in JSON; every character may take six. */
function sizeOf(logged: Logged): number {
  switch (logged.kind) {
    case "metric":
      return 150 + 2 * logged.metric.key.length;
    case "param":
      return 30 + 2 * (logged.param.key.length + logged.param.value.length);
    case "tag":
      return 30 + 2 * (logged.tag.key.length + logged.tag.value.length);
    case "call":
      return 0;
  }
}

export function toCall(runId: string, batch: readonly Logged[]): Call {
  const [first] = batch;
  if (first?.kind === "call") return first.call;
  return {
    path: "runs/log-batch",
    json: {
      run_id: runId,
      metrics: batch.flatMap((logged) =>
        logged.kind === "metric" ? encodeMetric(logged.metric) : [],
      ),
      params: batch.flatMap((logged) => (logged.kind === "param" ? logged.param : [])),
      tags: batch.flatMap((logged) => (logged.kind === "tag" ? logged.tag : [])),
    },
  };
}
