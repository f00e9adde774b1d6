import { type Context, createContext } from "preact";
import type { RunsView } from "../state/runs-view.ts";

interface TableState {
  readonly view: RunsView | null;
  /** Id of the column whose menu is open. */
  readonly openMenu: string | null;
  readonly setOpenMenu: (columnId: string | null) => void;
  /** Groups of columns of which only the first is shown. */
  readonly folded: ReadonlySet<string>;
  readonly foldColumns: (group: string) => void;
}

/** What the parts of the runs table share. */
export const TableContext: Context<TableState> = createContext<TableState>({
  view: null,
  openMenu: null,
  setOpenMenu: () => undefined,
  folded: new Set(),
  foldColumns: () => undefined,
});
