import type { JSX } from "preact";
import { useContext } from "preact/hooks";
import type { OptionsById } from "../table/column-options.ts";
import type { Column } from "../table/columns.ts";
import { headCell, headGroups, NAME_GROUP, namePlace } from "../table/headings.ts";
import type { PlacedColumn, TableLayout } from "../table/layout.ts";
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
  readonly actions: HeadActions;
}

/** Two lines: the groups of columns with their prefix, then short names. */
export function RunTableHead(props: RunTableHeadProps): JSX.Element {
  const { layout, scrolling, offset, firstIndex, selected, actions } = props;
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
            first={{ kind: NAME_GROUP, width: layout.nameWidth }}
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
          {cell(namePlace(layout), 0)}
          {layout.pinned.map((placed, i) => cell(placed, 1 + i))}
        </div>
        <Spacer width={offset} />
        {scrolling.map((placed, i) => cell(placed, 1 + layout.pinned.length + firstIndex + i))}
      </div>
    </div>
  );
}

/** Names over adjacent columns of one group. A click folds the group; its columns' menus do the same. */
function GroupNames(props: {
  columns: readonly PlacedColumn[];
  first?: { readonly kind: string; readonly width: number };
}): JSX.Element {
  const { foldColumns } = useContext(TableContext);
  return (
    <>
      {headGroups(props.columns, props.first).map((span, i) => (
        <div key={i} class={span.class} style={{ width: `${span.width}px` }}>
          <button
            type="button"
            class="run-head-fold"
            tabIndex={-1}
            disabled={!span.hasLine}
            onClick={() => foldColumns(span.group)}
          >
            {span.kind !== "" && <span>{span.kind}</span>}
            {span.prefix !== "" && <b>{span.prefix}</b>}
            {span.hidden > 0 && <span>{RUNS_TEXTS.hiddenColumns(span.hidden)}</span>}
          </button>
        </div>
      ))}
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
  const { column, heading, width } = placed;
  const { better, arrow, place, ariaSort, ...said } = headCell(placed, sort, options);
  const resize = useResize(width, (wanted, isFinal) => actions.onWidth(column, wanted, isFinal));
  return (
    <div
      id={`run-head-${index}`}
      class={isActive ? `${said.class} run-head-active run-cell-active` : said.class}
      role="columnheader"
      aria-colindex={index + 2}
      aria-sort={ariaSort}
      title={column.key}
      style={{ width: `${width}px` }}
    >
      <button
        type="button"
        class="run-head-sort"
        tabIndex={-1}
        onClick={(event) => actions.onSort(column, event.shiftKey)}
      >
        {better !== "" && (
          <span class="run-head-better" aria-hidden="true">
            {better}
          </span>
        )}
        <span class="run-head-label">{heading.label}</span>
        {arrow !== "" && (
          <span class="run-head-arrow" aria-hidden="true">
            {arrow}
            {place !== "" && <sup>{place}</sup>}
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
