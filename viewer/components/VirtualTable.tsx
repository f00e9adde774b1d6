import type { ComponentChildren, JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { TEXTS } from "../texts.ts";
import { Icon } from "./Icon.tsx";
import "./VirtualTable.css";

export interface VirtualColumn {
  readonly name: string;
  /** Under the name: what kind of values there are. */
  readonly note?: string;
  readonly isNumber?: boolean;
  /** Pixels; the least of a column that grows. */
  readonly width: number;
  /** The name is read, not shown: the column is too narrow for it. */
  readonly isNameHidden?: boolean;
  /** Takes the room that the others leave. */
  readonly grows?: boolean;
}

interface VirtualTableProps {
  readonly label: string;
  readonly columns: readonly VirtualColumn[];
  readonly count: number;
  readonly rowHeight?: number;
  readonly cell: (row: number, column: number) => ComponentChildren;
  /** Full text of a cell, for its tooltip. */
  readonly title?: (row: number, column: number) => string | undefined;
  /** Numbers the rows in a first column; gets the row, gives its number. */
  readonly rowNumber?: (row: number) => number;
  /** The row that the page is about. */
  readonly isRowCurrent?: (row: number) => boolean;
  readonly sort?: { readonly column: number; readonly isDescending: boolean } | null;
  readonly onSort?: (column: number) => void;
}

const OVERSCAN = 8;
const ROW_HEIGHT = 28;

/** A table that only draws the rows in view; columns keep their widths. */
export function VirtualTable(props: VirtualTableProps): JSX.Element {
  const { columns, count, rowHeight = ROW_HEIGHT } = props;
  const scroller = useRef<HTMLElement>(null);
  const [view, setView] = useState({ first: 0, last: 60 });

  const look = (): void => {
    const box = scroller.current;
    if (box === null) return;
    const first = Math.max(0, Math.floor(box.scrollTop / rowHeight) - OVERSCAN);
    const last = Math.ceil((box.scrollTop + box.clientHeight) / rowHeight) + OVERSCAN;
    setView((old) => (old.first === first && old.last === last ? old : { first, last }));
  };
  useEffect(() => {
    const box = scroller.current;
    if (box === null) return;
    const observer = new ResizeObserver(look);
    observer.observe(box);
    return () => observer.disconnect();
  }, []);

  const last = Math.min(count, view.last);
  const first = Math.min(view.first, last);
  const hasGrowing = columns.some((column) => column.grows);
  const leastWidth = columns.reduce((sum, column) => sum + column.width, 0);
  return (
    <section
      ref={scroller}
      class="virtual-table"
      aria-label={props.label}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard
      tabIndex={0}
      onScroll={look}
    >
      <table aria-rowcount={count + 1} style={{ minWidth: `${leastWidth}px` }}>
        <colgroup>
          {props.rowNumber !== undefined && <col class="virtual-table-numbers" />}
          {columns.map((column, i) => (
            <col key={i} style={column.grows ? undefined : { width: `${column.width}px` }} />
          ))}
          {!hasGrowing && <col />}
        </colgroup>
        <thead>
          <tr>
            {props.rowNumber !== undefined && (
              <th scope="col">
                <span class="sr-only">{TEXTS.rowNumber}</span>
              </th>
            )}
            {columns.map((column, i) => (
              <HeaderCell
                key={i}
                column={column}
                sort={props.sort?.column === i ? props.sort : null}
                onSort={props.onSort && (() => props.onSort?.(i))}
              />
            ))}
            {!hasGrowing && <td class="virtual-table-filler" />}
          </tr>
        </thead>
        <tbody>
          <Spacer height={first * rowHeight} />
          {Array.from({ length: last - first }, (_, i) => first + i).map((row) => (
            <tr
              key={row}
              class={props.isRowCurrent?.(row) ? "is-current" : undefined}
              aria-rowindex={row + 2}
              style={{ height: `${rowHeight}px` }}
            >
              {props.rowNumber !== undefined && (
                <td class="virtual-table-number">{props.rowNumber(row).toLocaleString("en")}</td>
              )}
              {columns.map((column, i) => (
                <td
                  key={i}
                  class={column.isNumber === true ? "is-number" : undefined}
                  title={props.title?.(row, i)}
                >
                  {props.cell(row, i)}
                </td>
              ))}
              {!hasGrowing && <td />}
            </tr>
          ))}
          <Spacer height={(count - last) * rowHeight} />
        </tbody>
      </table>
    </section>
  );
}

function HeaderCell(props: {
  column: VirtualColumn;
  sort: { readonly isDescending: boolean } | null;
  onSort: (() => void) | undefined;
}): JSX.Element {
  const { column, sort, onSort } = props;
  const name = (
    <span class={column.isNameHidden === true ? "sr-only" : "virtual-table-name"}>
      <span class="cut">{column.name}</span>
      {sort !== null && <Icon name={sort.isDescending ? "down" : "up"} size={12} />}
    </span>
  );
  return (
    <th
      scope="col"
      class={column.isNumber === true ? "is-number" : undefined}
      aria-sort={sort === null ? undefined : sort.isDescending ? "descending" : "ascending"}
      title={column.name}
    >
      {onSort === undefined ? (
        name
      ) : (
        <button type="button" class="virtual-table-sort" onClick={onSort}>
          {name}
        </button>
      )}
      {column.note !== undefined && <span class="virtual-table-note cut">{column.note}</span>}
    </th>
  );
}

function Spacer({ height }: { height: number }): JSX.Element | null {
  if (height <= 0) return null;
  return (
    <tr class="virtual-table-spacer">
      <td style={{ height: `${height}px` }} />
    </tr>
  );
}
