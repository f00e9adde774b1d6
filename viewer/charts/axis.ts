import { categoriesOf, type Field } from "./fields.ts";
import { extent, pad, type Range } from "./range.ts";
import { forward, inverse, LINEAR, logScale, type Scale } from "./scale.ts";
import { linearTicks, logTicks, type Tick } from "./ticks.ts";

/** A field laid out from 0 to 1. */
export interface FieldAxis {
  readonly field: Field;
  /** One a run, from 0 to 1; NaN for a run without a value. */
  readonly places: Float64Array;
  /** `at` from 0 to 1. */
  readonly ticks: readonly Tick[];
  /** The value at a place, as a filter writes it; a category's text. */
  readonly valueAt: (place: number) => number | string;
  readonly scale: Scale;
}

/** More categories than these have no labels of their own. */
const MOST_LABELS = 24;

/** Lays a field out along an axis: numbers by size, texts at even distances. */
export function fieldAxis(field: Field, isLog: boolean, wantedTicks: number): FieldAxis {
  return field.isNumeric ? numberAxis(field, isLog, wantedTicks) : textAxis(field);
}

function numberAxis(field: Field, isLog: boolean, wantedTicks: number): FieldAxis {
  const numbers = Float64Array.from(field.values, (value) =>
    value === null ? Number.NaN : Number(value),
  );
  const scale = isLog ? logScale([numbers]) : LINEAR;
  const positions = numbers.map((value) => forward(scale, value));
  const range: Range = pad(extent([positions]) ?? { low: 0, high: 1 });
  const share = (position: number): number => (position - range.low) / (range.high - range.low);
  const ticks =
    scale.kind === "linear"
      ? linearTicks(range.low, range.high, wantedTicks)
      : logTicks(scale, range.low, range.high, wantedTicks);
  return {
    field,
    scale,
    places: positions.map((position) => (Number.isFinite(position) ? share(position) : Number.NaN)),
    ticks: ticks.map((tick) => ({ at: share(tick.at), label: tick.label })),
    valueAt: (place) => inverse(scale, range.low + place * (range.high - range.low)),
  };
}

function textAxis(field: Field): FieldAxis {
  const categories = categoriesOf(field);
  const placeOf = new Map(categories.map((text, i) => [text, (i + 0.5) / categories.length]));
  const every = Math.ceil(categories.length / MOST_LABELS);
  return {
    field,
    scale: LINEAR,
    places: Float64Array.from(field.values, (value) =>
      value === null ? Number.NaN : (placeOf.get(String(value)) ?? Number.NaN),
    ),
    ticks: categories
      .map((label) => ({ at: placeOf.get(label) ?? 0, label }))
      .filter((_, i) => i % every === 0),
    valueAt: (place) =>
      categories[Math.min(categories.length - 1, Math.floor(place * categories.length))] ?? "",
  };
}
