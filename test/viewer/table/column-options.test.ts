import fc from "fast-check";
import { expect, test } from "vitest";
import {
  type ColumnOptions,
  directionOf,
  formatOptions,
  parseOptions,
  withOptions,
} from "../../../viewer/table/column-options.ts";
import { column } from "../../../viewer/table/columns.ts";
import { usualDirection } from "../../../viewer/table/directions.ts";

const options = fc.record(
  {
    direction: fc.constantFrom("higher", "lower", "none"),
    isPinned: fc.constant(true),
    hasTint: fc.constant(true),
    width: fc.integer({ min: 48, max: 640 }),
  },
  { requiredKeys: [] },
);
const ids = fc.string({ unit: "grapheme", minLength: 1 }).map((key) => `metrics.${key}x`);

test("options read back from the address, whatever the key", () => {
  const entries = fc.uniqueArray(fc.tuple(ids, options), { selector: ([id]) => id });
  fc.assert(
    fc.property(entries, (written) => {
      const set = written.filter(([, option]) => Object.keys(option).length > 0);
      const known = new Map<string, ColumnOptions>(set as [string, ColumnOptions][]);

      expect(parseOptions(formatOptions(known))).toEqual(known);
    }),
  );
});

test("taking the last option away leaves nothing in the address", () => {
  const loss = column("metrics", "loss");
  const wide = withOptions(new Map(), loss, { width: 120 });

  expect(formatOptions(wide)).toBe("metrics.loss~w120");
  expect(formatOptions(withOptions(wide, loss, { width: undefined }))).toBe("");
});

test.each([
  ["val/loss", "lower"],
  ["RMSE", "lower"],
  ["eval_accuracy", "higher"],
  ["macro-f1", "higher"],
  ["glossary", undefined],
  ["lr", undefined],
  ["epoch", undefined],
])("the better end of %s is %s by its name", (key, direction) => {
  expect(usualDirection(column("metrics", key))).toBe(direction);
});

test("the reader knows better than the name", () => {
  const loss = column("metrics", "loss");

  expect(directionOf(loss, parseOptions("metrics.loss~none"))).toBeUndefined();
  expect(directionOf(loss, parseOptions("metrics.loss~higher"))).toBe("higher");
});
