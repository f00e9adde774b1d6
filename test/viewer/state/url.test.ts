import fc from "fast-check";
import { expect, test } from "vitest";
import {
  address,
  deflateAddress,
  formatHash,
  formatList,
  inflateAddress,
  isLong,
  parseHash,
  parseIds,
  parseList,
  withQuery,
} from "../../../viewer/state/url.ts";

const text = fc.string({ unit: "grapheme" });
const addresses = fc
  .record({
    path: fc.array(text.filter((segment) => segment !== "")),
    query: fc.uniqueArray(fc.tuple(text, text), { selector: ([key]) => key }),
  })
  .map(({ path, query }) => address(path, query));

test("an address reads back from its hash, whatever its names hold", () => {
  fc.assert(
    fc.property(addresses, (written) => {
      expect(parseHash(formatHash(written))).toEqual(written);
    }),
  );
});

test("an address reads back from its deflated form", async () => {
  await fc.assert(
    fc.asyncProperty(addresses, async (written) => {
      const deflated = await deflateAddress(written);

      expect(await inflateAddress(parseHash(formatHash(deflated)))).toEqual(written);
    }),
  );
});

test("a long query becomes a short one when it is deflated", async () => {
  const ids = Array.from({ length: 400 }, (_, i) => `${i % 7}`.repeat(32));
  const long = address(["experiments", "1"], [["sel", formatList(ids)]]);

  const hash = formatHash(await deflateAddress(long));

  expect(isLong(formatHash(long))).toBe(true);
  expect(isLong(hash)).toBe(false);
});

test("a deflated key that cannot be opened is left as it is", async () => {
  const broken = parseHash("#/experiments/1?z=%%%&q=loss");

  expect(await inflateAddress(broken)).toEqual(broken);
});

test("keys beside a deflated one win over those in it", async () => {
  const deflated = await deflateAddress(
    address(
      ["x"],
      [
        ["q", "old"],
        ["s", "a"],
      ],
    ),
  );

  const opened = await inflateAddress(withQuery(deflated, { q: "new" }));

  expect(opened).toEqual(
    address(
      ["x"],
      [
        ["q", "new"],
        ["s", "a"],
      ],
    ),
  );
});

test.each([
  ["#/experiments/1?q=metrics.loss+%3C+0.1", [["q", "metrics.loss < 0.1"]]],
  ["#/experiments/1?q=a%2Bb", [["q", "a+b"]]],
  [
    "#/experiments/1?future=1&q=x",
    [
      ["future", "1"],
      ["q", "x"],
    ],
  ],
  ["#/experiments/1?flag", [["flag", ""]]],
  ["/experiments/1/", []],
] as const)("%s is read as a browser or MLflow would write it", (hash, query) => {
  expect(parseHash(hash)).toEqual(address(["experiments", "1"], query));
});

test("a hash stays legible: commas, slashes and colons are not escaped in the query", () => {
  const hash = formatHash(
    address(["experiments", "1,2"], [["c", "metrics.val/acc,params:min.lr"]]),
  );

  expect(hash).toBe("#/experiments/1%2C2?c=metrics.val/acc,params:min.lr");
});

test("unknown keys are kept when others change", () => {
  const changed = withQuery(parseHash("#/x?future=1&q=old"), { q: undefined, s: "-metrics.loss" });

  expect(formatHash(changed)).toBe("#/x?future=1&s=-metrics.loss");
});

test("a list reads back, commas and backslashes in its items included", () => {
  fc.assert(
    fc.property(fc.array(text, { minLength: 1 }), (items) => {
      fc.pre(items.length > 1 || items[0] !== "");
      expect(parseList(formatList(items))).toEqual(items);
    }),
  );
});

test.each([
  ['["a","b"]', ["a", "b"]],
  ["a,b", ["a", "b"]],
  ["", []],
  [undefined, []],
  ['["a",', []],
  ['["a",1]', ["a"]],
])("run ids %s are read in MLflow's form and in the short one", (written, ids) => {
  expect(parseIds(written)).toEqual(ids);
});
