import { RUN_STATUSES } from "../../lib/entities/run.ts";
import { plainId } from "../../lib/wire/rooted-id.ts";
import type { RunsTable, TextColumn } from "../data/runs-table.ts";
import type { AttributeKey, Column } from "./columns.ts";
import { numberOf } from "./natural.ts";

/** Numbers over the rows. `has` tells a logged NaN from no value at all. */
export interface NumberData {
  readonly type: "number";
  readonly values: Float64Array;
  readonly has: (row: number) => boolean;
}

/** Texts over the rows. `numbers` is there when every value reads as a number. */
export interface TextData {
  readonly type: "text";
  readonly values: readonly string[];
  readonly codes: Int32Array;
  readonly numbers: Float64Array | null;
}

export type ColumnData = NumberData | TextData;

const cache = new WeakMap<RunsTable, Map<string, ColumnData>>();

/** The values of a column, computed once per table. */
export function columnData(table: RunsTable, column: Column): ColumnData {
  let columns = cache.get(table);
  if (columns === undefined) {
    columns = new Map();
    cache.set(table, columns);
  }
  let data = columns.get(column.id);
  if (data === undefined) {
    data = makeData(table, column);
    columns.set(column.id, data);
  }
  return data;
}

/** The text of a row, or undefined where it has none. */
export function textAt(data: TextData, row: number): string | undefined {
  return data.values[data.codes[row] ?? -1];
}

function makeData(table: RunsTable, column: Column): ColumnData {
  switch (column.kind) {
    case "metrics": {
      const metric = table.metrics.get(column.key);
      if (metric === undefined) return textData(emptyColumn(table));
      const { count } = metric;
      return { type: "number", values: metric[column.field], has: (row) => (count[row] ?? 0) > 0 };
    }
    case "params":
      return textData(table.params.get(column.key) ?? emptyColumn(table));
    case "tags":
      return textData(table.tags.get(column.key) ?? emptyColumn(table));
    case "attributes":
      return attributeData(table, column.key as AttributeKey);
  }
}

function attributeData(table: RunsTable, key: AttributeKey): ColumnData {
  const tag = (name: string): TextColumn => table.tags.get(name) ?? emptyColumn(table);
  switch (key) {
    case "name":
      return distinctData(table.names);
    case "id":
      return distinctData(table.runIds.map(plainId));
    case "start":
      return timeData(table.startTime);
    case "end":
      return timeData(table.endTime);
    case "duration":
      return timeData(durations(table));
    case "status":
      return wordData({
        values: [...RUN_STATUSES.map((status) => status.toLowerCase()), "unreadable"],
        codes: Int32Array.from(table.status),
      });
    case "experiment":
      return wordData(table.experimentName);
    case "root":
      return wordData(table.root);
    case "user":
      return wordData(table.user);
    case "dataset":
      return wordData(table.datasets);
    case "models":
      return wordData(table.models);
    case "source":
      return wordData(tag("mlflow.source.name"));
    case "commit":
      return wordData(tag("mlflow.source.git.commit"));
  }
}

/** Without a write for so long, a running run has most likely died. */
const SILENT_MS = 10 * 60_000;

/** Whether a run that says it goes on has written nothing for ten minutes. */
export function isSilent(table: RunsTable, row: number, now: number): boolean {
  return table.status[row] === 0 && now - lastSign(table, row) > SILENT_MS;
}

/** The last write, or the start of a run that has written nothing. */
function lastSign(table: RunsTable, row: number): number {
  const written = table.lastWrite[row] ?? Number.NaN;
  return Number.isNaN(written) ? (table.startTime[row] ?? Number.NaN) : written;
}

/** Of a run that goes on: until now, or until the last write when it has most likely died. */
function durations(table: RunsTable): Float64Array {
  const now = Date.now();
  return table.startTime.map((start, row) => {
    const end = table.endTime[row] ?? Number.NaN;
    if (!Number.isNaN(end) || table.status[row] !== 0) return end - start;
    if (!isSilent(table, row, now)) return now - start;
    const took = lastSign(table, row) - start;
    return took > 0 ? took : Number.NaN;
  });
}

function timeData(values: Float64Array): NumberData {
  return { type: "number", values, has: (row) => !Number.isNaN(values[row]) };
}

/** Values that are mostly different: each row has its own. */
function distinctData(values: readonly string[]): TextData {
  const codes = Int32Array.from(values, (value, row) => (value === "" ? -1 : row));
  return { type: "text", values, codes, numbers: null };
}

/** Words and names, digits among them or not: `007` is no number. */
function wordData({ values, codes }: TextColumn): TextData {
  return { type: "text", values, codes, numbers: null };
}

function textData({ values, codes }: TextColumn): TextData {
  return { type: "text", values, codes, numbers: numbersOf(values) };
}

function numbersOf(values: readonly string[]): Float64Array | null {
  const numbers = new Float64Array(values.length);
  for (const [code, value] of values.entries()) {
    const number = numberOf(value);
    if (number === undefined) return null;
    numbers[code] = number;
  }
  return values.length > 0 ? numbers : null;
}

function emptyColumn(table: RunsTable): TextColumn {
  return { values: [], codes: new Int32Array(table.length).fill(-1) };
}
