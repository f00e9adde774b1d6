import fc from "fast-check";
import { expect, test } from "vitest";
import { compareText } from "../../lib/entities/record.ts";
import { type SortKey, topRows } from "../../lib/search/index.ts";

interface Row {
  readonly number: number | null;
  readonly text: string | null;
}

const row: fc.Arbitrary<Row> = fc.record({
  number: fc.constantFrom(null, 0, -0, 1, -1, Number.NaN, Number.POSITIVE_INFINITY, -Infinity),
  text: fc.constantFrom(null, "", "a", "b", "ab", "é", "\uffff", "😀"),
});

const direction = fc.boolean();

test("the best rows are the first ones of a full, stable sort", () => {
  const property = fc.property(
    fc.array(row, { maxLength: 60, size: "max" }),
    direction,
    direction,
    fc.nat({ max: 70 }),
    (rows, numberUp, textUp, count) => {
      const keys: SortKey<Row>[] = [
        { type: "number", ascending: numberUp, read: ({ number }) => number },
        { type: "text", ascending: textUp, read: ({ text }) => text },
      ];
      const sorted = rows.toSorted(
        (a, b) => order(a.number, b.number, numberUp) || order(a.text, b.text, textUp),
      );

      expect(topRows(rows, keys, count)).toEqual(sorted.slice(0, count));
    },
  );

  fc.assert(property, { seed: 20_261_123, numRuns: 500 });
});

/** Values, then NaN, then what is missing, in both directions. */
function order(a: number | string | null, b: number | string | null, ascending: boolean): number {
  const rank = (value: number | string | null): number =>
    value === null ? 2 : Number.isNaN(value) ? 1 : 0;
  if (rank(a) !== rank(b)) return rank(a) - rank(b);
  if (rank(a) > 0 || a === b) return 0;
  const up = typeof a === "number" ? a - (b as number) : compareText(a as string, b as string);
  return ascending ? up : -up;
}

test("a key is read once a row, and the second one only when the first has ties", () => {
  const reads = { first: 0, second: 0 };
  const counting = (name: "first" | "second", ascending: boolean): SortKey<number> => ({
    type: "number",
    ascending,
    read: (value) => {
      reads[name] += 1;
      return value;
    },
  });
  const keys = [counting("first", false), counting("second", true)];
  const rows = Array.from({ length: 1_000 }, (_, index) => (index * 7919) % 1_000);

  expect(topRows(rows, keys, 3)).toEqual([999, 998, 997]);
  expect(reads).toEqual({ first: 1_000, second: 0 });
});
