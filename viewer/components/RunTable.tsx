import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { useKeys } from "../state/keys.ts";
import { useNow } from "../state/now.ts";
import { isRoomy } from "../state/preferences.ts";
import { setColumnOptions } from "../state/runs-actions.ts";
import type { RunsView } from "../state/runs-view.ts";
import { selection } from "../state/selection.ts";
import type { Folds } from "../state/use-folds.ts";
import { NAME_COLUMN } from "../table/headings.ts";
import { makeRowContext } from "./drawn-columns.ts";
import { lazyComponent } from "./lazy.tsx";
import { RunTableHead } from "./RunTableHead.tsx";
import { RunTableRows } from "./RunTableRows.tsx";
import type { RowContext, RowState } from "./row-context.ts";
import { cellId } from "./run-row-cells.ts";
import { bringIntoView, cellOf, copyCell, describeCell } from "./run-table-dom.ts";
import { tableActions } from "./table-actions.ts";
import { TableContext } from "./table-context.ts";
import { HEAD_HEIGHT, rowHeightOf, tableClass } from "./table-look.ts";
import { type GridCell, useGridKeys } from "./use-grid-keys.ts";
import { type GridWindow, useGridWindow } from "./use-grid-window.ts";
import { useRowSelection } from "./use-row-selection.ts";
import { useScrollMemory } from "./use-scroll-memory.ts";
import { useTableLayout } from "./use-table-layout.ts";
import "./RunTable.css";

const CellMenu = lazyComponent(async () => (await import("./CellMenu.tsx")).CellMenu);

interface RunTableProps {
  readonly view: RunsView;
  readonly label: string;
  readonly folds: Folds;
}

/** The runs as an ARIA grid that only draws the rows and columns in view. */
export function RunTable({ view, label, folds }: RunTableProps): JSX.Element {
  const { table, display } = view;
  const box = useRef<HTMLDivElement>(null);
  const [openMenu, setOpenMenu] = useState<string | null>(null);
  const [menuCell, setMenuCell] = useState<GridCell | null>(null);
  const [folded, setFolded] = useState<ReadonlySet<string>>(new Set());
  const [layout, dragWidth] = useTableLayout(view, box, folded);
  const rowHeight = rowHeightOf(isRoomy.value);
  const columns = useMemo(
    () => [NAME_COLUMN, ...[...layout.pinned, ...layout.scrolling].map(({ column }) => column)],
    [layout],
  );
  const shown = useGridWindow(box, {
    rowCount: display.rows.length,
    rowHeight,
    headHeight: HEAD_HEIGHT,
    pinnedWidth: layout.pinnedWidth,
    columns: layout.scrolling,
  });
  const remember = useScrollMemory(box, "runs");
  const select = useRowSelection(view);
  const actions = tableActions(view, folds);

  const grid = useGridKeys({
    rowCount: display.rows.length,
    columnCount: columns.length,
    pageRows: () => {
      const height = (box.current?.clientHeight ?? 0) - HEAD_HEIGHT;
      return Math.max(1, Math.floor(height / rowHeight) - 1);
    },
    onMove: (cell) => bringIntoView(box.current, cell, layout, rowHeight),
    onOpen: (cell, event) => {
      if (cell.row >= 0) actions.open(cell.row);
      else actions.sort(columns[cell.column] ?? NAME_COLUMN, event.shiftKey);
    },
    onSelect: select.toggle,
    onExtend: select.extend,
    onFold: actions.fold,
    onMenu: (cell) => {
      if (cell.row >= 0) setMenuCell(cell);
      else setOpenMenu(columns[cell.column]?.id ?? null);
    },
    onSelectAll: () => select.all(true),
  });
  const focus = (): void => box.current?.focus({ preventScroll: true });
  useKeys({ j: focus, k: focus, ArrowDown: focus });

  useEffect(() => {
    if (grid.isBack) focus();
  }, []);

  const context = useRowContext(view, layout, shown, rowHeight);
  const isFirst = useRef(true);
  useLayoutEffect(() => {
    if (!isFirst.current && box.current !== null) box.current.scrollTop = 0;
    isFirst.current = false;
  }, [view.filter.filter, view.sort]);

  const onClick = (event: MouseEvent): void => {
    const target = event.target as HTMLElement;
    const cell = cellOf(target);
    if (cell === null) return;
    grid.setActive(cell);
    if (target.closest("a") !== null) return;
    focus();
    const isAdded = event.ctrlKey || event.metaKey;
    if (target.closest("[data-twisty]") !== null) actions.fold(cell.row, !actions.isOpen(cell.row));
    else if (event.shiftKey) select.toggle(cell.row, true);
    else if (isAdded || "select" in target.dataset) select.toggle(cell.row, false);
  };
  const onDoubleClick = (event: MouseEvent): void => {
    const target = event.target as HTMLElement;
    const cell = cellOf(target);
    if (cell !== null && target.closest("input, button") === null) actions.open(cell.row);
  };
  const onContextMenu = (event: MouseEvent): void => {
    const target = event.target as HTMLElement;
    const cell = cellOf(target);
    if (cell === null || target.closest("a") !== null) return;
    event.preventDefault();
    grid.setActive(cell);
    setMenuCell(cell);
  };

  const { active } = grid;
  const { firstColumn, endColumn } = shown;
  const activeHead = active.row < 0 ? active.column : -1;
  // Made anew when it changes, not whenever other rows come into view.
  const head = useMemo(
    () => (
      <RunTableHead
        layout={layout}
        scrolling={layout.scrolling.slice(firstColumn, endColumn)}
        offset={context.offset}
        firstIndex={firstColumn}
        sort={view.sort}
        options={view.options}
        selected={select.state}
        activeColumn={activeHead}
        actions={{
          onSort: actions.sort,
          onSelectAll: select.all,
          onWidth: (column, width, isFinal) => {
            dragWidth(isFinal ? null : { column, width });
            if (isFinal) setColumnOptions(view, column, { width });
          },
        }}
      />
    ),
    [view, layout, firstColumn, endColumn, select.state, activeHead],
  );
  const shared = useMemo(
    () => ({
      view,
      openMenu,
      setOpenMenu,
      folded,
      foldColumns: (group: string) => setFolded((old) => toggled(old, group)),
    }),
    [view, openMenu, folded],
  );
  const rows = range(shown.firstRow, shown.endRow).map((index): RowState => {
    const row = display.rows[index] ?? 0;
    const group = row < 0 ? (display.groups[-1 - row] ?? null) : null;
    return {
      index,
      row,
      group,
      depth: display.depth[index] ?? 0,
      isDim: display.isDim[index] === 1,
      childCount: display.childCount.get(row) ?? 0,
      isOpen: actions.isOpen(index),
      isSelected:
        group === null ? selection.value.has(table.runIds[row] ?? "") : select.hasGroup(group),
      activeColumn: active.row === index ? active.column : -1,
    };
  });
  const activeId = active.row < 0 ? `run-head-${active.column}` : cellId(active.row, active.column);
  return (
    <TableContext.Provider value={shared}>
      <div
        ref={box}
        class={tableClass(isRoomy.value, hasTwisties(view))}
        role="grid"
        tabIndex={0}
        aria-label={label}
        aria-rowcount={display.rows.length + 1}
        aria-colcount={columns.length + 1}
        aria-multiselectable="true"
        aria-activedescendant={activeId}
        onScroll={() => {
          shown.look();
          remember();
        }}
        onKeyDown={grid.onKeyDown}
        onClick={onClick}
        onDblClick={onDoubleClick}
        onContextMenu={onContextMenu}
        onPointerOver={(event) => describeCell(event.target as HTMLElement, view, columns)}
        onCopy={(event) => copyCell(event, view, active, columns)}
      >
        {head}
        <RunTableRows
          context={context}
          rows={rows}
          rowCount={display.rows.length}
          isRested={shown.isRested}
        />
      </div>
      {/* Beside the grid, which may hold nothing but rows. */}
      {menuCell !== null && (
        <CellMenu
          view={view}
          cell={menuCell}
          column={columns[menuCell.column] ?? NAME_COLUMN}
          onOpen={() => actions.open(menuCell.row)}
          onClose={() => {
            setMenuCell(null);
            focus();
          }}
        />
      )}
    </TableContext.Provider>
  );
}

function toggled(set: ReadonlySet<string>, item: string): ReadonlySet<string> {
  const next = new Set(set);
  if (!next.delete(item)) next.add(item);
  return next;
}

/** What all rows share, made anew only when it changes. */
function useRowContext(
  view: RunsView,
  layout: ReturnType<typeof useTableLayout>[0],
  { firstColumn, endColumn }: GridWindow,
  rowHeight: number,
): RowContext {
  const now = useNow();
  return useMemo(
    () => makeRowContext(view, layout, [firstColumn, endColumn], rowHeight, now),
    [view, layout, firstColumn, endColumn, rowHeight, now],
  );
}

/** Whether names keep room for what unfolds a row. */
function hasTwisties({ isNested, groupBy }: RunsView): boolean {
  return isNested || groupBy.length > 0;
}

function range(first: number, end: number): number[] {
  return Array.from({ length: end - first }, (_, i) => first + i);
}
