import type { ChangeEvent } from "../../lib/wire/data-files.ts";
import { DataError, isAbort } from "./errors.ts";
import { onChange } from "./live.ts";

/** Data as a page has it now. While newer data is read, the old stays. */
export interface Loaded<Value> {
  readonly data: Value | null;
  /** Of the last read; `data` may be there all the same, and old. */
  readonly error: DataError | null;
  readonly isLoading: boolean;
}

/** A part of the data is shown as it comes. */
export type Load<Value> = (signal: AbortSignal, onPart: (part: Value) => void) => Promise<Value>;

/** No more than this share of the time goes into reading again what keeps changing. */
const RELOAD_SHARE = 0.1;

/** Whether a change concerns what is read. `later`: only by numbers that nobody waits for, such as counts. */
export type Touch = boolean | "later";

/** A change that concerns little is read of so long after it, with those that have followed it by then. */
const LATER_MS = 4_000;

/** Whether a change may concern one of some runs. A change of several runs at once names none of them. */
export function touchesRuns({ runId }: ChangeEvent, runIds: readonly string[]): boolean {
  return runId === null || runIds.includes(runId);
}

export const NOTHING_YET = { data: null, error: null, isLoading: true } as const;

/**
 * Reads data now, and again whenever the tree changes in a way that concerns it.
 *
 * @returns stops reading
 */
export function keepReading<Value>(
  load: Load<Value>,
  isTouched: (change: ChangeEvent) => Touch,
  report: (update: (old: Loaded<Value>) => Loaded<Value>) => void,
): () => void {
  const reader = new Reader<Value>(load, (outcome) => report((old) => merge(old, outcome)));
  void reader.read();
  const stop = onChange((change, isAskedFor) => {
    const isAny = change.experimentId === null && change.runId === null;
    const touch = isAny || isTouched(change);
    if (touch !== false) reader.readSoon(isAskedFor, touch === "later" ? LATER_MS : 0);
  });
  const onVisible = (): void => reader.catchUp();
  document.addEventListener("visibilitychange", onVisible);
  return () => {
    stop();
    document.removeEventListener("visibilitychange", onVisible);
    reader.stop();
  };
}

type Outcome<Value> =
  | { readonly part: Value }
  | { readonly data: Value }
  | { readonly error: DataError };

function merge<Value>(old: Loaded<Value>, outcome: Outcome<Value>): Loaded<Value> {
  if ("error" in outcome) return { data: old.data, error: outcome.error, isLoading: false };
  if ("data" in outcome) return { data: outcome.data, error: null, isLoading: false };
  // A part replaces nothing that is whole.
  return old.isLoading ? { data: outcome.part, error: null, isLoading: true } : old;
}

/** Reads one thing at a time, and rests between reads in proportion to what they cost. */
class Reader<Value> {
  readonly #load: Load<Value>;
  readonly #report: (outcome: Outcome<Value>) => void;
  #controller: AbortController | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isStale = false;
  #isAskedFor = false;
  #restUntil = 0;
  /** When the next read is due. */
  #due = Number.POSITIVE_INFINITY;

  constructor(load: Load<Value>, report: (outcome: Outcome<Value>) => void) {
    this.#load = load;
    this.#report = report;
  }

  async read(): Promise<void> {
    const controller = new AbortController();
    const { signal } = controller;
    const started = performance.now();
    this.#controller = controller;
    this.#isStale = false;
    this.#isAskedFor = false;
    this.#due = Number.POSITIVE_INFINITY;
    try {
      const data = await this.#load(signal, (part) => {
        if (!signal.aborted) this.#report({ part });
      });
      if (!signal.aborted) this.#report({ data });
    } catch (error) {
      if (!signal.aborted && !isAbort(error)) this.#report({ error: toDataError(error) });
    }
    if (signal.aborted) return;
    this.#controller = null;
    const cost = performance.now() - started;
    this.#restUntil = started + cost / RELOAD_SHARE;
    if (this.#isStale) this.readSoon();
  }

  /** A hidden page waits until it is seen again. Who asked for it need not wait until the reader has rested. */
  readSoon(isAskedFor = false, waitMs = 0): void {
    this.#isStale = true;
    this.#isAskedFor ||= isAskedFor;
    if (this.#controller !== null || document.hidden) return;
    const now = performance.now();
    const due = this.#isAskedFor ? now : Math.max(this.#restUntil, now + waitMs);
    if (due >= this.#due) return;
    this.#due = due;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.read(), due - now);
  }

  catchUp(): void {
    if (this.#isStale) this.readSoon();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#controller?.abort();
  }
}

function toDataError(error: unknown): DataError {
  if (error instanceof DataError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new DataError("damaged", "", message, { cause: error });
}
