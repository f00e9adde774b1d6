import type { JSX } from "preact";
import { runHref } from "../state/links.ts";
import { query } from "../state/route.ts";
import { addCondition } from "../state/runs-actions.ts";
import type { RunsView } from "../state/runs-view.ts";
import { cellWriter } from "../table/cell.ts";
import type { Column } from "../table/columns.ts";
import { conditionFor } from "../table/condition.ts";
import { experimentOf } from "../table/row-names.ts";
import { RUNS_TEXTS } from "../texts/runs.ts";
import { type MenuItem, MenuItems } from "./Menu.tsx";
import { Popover } from "./Popover.tsx";
import { cellId } from "./run-row-cells.ts";
import { copyText } from "./Toast.tsx";
import type { GridCell } from "./use-grid-keys.ts";
import "./CellMenu.css";

interface CellMenuProps {
  readonly view: RunsView;
  readonly cell: GridCell;
  readonly column: Column;
  readonly onOpen: () => void;
  readonly onClose: () => void;
}

/** A value in full, and what one can do with it. */
export function CellMenu({
  view,
  cell,
  column,
  onOpen,
  onClose,
}: CellMenuProps): JSX.Element | null {
  const { table } = view;
  const row = view.display.rows[cell.row] ?? -1;
  if (row < 0) return null;
  const value = cellWriter(table, column, Date.now()).full(row);
  const q = query.value.get("q") ?? "";
  const condition = (isExcluded: boolean): string | null =>
    conditionFor(column, table, row, isExcluded);
  const conditions: MenuItem[] = [false, true].flatMap((isExcluded) => {
    const text = condition(isExcluded);
    if (text === null) return [];
    const label = isExcluded ? RUNS_TEXTS.excludeValue : RUNS_TEXTS.filterByValue;
    return [{ label, onChoose: () => addCondition(q, text) }];
  });
  const items: MenuItem[] = [
    ...(value === undefined
      ? []
      : [
          {
            label: RUNS_TEXTS.copyValue,
            icon: "copy" as const,
            onChoose: () => void copyText(value),
          },
        ]),
    ...conditions,
    { label: RUNS_TEXTS.openRun, hint: "Enter", onChoose: onOpen },
    {
      label: RUNS_TEXTS.openInTab,
      icon: "external",
      onChoose: () => {
        const href = runHref(experimentOf(table, row), table.runIds[row] ?? "");
        window.open(href, "_blank", "noopener");
      },
    },
  ];
  return (
    <Popover
      anchor={{ current: document.getElementById(cellId(cell.row, cell.column)) }}
      label={RUNS_TEXTS.cellMenu}
      class="cell-menu"
      onClose={onClose}
    >
      <p class="cell-menu-key mono">{column.key}</p>
      <p class="cell-menu-value">{value ?? RUNS_TEXTS.noValue}</p>
      <MenuItems items={items} onDone={onClose} label={RUNS_TEXTS.cellMenu} />
    </Popover>
  );
}
