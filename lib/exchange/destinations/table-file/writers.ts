import { appendFileSync, writeFileSync } from "node:fs";
import { loadSdk } from "../../../artifacts/sdk.ts";
import { printCsv } from "../../../format/csv.ts";
import { printPythonFloat } from "../../../format/python-float.ts";
import { printTimestamp } from "../../../format/timestamp.ts";
import type { Cell, Column, ColumnType, TableRow, TableWriter } from "./cell.ts";

type Open = (file: string, columns: readonly Column[]) => Promise<TableWriter>;

/** One line a format, by the ending of the file's name. */
export const TABLE_WRITERS: Readonly<Record<string, Open>> = {
  csv: async (file, columns) => openCsv(file, columns),
  json: async (file, columns) => openJson(file, columns),
  jsonl: async (file, columns) => openJsonLines(file, columns),
  parquet: openParquet,
};

function openCsv(file: string, columns: readonly Column[]): TableWriter {
  writeFileSync(file, printCsv([columns.map(({ name }) => name)]));
  const print = (row: TableRow): string[] =>
    columns.map(({ name, type }) => csvText(row[name] ?? null, type));
  return {
    write: (rows) => appendFileSync(file, printCsv(rows.map(print))),
    end: () => undefined,
  };
}

function openJson(file: string, columns: readonly Column[]): TableWriter {
  let separator = "[\n";
  writeFileSync(file, "");
  return {
    write: (rows) => {
      const texts = rows.map((row) => jsonText(row, columns));
      if (texts.length === 0) return;
      appendFileSync(file, separator + texts.join(",\n"));
      separator = ",\n";
    },
    end: () => appendFileSync(file, separator === "[\n" ? "[]\n" : "\n]\n"),
  };
}

function openJsonLines(file: string, columns: readonly Column[]): TableWriter {
  writeFileSync(file, "");
  return {
    write: (rows) =>
      appendFileSync(file, rows.map((row) => `${jsonText(row, columns)}\n`).join("")),
    end: () => undefined,
  };
}

async function openParquet(file: string, columns: readonly Column[]): Promise<TableWriter> {
  const { fileWriter, ParquetWriter, schemaFromColumnData } = await loadSdk(
    "Writing Parquet",
    "hyparquet-writer",
    () => import("hyparquet-writer"),
  );
  const dataOf = (rows: readonly TableRow[]) =>
    columns.map(({ name, type }) => ({
      name,
      type: PARQUET_TYPES[type],
      nullable: true,
      data: rows.map((row) => parquetValue(row[name] ?? null, type)),
    }));
  const writer = new ParquetWriter({
    writer: fileWriter(file),
    schema: schemaFromColumnData({ columnData: dataOf([]) }),
  });
  return {
    write: (rows) => {
      if (rows.length > 0) writer.write({ columnData: dataOf(rows) });
    },
    end: () => void writer.finish(),
  };
}

const PARQUET_TYPES = {
  text: "STRING",
  number: "DOUBLE",
  integer: "INT64",
  time: "TIMESTAMP",
} as const satisfies Record<ColumnType, string>;

function parquetValue(cell: Cell, type: ColumnType): string | number | bigint | Date | undefined {
  if (cell === null) return undefined;
  if (type === "integer") return BigInt(cell);
  if (type === "time") return new Date(cell);
  return cell;
}

function csvText(cell: Cell, type: ColumnType): string {
  if (cell === null) return "";
  if (typeof cell === "string") return cell;
  if (type === "time") return printTimestamp(cell);
  return type === "integer" ? String(cell) : printPythonFloat(cell);
}

/** Null is left out; JSON has no word for NaN and infinity, so they are text. */
function jsonText(row: TableRow, columns: readonly Column[]): string {
  const entries = columns.flatMap(({ name, type }) => {
    const cell = row[name] ?? null;
    if (cell === null) return [];
    if (typeof cell === "number" && !Number.isFinite(cell)) return [[name, String(cell)]];
    return [[name, type === "time" && typeof cell === "number" ? printTimestamp(cell) : cell]];
  });
  return JSON.stringify(Object.fromEntries(entries));
}
