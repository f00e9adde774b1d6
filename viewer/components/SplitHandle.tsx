import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import "./SplitHandle.css";

interface SplitHandleProps {
  readonly label: string;
  /** Of what stands before the handle, pixels. */
  readonly width: number;
  readonly least: number;
  readonly most: number;
  /** Undefined goes back to the usual width. */
  readonly onWidth: (width: number | undefined) => void;
}

const KEY_STEP = 16;

/** The line between two panes: dragged, or moved by arrow keys. A double click gives the usual width back. */
export function SplitHandle(props: SplitHandleProps): JSX.Element {
  const { width, least, most, onWidth } = props;
  const drag = useRef<{ readonly x: number; readonly width: number } | null>(null);
  const set = (wanted: number): void => onWidth(Math.min(Math.max(wanted, least), most));
  const end = (): void => {
    drag.current = null;
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: an <hr> takes no focus and no value
    <div
      class="split-handle"
      role="separator"
      tabIndex={0}
      aria-orientation="vertical"
      aria-label={props.label}
      aria-valuenow={width}
      aria-valuemin={least}
      aria-valuemax={most}
      onPointerDown={(event) => {
        event.preventDefault();
        event.currentTarget.setPointerCapture(event.pointerId);
        drag.current = { x: event.clientX, width };
      }}
      onPointerMove={(event) => {
        if (drag.current !== null) set(drag.current.width + event.clientX - drag.current.x);
      }}
      onPointerUp={end}
      onPointerCancel={end}
      onDblClick={() => onWidth(undefined)}
      onKeyDown={(event) => {
        const step = { ArrowLeft: -KEY_STEP, ArrowRight: KEY_STEP }[event.key];
        if (step === undefined) return;
        event.preventDefault();
        set(width + step);
      }}
    />
  );
}
