import type { RunsTable } from "../data/runs-table.ts";
import type { CellWriter } from "../table/cell.ts";
import type { Column } from "../table/columns.ts";
import type { RunGroup } from "../table/groups.ts";
import type { PlacedColumn } from "../table/layout.ts";

/** A column as a row draws it: where it stands and what it says. */
export interface DrawnColumn {
  readonly placed: PlacedColumn;
  /** Among all columns, the name being 0. */
  readonly index: number;
  readonly writer: CellWriter;
  readonly style: { readonly width: string };
  /** Of every cell of the column. */
  readonly class: string;
  readonly isBest: (row: number) => boolean;
  /** 0 to 5, 0 for no tint. */
  readonly tint: (row: number) => number;
  readonly ofGroup: (group: RunGroup) => { readonly text: string; readonly deviation?: string };
}

/** What is the same for all rows. A new one draws all rows again. */
export interface RowContext {
  readonly table: RunsTable;
  readonly pinned: readonly DrawnColumn[];
  readonly scrolling: readonly DrawnColumn[];
  /** Of the first scrolling column that is drawn, pixels. */
  readonly offset: number;
  readonly nameWidth: number;
  /** Of everything that stays at the left. */
  readonly pinnedWidth: number;
  readonly rowHeight: number;
  readonly width: number;
  readonly groupBy: readonly Column[];
}

/** A row as it is to be drawn. */
export interface RowState {
  /** From the top of the table. */
  readonly index: number;
  readonly row: number;
  readonly group: RunGroup | null;
  readonly depth: number;
  readonly isDim: boolean;
  readonly childCount: number;
  readonly isOpen: boolean;
  readonly isSelected: boolean;
  /** Column of the cell that the keyboard is on, -1 when it is on another row. */
  readonly activeColumn: number;
}
