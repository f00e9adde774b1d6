import { RUN_STATUSES, type RunStatus } from "../../lib/entities/run.ts";
import type { RunsFile } from "../../lib/wire/data-files.ts";
import { encodeNumber } from "../../lib/wire/data-files.ts";
import { decodeRuns, type RunsTable } from "../../viewer/data/runs-table.ts";

/** A run as a test writes it down; what is left out is usual. */
export interface TestRun {
  readonly name: string;
  readonly id?: string;
  readonly status?: RunStatus;
  readonly isDeleted?: boolean;
  readonly start?: number;
  readonly end?: number | null;
  readonly lastWrite?: number;
  readonly user?: string;
  readonly parent?: string;
  readonly params?: Readonly<Record<string, string>>;
  readonly tags?: Readonly<Record<string, string>>;
  /** Last values. */
  readonly metrics?: Readonly<Record<string, number>>;
  readonly datasets?: string;
}

/** A runs table of the runs, through the data file that a server would send. */
export function makeTable(runs: readonly TestRun[], more: Partial<RunsFile> = {}): RunsTable {
  return decodeRuns(makeRunsFile(runs, more));
}

export function makeRunsFile(runs: readonly TestRun[], more: Partial<RunsFile> = {}): RunsFile {
  return {
    experimentId: "1",
    experimentName: more.experimentId ?? "1",
    total: runs.length,
    offset: 0,
    next: null,
    runIds: runs.map(idOf),
    names: runs.map((run) => run.name),
    status: runs.map((run) => RUN_STATUSES.indexOf(run.status ?? "FINISHED")),
    deleted: runs.map((run) => (run.isDeleted === true ? 1 : 0)),
    startTime: runs.map((run) => run.start ?? 0),
    endTime: runs.map((run) => (run.end === undefined ? 1_000 : run.end)),
    lastWrite: runs.map((run) => run.lastWrite ?? null),
    user: dictionary(runs, (run) => run.user),
    parent: dictionary(runs, (run) => run.parent),
    params: columns(runs, (run) => run.params, dictionaryOf),
    tags: columns(runs, (run) => run.tags, dictionaryOf),
    metrics: columns(runs, (run) => run.metrics, metricOf),
    datasets: dictionary(runs, (run) => run.datasets),
    models: dictionary(runs, () => undefined),
    unreadable: [],
    warnings: [],
    ...more,
  };
}

/** Rows by the names of their runs, to compare with. */
export function namesOf(table: RunsTable, rows: Iterable<number>): string[] {
  return [...rows].map((row) => table.names[row] ?? "");
}

function idOf(run: TestRun): string {
  return run.id ?? `id-${run.name}`;
}

function columns<Value, Column>(
  runs: readonly TestRun[],
  pick: (run: TestRun) => Readonly<Record<string, Value>> | undefined,
  make: (values: readonly (Value | undefined)[]) => Column,
): Record<string, Column> {
  const keys = [...new Set(runs.flatMap((run) => Object.keys(pick(run) ?? {})))];
  return Object.fromEntries(keys.map((key) => [key, make(runs.map((run) => pick(run)?.[key]))]));
}

function dictionary(
  runs: readonly TestRun[],
  pick: (run: TestRun) => string | undefined,
): RunsFile["user"] {
  return dictionaryOf(runs.map(pick));
}

function dictionaryOf(texts: readonly (string | undefined)[]): RunsFile["user"] {
  const values = [...new Set(texts.filter((text) => text !== undefined))];
  return { values, codes: texts.map((text) => (text === undefined ? -1 : values.indexOf(text))) };
}

function metricOf(numbers: readonly (number | undefined)[]): RunsFile["metrics"][string] {
  const encoded = numbers.map((number) => (number === undefined ? null : encodeNumber(number)));
  const some = (value: number) => numbers.map((number) => (number === undefined ? null : value));
  return {
    last: encoded,
    min: encoded,
    max: encoded,
    mean: encoded,
    step: some(3),
    count: some(4),
  };
}
