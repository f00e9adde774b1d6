import { useMemo, useRef } from "preact/hooks";
import { UNREADABLE } from "../data/runs-table.ts";
import type { RunsView } from "../state/runs-view.ts";
import { select, selection, toggleSelected } from "../state/selection.ts";
import type { RunGroup } from "../table/groups.ts";

export interface RowSelection {
  /** Of all runs that match. */
  readonly state: "none" | "some" | "all";
  /** Selects a row or lets it go; with a range, everything from the row before. */
  readonly toggle: (index: number, isRange: boolean) => void;
  /** Selects up to a row from where the last selection began. */
  readonly extend: (index: number) => void;
  readonly all: (isSelected: boolean) => void;
  readonly hasGroup: (group: RunGroup) => boolean;
}

/** Selects runs by their place in the table. A group stands for its runs. */
export function useRowSelection(view: RunsView): RowSelection {
  const anchor = useRef(0);
  const { table, display } = view;
  const selected = selection.value;

  const idsAt = (index: number): string[] => {
    const row = display.rows[index] ?? 0;
    const rows = row < 0 ? [...(display.groups[-1 - row]?.rows ?? [])] : [row];
    return rows.map((each) => table.runIds[each] ?? "");
  };
  const idsBetween = (a: number, b: number): string[] => {
    const first = Math.min(a, b);
    return Array.from({ length: Math.abs(a - b) + 1 }, (_, i) => idsAt(first + i)).flat();
  };
  const hasAll = (ids: readonly string[]): boolean => ids.every((id) => selected.has(id));

  const state = useMemo(() => {
    if (selected.size === 0) return "none";
    const matching = [...view.rows].filter((row) => table.status[row] !== UNREADABLE);
    const count = matching.filter((row) => selected.has(table.runIds[row] ?? "")).length;
    if (count === 0) return "none";
    return count === matching.length ? "all" : "some";
  }, [selected, view.rows, table]);

  return {
    state,
    toggle: (index, isRange) => {
      if (isRange) {
        toggleSelected(idsBetween(anchor.current, index), true);
        return;
      }
      const ids = idsAt(index);
      anchor.current = index;
      toggleSelected(ids, !hasAll(ids));
    },
    extend: (index) => toggleSelected(idsBetween(anchor.current, index), true),
    all: (isSelected) => selectMatching(view, isSelected),
    hasGroup: (group) => hasAll([...group.rows].map((row) => table.runIds[row] ?? "")),
  };
}

/** Selects every run that matches the filter, drawn or not. */
export function selectMatching(view: RunsView, isSelected: boolean): void {
  const { table, rows } = view;
  const readable = [...rows].filter((row) => table.status[row] !== UNREADABLE);
  select(isSelected ? readable.map((row) => table.runIds[row] ?? "") : []);
}
