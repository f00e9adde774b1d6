import type { RefObject } from "preact";
import { useEffect, useMemo, useState } from "preact/hooks";
import { lastRoom } from "../state/room.ts";
import type { RunsView } from "../state/runs-view.ts";
import { withOptions } from "../table/column-options.ts";
import { type Column, sharedPrefixes } from "../table/columns.ts";
import { layOut, type TableLayout } from "../table/layout.ts";

export interface WidthDrag {
  readonly column: Column;
  readonly width: number | undefined;
}

/** The columns at their places, for the width that the table has, and with the width that is being dragged. */
export function useTableLayout(
  view: RunsView,
  box: RefObject<HTMLElement | null>,
  folded: ReadonlySet<string>,
): readonly [TableLayout, (drag: WidthDrag | null) => void] {
  const [available, setAvailable] = useState(() => lastRoom().width);
  const [drag, setDrag] = useState<WidthDrag | null>(null);

  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    const observer = new ResizeObserver(() => setAvailable(element.clientWidth));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  const prefixes = useMemo(() => sharedPrefixes(view.table), [view.table]);
  const isGrouped = view.groupBy.length > 0;
  const layout = useMemo(() => {
    const options =
      drag === null ? view.options : withOptions(view.options, drag.column, { width: drag.width });
    return layOut(view.table, view.columns, options, prefixes, available, isGrouped, folded);
  }, [view.table, view.columns, view.options, prefixes, available, isGrouped, folded, drag]);
  return [layout, setDrag];
}
