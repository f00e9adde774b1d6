import { type Context, createContext } from "preact";
import type { RunsView } from "../state/runs-view.ts";

interface TableState {
  readonly view: RunsView | null;
  /** Id of the column whose menu is open. */
  readonly openMenu: string | null;
  readonly setOpenMenu: (columnId: string | null) => void;
}

/** What the parts of the runs table share. */
export const TableContext: Context<TableState> = createContext<TableState>({
  view: null,
  openMenu: null,
  setOpenMenu: () => undefined,
});
