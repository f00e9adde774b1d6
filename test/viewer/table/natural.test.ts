import fc from "fast-check";
import { expect, test } from "vitest";
import { compareNatural, comparePlain } from "../../../viewer/table/natural.ts";

const collator = new Intl.Collator("en", { numeric: true, sensitivity: "base" });

/** Names as people give them, with much in common. */
const names = fc.oneof(
  fc.array(
    fc.constantFrom("run", "Run", "lr", "_", "-", "/", " ", "0", "7", "007", "10", "é", "a"),
    {
      maxLength: 5,
    },
  ),
  fc.array(fc.string({ unit: "grapheme", maxLength: 3 }), { maxLength: 3 }),
);

test("names sort as the browser's collator has it, whether it is asked or not", () => {
  let plain = 0;
  fc.assert(
    fc.property(names, names, (a, b) => {
      const [x, y] = [a.join(""), b.join("")];
      const order = collator.compare(x, y);
      const withoutIt = comparePlain(x, y);
      if (withoutIt !== undefined) {
        plain++;
        expect(Math.sign(withoutIt)).toBe(order);
      }
      expect(Math.sign(compareNatural(x, y))).toBe(order || (x < y ? -1 : x > y ? 1 : 0));
    }),
    { numRuns: 3_000 },
  );
  expect(plain).toBeGreaterThan(500);
});

test.each([
  ["run-2", "run-10", -1],
  ["metric_9", "Metric_10", -1],
  ["lr", "LR", 1],
  ["a1", "ab", -1],
  ["val/acc", "val/acc", 0],
])("%s and %s", (a, b, order) => {
  expect(Math.sign(compareNatural(a, b))).toBe(order);
});
