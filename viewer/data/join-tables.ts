import {
  EMPTY_TABLE,
  METRIC_FIELDS,
  type MetricColumns,
  type RunsTable,
  type TextColumn,
} from "./runs-table.ts";

/** Puts tables below one another: the chunks of an experiment, or several experiments. Keys become the union. */
export function joinTables(tables: readonly RunsTable[]): RunsTable {
  const [first, second] = tables;
  if (first === undefined) return EMPTY_TABLE;
  if (second === undefined) return first;
  const length = tables.reduce((sum, table) => sum + table.length, 0);
  const texts = (pick: (table: RunsTable) => TextColumn | undefined): TextColumn =>
    joinTexts(tables, pick, length);
  const times = (pick: (table: RunsTable) => Float64Array | undefined): Float64Array =>
    joinNumbers(tables, pick, length, Number.NaN);
  const reading = tables.find((table) => table.reading !== undefined)?.reading;
  return {
    length,
    total: totalOf(tables),
    ...(reading && { reading }),
    runIds: tables.flatMap((table) => table.runIds),
    names: tables.flatMap((table) => table.names),
    status: joinBytes(tables, (table) => table.status, length),
    deleted: joinBytes(tables, (table) => table.deleted, length),
    startTime: times((table) => table.startTime),
    endTime: times((table) => table.endTime),
    lastWrite: times((table) => table.lastWrite),
    experiment: texts((table) => table.experiment),
    experimentName: texts((table) => table.experimentName),
    root: texts((table) => table.root),
    user: texts((table) => table.user),
    parent: texts((table) => table.parent),
    datasets: texts((table) => table.datasets),
    models: texts((table) => table.models),
    params: joinMaps(tables, "params", (key) => texts((table) => table.params.get(key))),
    tags: joinMaps(tables, "tags", (key) => texts((table) => table.tags.get(key))),
    metrics: joinMaps(tables, "metrics", (key) => joinMetric(tables, key, length)),
    problems: new Map(tables.flatMap((table) => [...table.problems])),
    copies: new Map(tables.flatMap((table) => [...table.copies])),
  };
}

/** Chunks of one experiment all carry its total; experiments add up. */
function totalOf(tables: readonly RunsTable[]): number {
  const totals = new Map<string, number>();
  for (const table of tables) {
    const experiment = table.experiment.values.join();
    totals.set(experiment, Math.max(totals.get(experiment) ?? 0, table.total));
  }
  return [...totals.values()].reduce((sum, total) => sum + total, 0);
}

function joinTexts(
  tables: readonly RunsTable[],
  pick: (table: RunsTable) => TextColumn | undefined,
  length: number,
): TextColumn {
  const codeOf = new Map<string, number>();
  const codes = new Int32Array(length).fill(-1);
  let offset = 0;
  for (const table of tables) {
    const column = pick(table);
    if (column !== undefined) {
      const translation = column.values.map((value) => {
        const known = codeOf.get(value);
        if (known !== undefined) return known;
        codeOf.set(value, codeOf.size);
        return codeOf.size - 1;
      });
      for (let row = 0; row < table.length; row++) {
        codes[offset + row] = translation[column.codes[row] ?? -1] ?? -1;
      }
    }
    offset += table.length;
  }
  return { values: [...codeOf.keys()], codes };
}

function joinNumbers(
  tables: readonly RunsTable[],
  pick: (table: RunsTable) => Float64Array | undefined,
  length: number,
  missing: number,
): Float64Array {
  const joined = new Float64Array(length).fill(missing);
  let offset = 0;
  for (const table of tables) {
    const numbers = pick(table);
    if (numbers !== undefined) joined.set(numbers, offset);
    offset += table.length;
  }
  return joined;
}

function joinBytes(
  tables: readonly RunsTable[],
  pick: (table: RunsTable) => Uint8Array,
  length: number,
): Uint8Array {
  const joined = new Uint8Array(length);
  let offset = 0;
  for (const table of tables) {
    joined.set(pick(table), offset);
    offset += table.length;
  }
  return joined;
}

function joinMetric(tables: readonly RunsTable[], key: string, length: number): MetricColumns {
  const joined = METRIC_FIELDS.map((field) => [
    field,
    joinNumbers(
      tables,
      (table) => table.metrics.get(key)?.[field],
      length,
      field === "count" ? 0 : Number.NaN,
    ),
  ]);
  return Object.fromEntries(joined) as MetricColumns;
}

function joinMaps<Column>(
  tables: readonly RunsTable[],
  kind: "params" | "tags" | "metrics",
  join: (key: string) => Column,
): Map<string, Column> {
  const keys = new Set(tables.flatMap((table) => [...table[kind].keys()]));
  return new Map([...keys].map((key) => [key, join(key)]));
}
