import { expect, test } from "vitest";
import { fieldAxis } from "../../../viewer/charts/axis.ts";
import { brushFilter, isInside } from "../../../viewer/charts/brush.ts";
import { type Field, makeField } from "../../../viewer/charts/fields.ts";
import { firstAxes } from "../../../viewer/run/fields.ts";

function field(id: string, values: readonly (number | string | null)[]): Field {
  const made = makeField("Params", id, id.slice(id.indexOf(".") + 1), values);
  if (made === undefined) throw new Error("all the same");
  return made;
}

test("texts that all read as numbers are numbers; what is the same everywhere is no field", () => {
  expect(field("params.lr", ["0.1", "1e-3", null])).toMatchObject({
    isNumeric: true,
    values: [0.1, 0.001, null],
  });
  expect(field("params.opt", ["sgd", "1"])).toMatchObject({
    isNumeric: false,
    values: ["sgd", "1"],
  });
  expect(makeField("Metrics", "metrics.x", "x", [1, 1, null])).toBeUndefined();
});

test("numbers lie by size, texts at even distances, runs without a value nowhere", () => {
  const numbers = fieldAxis(field("params.n", [0, 5, 10, null]), false, 3);
  expect([...numbers.places].map((place) => Number(place.toFixed(3)))).toEqual([
    0.045,
    0.5,
    0.955,
    Number.NaN,
  ]);
  expect(numbers.valueAt(0.5)).toBe(5);

  const texts = fieldAxis(field("params.t", ["run-10", "run-9", "run-9"]), false, 3);
  expect([...texts.places]).toEqual([0.75, 0.25, 0.25]);
  expect(texts.ticks.map((tick) => tick.label)).toEqual(["run-9", "run-10"]);
  expect([texts.valueAt(0), texts.valueAt(1)]).toEqual(["run-9", "run-10"]);
});

test("an axis may be logarithmic", () => {
  const axis = fieldAxis(field("params.lr", [1e-4, 1e-3, 1e-2]), true, 3);

  expect(axis.places[1]).toBeCloseTo(0.5);
  expect(axis.ticks.map((tick) => tick.label)).toContain("0.001");
});

test("a brush keeps the runs in all its parts, and reads as a filter of MLflow", () => {
  const axes = [
    fieldAxis(field("metrics.val/loss", [1, 2, 3, null]), false, 3),
    fieldAxis(field("params.opt", ["adam", "it's", "sgd", "sgd"]), false, 3),
  ];
  const loss = axes[0]?.places as Float64Array;
  const brushes = new Map([
    ["metrics.val/loss", { low: loss[0] as number, high: loss[1] as number }],
    ["params.opt", { low: 0.3, high: 1 }],
  ]);

  expect([0, 1, 2, 3].map((run) => isInside(axes, brushes, run))).toEqual([
    false,
    true,
    false,
    false,
  ]);
  expect(brushFilter(axes, brushes)).toBe(
    "metrics.`val/loss` >= 1 AND metrics.`val/loss` <= 2 AND params.opt IN ('it''s', 'sgd')",
  );
});

test("the first axes are the params that differ and the metrics one looks at most", () => {
  const metric = (key: string): Field => ({
    ...field(`metrics.${key}`, [1, 2]),
    group: "Metrics",
    name: key,
  });
  const fields = [
    ...["epoch", "system/cpu", "train/loss", "val/acc"].map(metric),
    field("params.lr", [1, 2]),
    field(
      "params.path",
      Array.from({ length: 20 }, (_, i) => `/tmp/${i}`),
    ),
  ];

  expect(firstAxes(fields, 3)).toEqual(["params.lr", "metrics.val/acc", "metrics.train/loss"]);
});
