import { useState } from "preact/hooks";
import { useEntryMemory } from "../state/entry-memory.ts";

/** A cell of the grid. Row -1 is the heading, column 0 the name. */
export interface GridCell {
  readonly row: number;
  readonly column: number;
}

interface Grid {
  readonly rowCount: number;
  /** Columns with the name. */
  readonly columnCount: number;
  /** Rows that Page Down goes on by. */
  readonly pageRows: () => number;
  readonly onMove: (cell: GridCell) => void;
  /** Enter. */
  readonly onOpen: (cell: GridCell, event: KeyboardEvent) => void;
  /** Space or `x`. */
  readonly onSelect: (row: number, isRange: boolean) => void;
  /** Shift with an arrow: from the cell before to this one. */
  readonly onExtend: (row: number) => void;
  /** Whether a right or left arrow on the name opened or closed the row. */
  readonly onFold: (row: number, isOpen: boolean) => boolean;
  readonly onMenu: (cell: GridCell) => void;
  readonly onSelectAll: () => void;
}

/** Moves one cell with the keyboard, as an ARIA grid does. */
export function useGridKeys(grid: Grid): {
  readonly active: GridCell;
  /** The reader comes back to this entry. */
  readonly isBack: boolean;
  readonly setActive: (cell: GridCell) => void;
  readonly onKeyDown: (event: KeyboardEvent) => void;
} {
  // Back finds the cell again, and the keyboard on it.
  const memory = useEntryMemory<GridCell>("grid cell");
  const [active, setActiveNow] = useState<GridCell>(memory.value ?? { row: 0, column: 0 });
  const setActive = (cell: GridCell): void => {
    memory.remember(cell);
    setActiveNow(cell);
  };
  const last = grid.rowCount - 1;

  const goTo = (row: number, column: number): GridCell => {
    const cell = {
      row: Math.min(Math.max(row, -1), last),
      column: Math.min(Math.max(column, 0), grid.columnCount - 1),
    };
    setActive(cell);
    grid.onMove(cell);
    return cell;
  };

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.target !== event.currentTarget || event.altKey) return;
    if (act(event)) {
      event.preventDefault();
      event.stopPropagation();
    }
  };

  const act = (event: KeyboardEvent): boolean => {
    const { row, column } = active;
    const isFar = event.ctrlKey || event.metaKey;
    if (isFar && event.key.toLowerCase() === "a") {
      grid.onSelectAll();
      return true;
    }
    const move = moveOf(event.key, isFar, active, grid);
    if (move !== undefined) {
      const isFold = column === 0 && !isFar && row >= 0;
      if (isFold && event.key === "ArrowRight" && grid.onFold(row, true)) return true;
      if (isFold && event.key === "ArrowLeft" && grid.onFold(row, false)) return true;
      const cell = goTo(move.row, move.column);
      if (event.shiftKey && cell.row !== row) grid.onExtend(cell.row);
      return true;
    }
    if (isFar) return false;
    switch (event.key) {
      case "Enter":
        grid.onOpen(active, event);
        return true;
      case " ":
      case "x":
        if (row >= 0) grid.onSelect(row, event.shiftKey);
        return true;
      case "ContextMenu":
      case "F10":
        if (event.key === "F10" && !event.shiftKey) return false;
        grid.onMenu(active);
        return true;
      default:
        return false;
    }
  };

  const row = Math.min(active.row, last);
  const column = Math.min(active.column, grid.columnCount - 1);
  return { active: { row, column }, isBack: memory.value !== undefined, setActive, onKeyDown };
}

function moveOf(
  key: string,
  isFar: boolean,
  { row, column }: GridCell,
  grid: Grid,
): GridCell | undefined {
  const last = grid.rowCount - 1;
  const moves: Readonly<Record<string, GridCell>> = {
    ArrowDown: { row: isFar ? last : row + 1, column },
    ArrowUp: { row: isFar ? 0 : row - 1, column },
    ArrowRight: { row, column: isFar ? grid.columnCount - 1 : column + 1 },
    ArrowLeft: { row, column: isFar ? 0 : column - 1 },
    PageDown: { row: row + grid.pageRows(), column },
    PageUp: { row: Math.max(0, row - grid.pageRows()), column },
    Home: { row: isFar ? 0 : row, column: 0 },
    End: { row: isFar ? last : row, column: grid.columnCount - 1 },
  };
  const vim: Readonly<Record<string, string>> = { j: "ArrowDown", k: "ArrowUp" };
  return moves[isFar ? key : (vim[key] ?? key)];
}
