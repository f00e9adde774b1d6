import type { ComponentChildren, JSX } from "preact";
import { useMemo, useRef, useState } from "preact/hooks";
import { type FieldAxis, fieldAxis } from "../charts/axis.ts";
import { type Brush, type Brushes, brushFilter, isInside } from "../charts/brush.ts";
import type { StyledRun } from "../charts/chart-run.ts";
import type { Field } from "../charts/fields.ts";
import { type ThemeColors, withAlpha } from "../charts/theme-colors.ts";
import { formatCount } from "../format.ts";
import { firstAxes } from "../run/fields.ts";
import { query, setQuery } from "../state/route.ts";
import { formatList, parseList } from "../state/url.ts";
import { PLOT_TEXTS } from "../texts/plots.ts";
import { Button } from "./Button.tsx";
import { EmptyState } from "./EmptyState.tsx";
import { MenuButton } from "./Menu.tsx";
import { ParallelAxis } from "./ParallelAxis.tsx";
import { type CanvasSize, useCanvasSize, useDrawing } from "./use-canvas.ts";
import "./ChartControls.css";
import "./ParallelPlot.css";

interface ParallelPlotProps {
  readonly runs: readonly Pick<StyledRun, "runId" | "name" | "style">[];
  /** One value a run each. */
  readonly fields: readonly Field[];
  /** What stands first in the row of controls. */
  readonly lead?: ComponentChildren;
  /** Makes what is brushed the filter of the page; left out where there is none. */
  readonly onFilter?: (filter: string) => void;
}

const FIRST_AXES = 7;
const LEAST_AXES = 3;
/** Pixels that an axis wants for its name. */
const NAME_WIDTH = 96;
/** Closer together, axes can be scrolled to. */
const LEAST_WIDTH = 76;
const TOP = 40;
const BOTTOM = 20;
const SIDE = 56;
const LOG = "log:";

/** Each run as a line through its values on axes side by side. */
export function ParallelPlot({ runs, fields, onFilter, lead }: ParallelPlotProps): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null);
  const size = useCanvasSize(canvas);
  const [brushes, setBrushes] = useState<Brushes>(new Map());
  const shown = query.value.get("ax");
  const axes = useMemo(() => axesOf(fields, shown, size), [fields, shown, size]);
  const inside = useMemo(
    () => runs.map((_, run) => isInside(axes, brushes, run)),
    [runs, axes, brushes],
  );
  useDrawing(canvas, size, (context, colors) => draw(context, axes, runs, inside, size, colors), [
    axes,
    runs,
    inside,
  ]);
  if (fields.length === 0) {
    return (
      <EmptyState title={PLOT_TEXTS.noFields} icon="chart">
        <p>{PLOT_TEXTS.noFieldsHint}</p>
      </EmptyState>
    );
  }
  const show = (ids: readonly string[]): void =>
    setQuery({ ax: formatList(ids) }, { replace: true });
  const ids = axes.map(idOf);
  const brush = (id: string, part: Brush | null): void => {
    const changed = new Map(brushes);
    if (part === null) changed.delete(id);
    else changed.set(id, part);
    setBrushes(changed);
  };
  const count = inside.filter(Boolean).length;
  return (
    <section class="parallel" aria-label={PLOT_TEXTS.parallel}>
      <div class="chart-controls">
        {lead}
        <MenuButton
          label={PLOT_TEXTS.axes}
          items={fields.map((field) => ({
            label: field.name,
            hint: field.group.toLowerCase(),
            isChecked: axes.some((axis) => axis.field.id === field.id),
            onChoose: () => show(toggleAxis(ids, field.id)),
          }))}
        >
          {PLOT_TEXTS.axes} <span class="faint">{axes.length}</span>
        </MenuButton>
        <span class="faint">{PLOT_TEXTS.brushHelp}</span>
        <span class="chart-controls-cursor">
          {brushes.size > 0 && (
            <>
              <span role="status">
                {PLOT_TEXTS.inside(formatCount(count), formatCount(runs.length))}
              </span>
              {onFilter !== undefined && (
                <Button onClick={() => onFilter(brushFilter(axes, brushes))}>
                  {PLOT_TEXTS.filterBy}
                </Button>
              )}
              <Button kind="quiet" onClick={() => setBrushes(new Map())}>
                {PLOT_TEXTS.clearBrush}
              </Button>
            </>
          )}
        </span>
      </div>
      <div class="parallel-scroll">
        <div class="parallel-stage" style={{ minWidth: `${axes.length * LEAST_WIDTH}px` }}>
          <canvas
            ref={canvas}
            class="parallel-canvas"
            role="img"
            aria-label={PLOT_TEXTS.parallel}
          />
          {axes.map((axis, i) => (
            <ParallelAxis
              key={axis.field.id}
              axis={axis}
              left={axisX(i, axes.length, size)}
              spacing={axisX(1, axes.length, size) - axisX(0, axes.length, size)}
              top={TOP}
              height={Math.max(0, size.height - TOP - BOTTOM)}
              brush={brushes.get(axis.field.id) ?? null}
              onBrush={(part) => brush(axis.field.id, part)}
              onMove={(by) => show(moved(ids, i, by))}
              onLog={() => show(ids.map((id, at) => (at === i ? toggleLog(id) : id)))}
              onRemove={() => show(ids.filter((_, at) => at !== i))}
            />
          ))}
        </div>
      </div>
    </section>
  );
}

function axesOf(fields: readonly Field[], text: string | undefined, size: CanvasSize): FieldAxis[] {
  const ids = text === undefined ? firstAxes(fields, roomFor(size)) : parseList(text);
  const wantedTicks = Math.max(2, size.height / 90);
  return ids.flatMap((id) => {
    const isLog = id.startsWith(LOG);
    const field = fields.find((one) => one.id === id.replace(LOG, ""));
    return field === undefined ? [] : [fieldAxis(field, isLog, wantedTicks)];
  });
}

/** Axes whose names stand side by side. */
function roomFor({ width }: CanvasSize): number {
  return Math.max(LEAST_AXES, Math.min(FIRST_AXES, Math.floor(width / NAME_WIDTH)));
}

/** An axis as the address names it. */
function idOf(axis: FieldAxis): string {
  return axis.scale.kind === "linear" ? axis.field.id : LOG + axis.field.id;
}

function toggleAxis(ids: readonly string[], id: string): string[] {
  const others = ids.filter((one) => one.replace(LOG, "") !== id);
  return others.length < ids.length ? others : [...ids, id];
}

function toggleLog(id: string): string {
  return id.startsWith(LOG) ? id.slice(LOG.length) : LOG + id;
}

function moved(ids: readonly string[], index: number, by: number): string[] {
  const changed = [...ids];
  const [id] = changed.splice(index, 1);
  if (id !== undefined) changed.splice(Math.max(0, index + by), 0, id);
  return changed;
}

function axisX(index: number, count: number, size: CanvasSize): number {
  const width = size.width - 2 * SIDE;
  return SIDE + (count < 2 ? width / 2 : (index / (count - 1)) * width);
}

function draw(
  context: CanvasRenderingContext2D,
  axes: readonly FieldAxis[],
  runs: ParallelPlotProps["runs"],
  inside: readonly boolean[],
  size: CanvasSize,
  colors: ThemeColors,
): void {
  context.clearRect(0, 0, size.width, size.height);
  context.lineJoin = "round";
  const height = size.height - TOP - BOTTOM;
  const isCrowded = runs.length > 60;
  // What is outside lies below what is inside.
  for (const isOn of [false, true]) {
    runs.forEach((run, i) => {
      if (inside[i] !== isOn) return;
      const color = colors.runs[run.style.color - 1] ?? colors.text;
      context.strokeStyle = isOn
        ? withAlpha(color, isCrowded ? 0.6 : 0.95)
        : withAlpha(colors.axis, 0.25);
      context.lineWidth = isOn ? 1.5 : 1;
      context.beginPath();
      let hasPen = false;
      axes.forEach((axis, at) => {
        const place = axis.places[i] ?? Number.NaN;
        // A run without a value has a gap there.
        if (Number.isNaN(place)) {
          hasPen = false;
          return;
        }
        const [x, y] = [axisX(at, axes.length, size), TOP + (1 - place) * height];
        if (hasPen) context.lineTo(x, y);
        else context.moveTo(x, y);
        hasPen = true;
      });
      context.stroke();
    });
  }
}
