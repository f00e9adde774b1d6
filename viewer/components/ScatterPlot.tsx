import type { ComponentChildren, JSX } from "preact";
import { useMemo, useRef, useState } from "preact/hooks";
import { type FieldAxis, fieldAxis } from "../charts/axis.ts";
import type { StyledRun } from "../charts/chart-run.ts";
import type { Field } from "../charts/fields.ts";
import type { ThemeColors } from "../charts/theme-colors.ts";
import { formatCount, formatNumber, plural } from "../format.ts";
import { runHref } from "../state/links.ts";
import { navigate, query, setQuery } from "../state/route.ts";
import { formatList, parseList } from "../state/url.ts";
import { PLOT_TEXTS } from "../texts/plots.ts";
import { EmptyState } from "./EmptyState.tsx";
import { FieldMenu } from "./FieldMenu.tsx";
import { type CanvasSize, useCanvasSize, useDrawing } from "./use-canvas.ts";
import "./ChartControls.css";
import "./ScatterPlot.css";

interface ScatterPlotProps {
  readonly runs: readonly Pick<StyledRun, "runId" | "experimentId" | "name" | "style">[];
  /** One value a run each. */
  readonly fields: readonly Field[];
  /** What stands first in the row of controls. */
  readonly lead?: ComponentChildren;
}

const MARGIN = { left: 64, right: 20, top: 16, bottom: 40 };
const RADIUS = 4.5;
/** Pixels from a point that still mean it. */
const REACH = 14;

/** Runs as points over any two of their values, coloured by a third or by run. */
export function ScatterPlot({ runs, fields, lead }: ScatterPlotProps): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null);
  const size = useCanvasSize(canvas);
  const [hot, setHot] = useState<number | null>(null);
  const chosen = useMemo(
    () => choose(fields, query.value.get("ax")),
    [fields, query.value.get("ax")],
  );
  const { x, y, color } = chosen;
  const axes = useMemo(
    () =>
      x === undefined || y === undefined
        ? null
        : {
            x: fieldAxis(x, false, size.width / 150),
            y: fieldAxis(y, false, size.height / 96),
            color: color === undefined ? null : fieldAxis(color, false, 4),
          },
    [x, y, color, size],
  );
  const points = useMemo(() => (axes === null ? [] : pointsOf(axes.x, axes.y, size)), [axes, size]);
  useDrawing(
    canvas,
    size,
    (context, colors) => {
      context.clearRect(0, 0, size.width, size.height);
      if (axes === null) return;
      drawAxes(context, axes.x, axes.y, size, colors);
      const colorOf = (run: number): string =>
        axes.color === null
          ? (colors.runs[(runs[run]?.style.color ?? 1) - 1] ?? colors.text)
          : rampColor(axes.color.places[run] ?? Number.NaN, colors);
      drawPoints(context, points, colorOf, hot, colors);
    },
    [axes, points, hot, runs],
  );
  if (axes === null) {
    return (
      <EmptyState title={PLOT_TEXTS.noFields} icon="chart">
        <p>{PLOT_TEXTS.noFieldsHint}</p>
      </EmptyState>
    );
  }
  const set = (changes: { x?: string; y?: string; color?: string }): void => {
    const ids = [changes.x ?? x?.id, changes.y ?? y?.id, changes.color ?? color?.id ?? ""];
    setQuery({ ax: formatList(ids.map((id) => id ?? "")) }, { replace: true });
  };
  const drawn = points.filter((point) => point !== null).length;
  return (
    <section class="scatter" aria-label={PLOT_TEXTS.scatter}>
      <div class="chart-controls">
        {lead}
        <FieldMenu
          label={PLOT_TEXTS.xAxis}
          fields={fields}
          value={x?.id}
          onChange={(id) => set({ x: id })}
        />
        <FieldMenu
          label={PLOT_TEXTS.yAxis}
          fields={fields}
          value={y?.id}
          onChange={(id) => set({ y: id })}
        />
        <FieldMenu
          label={PLOT_TEXTS.color}
          fields={fields}
          value={color?.id}
          none={PLOT_TEXTS.byRun}
          onChange={(id) => set({ color: id })}
        />
        <span class="chart-controls-cursor faint">
          {plural(drawn, "run")}
          {drawn < runs.length && `, ${PLOT_TEXTS.missing(formatCount(runs.length - drawn))}`}
        </span>
      </div>
      <div class="scatter-stage">
        <canvas
          ref={canvas}
          class={hot === null ? "scatter-canvas" : "scatter-canvas is-pointing"}
          role="img"
          aria-label={`${x?.name} × ${y?.name}, ${plural(drawn, "run")}`}
          onMouseMove={(event) => setHot(nearestPoint(points, event.offsetX, event.offsetY))}
          onMouseLeave={() => setHot(null)}
          onClick={() => {
            const run = hot === null ? undefined : runs[hot];
            if (run !== undefined) navigate(runHref(run.experimentId, run.runId));
          }}
        />
        {hot !== null && (
          <Tip
            at={points[hot] ?? null}
            run={runs[hot]}
            index={hot}
            shown={[x, y, color]}
            size={size}
          />
        )}
      </div>
    </section>
  );
}

interface Point {
  readonly x: number;
  readonly y: number;
}

function choose(
  fields: readonly Field[],
  text: string | undefined,
): { x: Field | undefined; y: Field | undefined; color: Field | undefined } {
  const [xId, yId, colorId] = parseList(text);
  const find = (id: string | undefined): Field | undefined =>
    fields.find((field) => field.id === id);
  const metric = fields.find((field) => field.group === "Metrics");
  const y = find(yId) ?? metric ?? fields[0];
  // What was chosen across, what came of it upwards.
  const others = fields.filter((field) => field !== y);
  const other =
    others.find((field) => field.group === "Params" && field.isNumeric) ??
    others.find((field) => field.isNumeric) ??
    others[0];
  return { x: find(xId) ?? other ?? y, y, color: find(colorId) };
}

function pointsOf(x: FieldAxis, y: FieldAxis, size: CanvasSize): (Point | null)[] {
  const width = size.width - MARGIN.left - MARGIN.right;
  const height = size.height - MARGIN.top - MARGIN.bottom;
  return Array.from(x.places, (across, run) => {
    const up = y.places[run] ?? Number.NaN;
    if (Number.isNaN(across) || Number.isNaN(up)) return null;
    return { x: MARGIN.left + across * width, y: MARGIN.top + (1 - up) * height };
  });
}

function nearestPoint(points: readonly (Point | null)[], x: number, y: number): number | null {
  let nearest: number | null = null;
  let least = REACH ** 2;
  points.forEach((point, i) => {
    if (point === null) return;
    const distance = (point.x - x) ** 2 + (point.y - y) ** 2;
    if (distance >= least) return;
    least = distance;
    nearest = i;
  });
  return nearest;
}

function drawAxes(
  context: CanvasRenderingContext2D,
  x: FieldAxis,
  y: FieldAxis,
  size: CanvasSize,
  colors: ThemeColors,
): void {
  const right = size.width - MARGIN.right;
  const bottom = size.height - MARGIN.bottom;
  context.font = `12px ${colors.font}`;
  context.lineWidth = 1;
  context.fillStyle = colors.label;
  context.textBaseline = "middle";
  context.textAlign = "right";
  for (const tick of y.ticks) {
    const py = Math.round(MARGIN.top + (1 - tick.at) * (bottom - MARGIN.top)) + 0.5;
    context.strokeStyle = colors.grid;
    stroke(context, MARGIN.left, py, right, py);
    context.fillText(tick.label, MARGIN.left - 8, py, MARGIN.left - 12);
  }
  context.textAlign = "center";
  for (const tick of x.ticks) {
    const px = Math.round(MARGIN.left + tick.at * (right - MARGIN.left)) + 0.5;
    context.strokeStyle = colors.grid;
    stroke(context, px, MARGIN.top, px, bottom);
    context.fillText(tick.label, px, bottom + 14, 110);
  }
  context.strokeStyle = colors.axis;
  stroke(context, MARGIN.left, bottom + 0.5, right, bottom + 0.5);
  context.fillStyle = colors.text;
  context.fillText(x.field.name, (MARGIN.left + right) / 2, bottom + 31);
}

function drawPoints(
  context: CanvasRenderingContext2D,
  points: readonly (Point | null)[],
  colorOf: (run: number) => string,
  hot: number | null,
  colors: ThemeColors,
): void {
  const order = [...points.keys()].sort((a, b) => Number(a === hot) - Number(b === hot));
  for (const i of order) {
    const point = points[i];
    if (point === null || point === undefined) continue;
    context.beginPath();
    context.arc(point.x, point.y, i === hot ? RADIUS + 2 : RADIUS, 0, 2 * Math.PI);
    context.fillStyle = colorOf(i);
    context.fill();
    context.strokeStyle = colors.surface;
    context.lineWidth = 1.5;
    context.stroke();
  }
}

/** From the palest to the strongest of one colour: an order that survives colour blindness. */
function rampColor(place: number, colors: ThemeColors): string {
  if (Number.isNaN(place)) return colors.axis;
  return `color-mix(in oklab, ${colors.runs[0]} ${Math.round(35 + place * 65)}%, ${colors.grid})`;
}

function stroke(
  context: CanvasRenderingContext2D,
  x0: number,
  y0: number,
  x1: number,
  y1: number,
): void {
  context.beginPath();
  context.moveTo(x0, y0);
  context.lineTo(x1, y1);
  context.stroke();
}

function Tip(props: {
  at: Point | null;
  run: { readonly name: string } | undefined;
  index: number;
  shown: readonly (Field | undefined)[];
  size: CanvasSize;
}): JSX.Element | null {
  const { at, run, index, shown, size } = props;
  if (at === null || run === undefined) return null;
  const isRight = at.x > size.width / 2;
  const place = isRight ? { right: `${size.width - at.x + 12}px` } : { left: `${at.x + 12}px` };
  return (
    <div class="scatter-tip" style={{ top: `${Math.max(0, at.y - 24)}px`, ...place }}>
      <b>{run.name}</b>
      {shown
        .filter((field) => field !== undefined)
        .map((field) => {
          const value = field.values[index] ?? null;
          return (
            <span key={field.id}>
              <span class="faint">{field.name}</span>{" "}
              {typeof value === "number" ? formatNumber(value) : value}
            </span>
          );
        })}
    </div>
  );
}
