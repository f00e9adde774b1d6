import { useRef } from "preact/hooks";
import { NARROWEST, WIDEST } from "../table/layout.ts";

interface Handlers {
  readonly onPointerDown: (event: PointerEvent & { currentTarget: HTMLElement }) => void;
  readonly onPointerMove: (event: PointerEvent) => void;
  readonly onPointerUp: () => void;
  readonly onPointerCancel: () => void;
  readonly onDblClick: () => void;
}

/**
 * Handlers of a grip that sets a width by dragging.
 *
 * @param onWidth - `isFinal` when the grip is let go; undefined goes back to the usual width (double click)
 */
export function useResize(
  width: number,
  onWidth: (width: number | undefined, isFinal: boolean) => void,
): Handlers {
  const drag = useRef<{ readonly x: number; readonly width: number; wanted: number } | null>(null);
  const end = (): void => {
    if (drag.current !== null && drag.current.wanted !== drag.current.width) {
      onWidth(drag.current.wanted, true);
    }
    drag.current = null;
  };
  return {
    onPointerDown: (event) => {
      event.preventDefault();
      event.currentTarget.setPointerCapture(event.pointerId);
      drag.current = { x: event.clientX, width, wanted: width };
    },
    onPointerMove: (event) => {
      if (drag.current === null) return;
      const wanted = drag.current.width + event.clientX - drag.current.x;
      drag.current.wanted = Math.round(Math.min(Math.max(wanted, NARROWEST), WIDEST));
      onWidth(drag.current.wanted, false);
    },
    onPointerUp: end,
    onPointerCancel: end,
    onDblClick: () => onWidth(undefined, true),
  };
}
