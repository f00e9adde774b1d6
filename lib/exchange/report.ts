import { MlrunsError } from "../errors.ts";
import type { Item, Kind } from "./items.ts";

export interface Count {
  carried: number;
  /** Were at the destination already, and were brought up to date. */
  updated: number;
  /** Were at the destination already. */
  there: number;
}

/** Something that did not arrive. */
export interface Failure {
  readonly kind: string;
  readonly id: string;
  readonly message: string;
}

/** What an exchange did, as `--json` prints it. */
export interface ExchangeReport {
  readonly counts: Readonly<Record<Kind | "modelVersion", Readonly<Count>>>;
  readonly metricPoints: number;
  readonly artifacts: { readonly files: number; readonly bytes: number };
  /** Items and parts of items that are missing at the destination. */
  readonly failures: readonly Failure[];
  /** What the destination cannot hold by its nature, each said once. */
  readonly notes: readonly { readonly message: string; readonly count: number }[];
}

/** Collects what happens on the way. */
export class Report implements ExchangeReport {
  readonly counts: Record<Kind | "modelVersion", Count> = {
    experiment: { carried: 0, updated: 0, there: 0 },
    run: { carried: 0, updated: 0, there: 0 },
    loggedModel: { carried: 0, updated: 0, there: 0 },
    trace: { carried: 0, updated: 0, there: 0 },
    registeredModel: { carried: 0, updated: 0, there: 0 },
    modelVersion: { carried: 0, updated: 0, there: 0 },
  };
  metricPoints = 0;
  readonly artifacts: { files: number; bytes: number } = { files: 0, bytes: 0 };
  readonly failures: Failure[] = [];
  readonly #notes = new Map<string, number>();

  get notes(): ExchangeReport["notes"] {
    return [...this.#notes].map(([message, count]) => ({ message, count }));
  }

  fail(kind: string, id: string, error: unknown): void {
    if (!(error instanceof Error)) throw error;
    this.failures.push({ kind, id, message: error.message });
  }

  /** What a part of an item was refused for. */
  refused(item: Item, part: string): (key: string, error: MlrunsError) => void {
    return (key, error) => this.fail(`${part} of ${WORDS[item.kind]} ${item.id}`, key, error);
  }

  /** What was changed at both ends since the last import. */
  differs(item: Item): (what: string) => void {
    const message = "It was changed here and at the source; it stays as it is here.";
    return (what) =>
      this.failures.push({ kind: `${WORDS[item.kind]} ${item.id}`, id: what, message });
  }

  note(message: string, count = 1): void {
    if (count > 0) this.#notes.set(message, (this.#notes.get(message) ?? 0) + count);
  }

  /** A plain object, without what only collecting needs. */
  toJSON(): ExchangeReport {
    const { counts, metricPoints, artifacts, failures, notes } = this;
    return { counts, metricPoints, artifacts, failures, notes };
  }
}

/** Kinds as people call them. */
export const WORDS: Readonly<Record<Kind | "modelVersion", string>> = {
  experiment: "experiment",
  run: "run",
  loggedModel: "logged model",
  trace: "trace",
  registeredModel: "registered model",
  modelVersion: "model version",
};

/** Whether an error is about one item only: the store behind it is there and answers. */
export function concernsOneItem(error: unknown): boolean {
  if (!(error instanceof MlrunsError)) return false;
  return !FINAL.has(error.errorCode);
}

/** After these the next item would fail as well. */
const FINAL: ReadonlySet<string> = new Set([
  "TEMPORARILY_UNAVAILABLE",
  "UNAUTHENTICATED",
  "PERMISSION_DENIED",
  "FEATURE_DISABLED",
  "CANCELLED",
]);
