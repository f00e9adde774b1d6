import Papa from "papaparse";
import type { Records } from "./records.ts";

/** Delimited text that is read bit by bit. */
export interface CsvState {
  readonly delimiter: string;
  readonly records: Records;
  /** Text of the last row, which may go on in the next bit. */
  readonly rest: string;
}

/**
 * Reads a further piece of a file. Of the last row one cannot know whether it is whole until the file ends.
 *
 * @param delimiter - a tab for TSV; found out from the first piece when undefined
 */
export function readCsvPiece(
  before: CsvState | undefined,
  piece: string,
  isEnd: boolean,
  delimiter?: string,
): CsvState {
  const text = (before?.rest ?? "") + piece;
  const known = before?.delimiter ?? delimiter;
  const rows: string[][] = [];
  let rest = "";
  // Papa tells where each row ends: the last one is kept back unless the file ends with it.
  let start = 0;
  let end = 0;
  let found = known ?? ",";
  Papa.parse<string[]>(text, {
    ...(known !== undefined && { delimiter: known }),
    skipEmptyLines: true,
    step: ({ data, meta }) => {
      rows.push(data);
      found = meta.delimiter;
      start = end;
      end = meta.cursor;
    },
  });
  if (!isEnd && rows.length > 0) {
    rows.pop();
    rest = text.slice(start);
  }
  if (before !== undefined) {
    const { columns } = before.records;
    const all = [...before.records.rows, ...rows];
    return { delimiter: found, records: { columns: widened(columns, rows), rows: all }, rest };
  }
  const [header = [], ...body] = rows;
  return {
    delimiter: found,
    records: { columns: widened(header, body), rows: body },
    rest,
  };
}

/** Rows may be longer than the header. */
function widened(columns: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const width = rows.reduce((most, row) => Math.max(most, row.length), columns.length);
  return Array.from({ length: width }, (_, i) => columns[i] ?? "");
}

/** A delimiter in a word. */
export function delimiterName(delimiter: string): string {
  return { ",": "comma", "\t": "tab", ";": "semicolon", "|": "bar" }[delimiter] ?? delimiter;
}
