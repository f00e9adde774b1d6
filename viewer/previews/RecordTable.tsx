import type { JSX } from "preact";
import { useMemo, useState } from "preact/hooks";
import { type VirtualColumn, VirtualTable } from "../components/VirtualTable.tsx";
import { formatCount } from "../format.ts";
import { ARTIFACT_TEXTS } from "../texts/artifacts.ts";
import { type ColumnKind, cellText, columnKinds, type Records, sortRows } from "./records.ts";

interface RecordTableProps {
  readonly label: string;
  readonly records: Records;
  /** More about what is loaded, in the footer. */
  readonly note?: JSX.Element | undefined;
}

const CHARACTER = 7.4;
const LEAST_WIDTH = 72;
const MOST_WIDTH = 360;
/** Rows that widths are taken from. */
const LOOKED_AT = 200;

/** Rows and columns of a file, sorted by any column. */
export function RecordTable({ label, records, note }: RecordTableProps): JSX.Element {
  const [sort, setSort] = useState<{ column: number; isDescending: boolean } | null>(null);
  const kinds = useMemo(() => columnKinds(records), [records]);
  const columns = useMemo(() => kinds.map((kind, i) => layout(kind, i, records)), [kinds]);
  const order = useMemo(
    () =>
      sort === null
        ? null
        : sortRows(records, sort.column, kinds[sort.column]?.isNumber === true, sort.isDescending),
    [records, sort, kinds],
  );
  const at = (row: number): number => order?.[row] ?? row;
  const text = (row: number, column: number): string =>
    cellText(records.rows[at(row)]?.[column] ?? null);
  return (
    <>
      <VirtualTable
        label={label}
        columns={columns}
        count={records.rows.length}
        cell={text}
        title={text}
        rowNumber={(row) => at(row) + 1}
        sort={sort}
        onSort={(column) => setSort(nextSort(sort, column))}
      />
      <footer class="page-foot">
        <span>
          <b>{formatCount(records.rows.length)}</b> {ARTIFACT_TEXTS.rows},{" "}
          {formatCount(records.columns.length)} {ARTIFACT_TEXTS.columns}
        </span>
        {note}
      </footer>
    </>
  );
}

/** Up, down, and back to the order of the file. */
function nextSort(
  sort: { column: number; isDescending: boolean } | null,
  column: number,
): { column: number; isDescending: boolean } | null {
  if (sort?.column !== column) return { column, isDescending: false };
  return sort.isDescending ? null : { column, isDescending: true };
}

function layout(kind: ColumnKind, column: number, records: Records): VirtualColumn {
  const lengths = records.rows
    .slice(0, LOOKED_AT)
    .map((row) => cellText(row[column] ?? null).length);
  const longest = Math.max(kind.name.length + 2, kind.note.length, ...lengths);
  const width = Math.min(MOST_WIDTH, Math.max(LEAST_WIDTH, longest * CHARACTER + 20));
  return { name: kind.name, note: kind.note, isNumber: kind.isNumber, width: Math.round(width) };
}
