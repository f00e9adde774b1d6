import type { JSX } from "preact";
import { useContext } from "preact/hooks";
import { directionOf, type OptionsById } from "../table/column-options.ts";
import { ATTRIBUTES, type Column } from "../table/columns.ts";
import { groupOf, type PlacedColumn, type TableLayout } from "../table/layout.ts";
import type { SortKey } from "../table/sort.ts";
import { RUNS_TEXTS } from "../texts/runs.ts";
import { Checkbox } from "./Checkbox.tsx";
import { ColumnMenu } from "./ColumnMenu.tsx";
import { TableContext } from "./table-context.ts";
import { useResize } from "./use-resize.ts";
import "./RunTableHead.css";

export interface HeadActions {
  readonly onSort: (column: Column, isAdded: boolean) => void;
  readonly onSelectAll: (isSelected: boolean) => void;
  /** Undefined is the usual width; `isFinal` is false while a grip is dragged. */
  readonly onWidth: (column: Column, width: number | undefined, isFinal: boolean) => void;
}

interface RunTableHeadProps {
  readonly layout: TableLayout;
  readonly scrolling: readonly PlacedColumn[];
  /** Of the first visible column. */
  readonly offset: number;
  /** Index of the first visible column among all. */
  readonly firstIndex: number;
  readonly sort: readonly SortKey[];
  readonly options: OptionsById;
  readonly selected: "none" | "some" | "all";
  /** Column of the heading that the keyboard is on, -1 for none. */
  readonly activeColumn: number;
  readonly nameColumn: Column;
  readonly actions: HeadActions;
}

/** Two lines: the groups of columns with their prefix, then short names. */
export function RunTableHead(props: RunTableHeadProps): JSX.Element {
  const { layout, scrolling, offset, firstIndex, selected, actions, nameColumn } = props;
  const style = { width: `${layout.totalWidth}px` };
  const pinnedStyle = { width: `${layout.pinnedWidth}px` };
  const cell = (placed: PlacedColumn, index: number): JSX.Element => (
    <HeadCell
      key={placed.column.id}
      placed={placed}
      index={index}
      sort={props.sort}
      options={props.options}
      isActive={props.activeColumn === index}
      actions={actions}
    />
  );
  return (
    <div class="run-table-head" role="rowgroup" style={style}>
      <div class="run-head-line run-head-groups" aria-hidden="true">
        <div class="run-pinned" style={pinnedStyle}>
          <span class="run-cell-select" />
          <GroupNames
            columns={layout.pinned}
            first={{ kind: "Attributes", width: layout.nameWidth }}
          />
        </div>
        <Spacer width={offset} />
        <GroupNames columns={scrolling} />
      </div>
      <div class="run-head-line run-head-leaves" role="row" aria-rowindex={1}>
        <div class="run-pinned" style={pinnedStyle}>
          <div class="run-cell-select" role="columnheader" aria-colindex={1}>
            <Checkbox
              isChecked={selected === "all"}
              isMixed={selected === "some"}
              label={RUNS_TEXTS.selectAll}
              tabIndex={-1}
              onChange={actions.onSelectAll}
            />
          </div>
          {cell(
            {
              column: nameColumn,
              heading: { kind: "Attributes", prefix: "", label: ATTRIBUTES.name },
              left: 0,
              width: layout.nameWidth,
              isNumeric: false,
              hidden: 0,
              startsGroup: false,
            },
            0,
          )}
          {layout.pinned.map((placed, i) => cell(placed, 1 + i))}
        </div>
        <Spacer width={offset} />
        {scrolling.map((placed, i) => cell(placed, 1 + layout.pinned.length + firstIndex + i))}
      </div>
    </div>
  );
}

interface GroupSpan {
  readonly kind: string;
  readonly prefix: string;
  readonly group: string;
  width: number;
  hidden: number;
  readonly hasLine: boolean;
}

/** Names over adjacent columns of one group. A click folds the group; its columns' menus do the same. */
function GroupNames(props: {
  columns: readonly PlacedColumn[];
  first?: { readonly kind: string; readonly width: number };
}): JSX.Element {
  const { foldColumns } = useContext(TableContext);
  const { first } = props;
  const spans: GroupSpan[] =
    first === undefined ? [] : [{ ...first, prefix: "", group: "", hidden: 0, hasLine: false }];
  for (const { heading, width, hidden, startsGroup } of props.columns) {
    const last = spans.at(-1);
    if (last !== undefined && !startsGroup) {
      last.width += width;
      last.hidden += hidden;
    } else {
      spans.push({ ...heading, group: groupOf(heading), width, hidden, hasLine: startsGroup });
    }
  }
  let before = first === undefined ? "Attributes" : "";
  return (
    <>
      {spans.map(({ kind, prefix, group, width, hidden, hasLine }, i) => {
        // The kind is said once, then only its prefixes.
        const isNewKind = kind !== before;
        before = kind;
        return (
          <div
            key={i}
            class={hasLine ? "run-head-group run-cell-group" : "run-head-group"}
            style={{ width: `${width}px` }}
          >
            <button
              type="button"
              class="run-head-fold"
              tabIndex={-1}
              disabled={!hasLine}
              onClick={() => foldColumns(group)}
            >
              {isNewKind && <span>{kind}</span>}
              {prefix !== "" && <b>{prefix}</b>}
              {hidden > 0 && <span>{RUNS_TEXTS.hiddenColumns(hidden)}</span>}
            </button>
          </div>
        );
      })}
    </>
  );
}

interface HeadCellProps {
  readonly placed: PlacedColumn;
  readonly index: number;
  readonly sort: readonly SortKey[];
  readonly options: OptionsById;
  readonly isActive: boolean;
  readonly actions: HeadActions;
}

function HeadCell({ placed, index, sort, options, isActive, actions }: HeadCellProps): JSX.Element {
  const { column, heading, width, isNumeric, startsGroup } = placed;
  const place = sort.findIndex((key) => key.column.id === column.id);
  const key = sort[place];
  const direction = directionOf(column, options);
  const resize = useResize(width, (wanted, isFinal) => actions.onWidth(column, wanted, isFinal));
  const classes = [
    "run-head-cell",
    startsGroup && "run-cell-group",
    isNumeric && "run-head-number",
    key !== undefined && "run-head-sorted",
    isActive && "run-head-active run-cell-active",
  ];
  return (
    <div
      id={`run-head-${index}`}
      class={classes.filter(Boolean).join(" ")}
      role="columnheader"
      aria-colindex={index + 2}
      aria-sort={key === undefined ? "none" : key.isDescending ? "descending" : "ascending"}
      title={column.key}
      style={{ width: `${width}px` }}
    >
      <button
        type="button"
        class="run-head-sort"
        tabIndex={-1}
        onClick={(event) => actions.onSort(column, event.shiftKey)}
      >
        {direction !== undefined && (
          <span class="run-head-better" aria-hidden="true">
            {direction === "higher" ? "↑" : "↓"}
          </span>
        )}
        <span class="run-head-label">{heading.label}</span>
        {key !== undefined && (
          <span class="run-head-arrow" aria-hidden="true">
            {key.isDescending ? "▼" : "▲"}
            {sort.length > 1 && <sup>{place + 1}</sup>}
          </span>
        )}
      </button>
      <ColumnMenu placed={placed} />
      <span class="run-head-resize" aria-hidden="true" {...resize} />
    </div>
  );
}

function Spacer({ width }: { width: number }): JSX.Element | null {
  return width === 0 ? null : <div class="run-spacer" style={{ width: `${width}px` }} />;
}
