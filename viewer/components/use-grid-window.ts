import type { RefObject } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { lastRoom, noteRoom } from "../state/room.ts";
import { useLater } from "../state/use-later.ts";
import { type PlacedColumn, visibleColumns } from "../table/layout.ts";

/** The part of a grid that is drawn. */
export interface GridWindow {
  readonly firstRow: number;
  readonly endRow: number;
  readonly firstColumn: number;
  readonly endColumn: number;
  /** False from when other rows come into view until a rest: elements may then stand in another order than their rows. */
  readonly isRested: boolean;
}

interface GridSize {
  readonly rowCount: number;
  readonly rowHeight: number;
  /** Of what stays above and at the left. */
  readonly headHeight: number;
  readonly pinnedWidth: number;
  readonly columns: readonly PlacedColumn[];
}

/** Rows that are drawn beyond the edge, so that scrolling meets no blank ones. The first picture does without. */
const OVERSCAN_ROWS = 8;

/** After a rest of so long the elements are put into the order of the rows, for who reads the page in its order. */
const REST_MS = 400;

/** Follows the scroll position of a box, and changes only when other rows or columns come into view. */
export function useGridWindow(
  box: RefObject<HTMLElement | null>,
  size: GridSize,
): GridWindow & { look: () => void } {
  const [seen, setSeen] = useState(() => ({ top: 0, left: 0, ...lastRoom() }));
  const overscan = useLater(true) ? OVERSCAN_ROWS : 0;
  const latest = useRef(size);
  latest.current = size;

  const look = (): void => {
    const element = box.current;
    if (element === null) return;
    element.toggleAttribute("data-aside", element.scrollLeft > 0);
    const { rowHeight, columns, pinnedWidth } = latest.current;
    // Half the overscan: the rows ahead are drawn before the last of them is reached.
    const stride = (OVERSCAN_ROWS / 2) * rowHeight;
    const top = Math.floor(element.scrollTop / stride) * stride;
    const width = element.clientWidth;
    const [first] = visibleColumns(columns, element.scrollLeft, width - pinnedWidth);
    const left = first === 0 && element.scrollLeft === 0 ? 0 : element.scrollLeft;
    const height = element.clientHeight;
    noteRoom({ width, height });
    setSeen((old) => {
      const isSame =
        old.top === top &&
        old.width === width &&
        // Rows too many are no reason to draw again.
        old.height >= height &&
        sameColumns(columns, old.left, left, width - pinnedWidth);
      return isSame ? old : { top, left, width, height };
    });
  };

  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    const observer = new ResizeObserver(look);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  const { rowCount, rowHeight, headHeight, pinnedWidth, columns } = size;
  const [firstColumn, endColumn] = visibleColumns(columns, seen.left, seen.width - pinnedWidth);
  const firstRow = Math.max(0, Math.floor(seen.top / rowHeight) - overscan);
  const shown = Math.ceil((seen.height - headHeight) / rowHeight);
  const endRow = Math.min(rowCount, firstRow + Math.max(1, shown + overscan * 3));
  const isRested = useRested(firstRow) === firstRow;
  return { firstRow, endRow, firstColumn, endColumn, isRested, look };
}

/** A value as it was when it last stopped changing. */
function useRested(value: number): number {
  const [rested, setRested] = useState(value);
  useEffect(() => {
    if (rested === value) return;
    const timer = setTimeout(() => setRested(value), REST_MS);
    return () => clearTimeout(timer);
  }, [value, rested]);
  return rested;
}

function sameColumns(
  columns: readonly PlacedColumn[],
  left: number,
  right: number,
  width: number,
): boolean {
  const [a, b] = visibleColumns(columns, left, width);
  const [c, d] = visibleColumns(columns, right, width);
  return a === c && b === d;
}
