import type { FieldAxis } from "./axis.ts";
import { categoriesOf } from "./fields.ts";

/** A part of an axis, from 0 to 1. */
export interface Brush {
  readonly low: number;
  readonly high: number;
}

/** By the id of the field. */
export type Brushes = ReadonlyMap<string, Brush>;

/** Whether a run lies in all the brushed parts. */
export function isInside(axes: readonly FieldAxis[], brushes: Brushes, run: number): boolean {
  return axes.every((axis) => {
    const brush = brushes.get(axis.field.id);
    if (brush === undefined) return true;
    const place = axis.places[run] ?? Number.NaN;
    return place >= brush.low && place <= brush.high;
  });
}

/** The brushed parts as a filter of MLflow's grammar. */
export function brushFilter(axes: readonly FieldAxis[], brushes: Brushes): string {
  return axes
    .flatMap((axis) => {
      const brush = brushes.get(axis.field.id);
      if (brush === undefined) return [];
      return axis.field.isNumeric ? [numberClause(axis, brush)] : [textClause(axis, brush)];
    })
    .join(" AND ");
}

function numberClause(axis: FieldAxis, brush: Brush): string {
  const key = quotedKey(axis.field.id);
  const [low, high] = [brush.low, brush.high].map((place) => shortNumber(axis.valueAt(place)));
  // Param values are text to MLflow; the viewer compares those that read as numbers.
  return `${key} >= ${low} AND ${key} <= ${high}`;
}

function textClause(axis: FieldAxis, brush: Brush): string {
  const all = categoriesOf(axis.field);
  const chosen = all.filter((_, i) => {
    const place = (i + 0.5) / all.length;
    return place >= brush.low && place <= brush.high;
  });
  const texts = chosen.map((text) => `'${text.replaceAll("'", "''")}'`);
  return `${quotedKey(axis.field.id)} IN (${texts.join(", ")})`;
}

/** `metrics.val/loss` needs quotes, `metrics.loss` does not. */
function quotedKey(id: string): string {
  const dot = id.indexOf(".");
  const key = id.slice(dot + 1);
  return /^\w+$/.test(key) ? id : `${id.slice(0, dot)}.\`${key}\``;
}

function shortNumber(value: number | string): string {
  return String(Number(Number(value).toPrecision(6)));
}
