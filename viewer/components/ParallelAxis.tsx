import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { FieldAxis } from "../charts/axis.ts";
import type { Brush } from "../charts/brush.ts";
import { PLOT_TEXTS } from "../texts/plots.ts";
import { MenuButton } from "./Menu.tsx";

interface ParallelAxisProps {
  readonly axis: FieldAxis;
  /** Pixels from the left of the stage. */
  readonly left: number;
  /** Pixels to the next axis. */
  readonly spacing: number;
  readonly top: number;
  readonly height: number;
  readonly brush: Brush | null;
  readonly onBrush: (brush: Brush | null) => void;
  readonly onMove: (by: number) => void;
  readonly onLog: () => void;
  readonly onRemove: () => void;
}

/** A shorter drag is a click, which clears. */
const LEAST_BRUSH = 0.01;
const KEY_STEP = 0.05;
/** Pixels. A shorter drag of a name is a click on its menu. */
const LEAST_MOVE = 6;

/** One axis of parallel coordinates: its name with a menu, its ticks, and the part of it that is selected. */
export function ParallelAxis(props: ParallelAxisProps): JSX.Element {
  const { axis, left, top, height, brush } = props;
  const { by, begin, wasDrag } = useMoving(props);
  return (
    <div class="parallel-axis" style={{ left: `${left + by}px` }}>
      <div
        class="parallel-name"
        onPointerDown={begin}
        onClickCapture={(event) => {
          if (!wasDrag()) return;
          event.preventDefault();
          event.stopPropagation();
        }}
      >
        <MenuButton
          kind="quiet"
          small
          label={axis.field.name}
          items={[
            { label: PLOT_TEXTS.moveLeft, icon: "left", onChoose: () => props.onMove(-1) },
            { label: PLOT_TEXTS.moveRight, icon: "right", onChoose: () => props.onMove(1) },
            ...(axis.field.isNumeric
              ? [
                  {
                    label: PLOT_TEXTS.logScale,
                    isChecked: axis.scale.kind !== "linear",
                    onChoose: props.onLog,
                  },
                ]
              : []),
            { label: PLOT_TEXTS.removeAxis, icon: "close", onChoose: props.onRemove },
          ]}
        >
          <span class="cut">{axis.field.name}</span>
        </MenuButton>
      </div>
      <BrushTrack {...props} top={top} height={height} />
      {axis.ticks.map((tick) => (
        <span
          key={tick.at}
          class="parallel-tick"
          style={{ top: `${top + (1 - tick.at) * height}px` }}
        >
          {tick.label}
        </span>
      ))}
      {brush !== null && (
        <span
          class="parallel-brush"
          style={{
            top: `${top + (1 - brush.high) * height}px`,
            height: `${(brush.high - brush.low) * height}px`,
          }}
        />
      )}
    </div>
  );
}

/** Drags an axis by its name, with a mouse: fingers scroll, and have the menu. */
function useMoving({ spacing, onMove }: ParallelAxisProps): {
  /** Pixels from its place. */
  readonly by: number;
  readonly begin: (event: PointerEvent) => void;
  /** Whether the button was pressed for a drag: then its end is no click. */
  readonly wasDrag: () => boolean;
} {
  const [by, setBy] = useState(0);
  const hasMoved = useRef(false);
  const listening = useRef<AbortController | null>(null);
  useEffect(() => () => listening.current?.abort(), []);
  const begin = (event: PointerEvent): void => {
    hasMoved.current = false;
    if (event.pointerType !== "mouse" || event.button !== 0) return;
    let distance = 0;
    const controller = new AbortController();
    listening.current = controller;
    const end = (places: number): void => {
      controller.abort();
      setBy(0);
      if (places !== 0) onMove(places);
    };
    // Of the window: a quick hand leaves the name with its first step.
    const { signal } = controller;
    addEventListener(
      "pointermove",
      ({ clientX }) => {
        distance = clientX - event.clientX;
        hasMoved.current ||= Math.abs(distance) >= LEAST_MOVE;
        if (hasMoved.current) setBy(distance);
      },
      { signal },
    );
    const placesOf = (): number =>
      hasMoved.current && spacing > 0 ? Math.round(distance / spacing) : 0;
    addEventListener("pointerup", () => end(placesOf()), { signal });
    addEventListener("pointercancel", () => end(0), { signal });
  };
  return { by, begin, wasDrag: () => hasMoved.current };
}

/** Where one drags. By key: arrows move the selected part, with Shift they make it larger or smaller. */
function BrushTrack({ axis, top, height, brush, onBrush }: ParallelAxisProps): JSX.Element {
  const start = useRef<number | null>(null);
  const placeOf = (event: PointerEvent): number => {
    const box = (event.currentTarget as HTMLElement).getBoundingClientRect();
    return Math.max(0, Math.min(1, 1 - (event.clientY - box.top) / box.height));
  };
  const drag = (event: PointerEvent): void => {
    if (start.current === null) return;
    const place = placeOf(event);
    const [low, high] = [Math.min(start.current, place), Math.max(start.current, place)];
    onBrush(high - low < LEAST_BRUSH ? null : { low, high });
  };
  return (
    <div
      class="parallel-track"
      role="slider"
      tabIndex={0}
      aria-label={axis.field.name}
      aria-orientation="vertical"
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.round((brush?.high ?? 1) * 100)}
      aria-valuetext={
        brush === null ? "all" : `${axis.valueAt(brush.low)} to ${axis.valueAt(brush.high)}`
      }
      style={{ top: `${top}px`, height: `${height}px` }}
      onPointerDown={(event) => {
        start.current = placeOf(event);
        event.currentTarget.setPointerCapture(event.pointerId);
        onBrush(null);
      }}
      onPointerMove={drag}
      onPointerUp={(event) => {
        drag(event);
        start.current = null;
      }}
      onKeyDown={(event) => {
        const changed = brushByKey(event, brush ?? { low: 0, high: 1 });
        if (changed === undefined) return;
        event.preventDefault();
        onBrush(changed);
      }}
    />
  );
}

function brushByKey(event: KeyboardEvent, brush: Brush): Brush | null | undefined {
  if (event.key === "Escape") return null;
  const up = { ArrowUp: KEY_STEP, ArrowDown: -KEY_STEP }[event.key];
  if (up === undefined) return undefined;
  const bound = (place: number): number => Math.max(0, Math.min(1, place));
  if (event.shiftKey) return { low: brush.low, high: bound(Math.max(brush.low, brush.high + up)) };
  return { low: bound(brush.low + up), high: bound(brush.high + up) };
}
