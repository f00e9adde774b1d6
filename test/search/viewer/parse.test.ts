import fc from "fast-check";
import { expect, test } from "vitest";
import type { ColumnSpan } from "../../../lib/errors.ts";
import { MlrunsError } from "../../../lib/errors.ts";
import {
  type Comparison,
  completeAt,
  type FilterNode,
  parseFilter,
  parseViewerFilter,
  printFilter,
} from "../../../lib/search/index.ts";
import { anyFilter } from "../queries.ts";
import { withoutPlaces } from "../without-places.ts";

const SEED = 20_261_123;
const PLACE: ColumnSpan = { start: 1, end: 1 };
const PLACES = { span: PLACE, spans: { identifier: PLACE, comparator: PLACE, value: PLACE } };

const viewer = (text: string) => parseFilter("runs", text, { dialect: "viewer" });

/** The tree in short: what is joined by what. */
const sketch = (node: FilterNode): unknown => {
  switch (node.type) {
    case "comparison":
      return `${node.key} ${node.comparator}`;
    case "words":
      return node.text;
    case "not":
      return { not: sketch(node.node) };
    default:
      return { [node.type]: node.nodes.map(sketch) };
  }
};

test("NOT binds stronger than AND, and AND stronger than OR", () => {
  const text = "NOT status = 'x' metrics.a > 1 OR bert AND (metrics.b < 2 or large)";

  expect(viewer(text).nodes.map(sketch)).toEqual([
    {
      or: [{ and: [{ not: "status =" }, "a >"] }, { and: ["bert", { or: ["b <", "large"] }] }],
    },
  ]);
});

test("an extension says that it is one, and how to say it for the API", () => {
  const hints = (text: string): (string | undefined)[] =>
    viewer(text).nodes.map((node) => node.viewerOnly);

  expect(hints("metrics.a > 1 AND tags.b IS NULL")).toEqual([undefined, undefined]);
  expect(hints("bert")).toEqual(["The API wants to know where to look: run_name ILIKE '%bert%'."]);
  expect(hints("metrics.a IS NULL")).toEqual([
    "The API asks only tags, and params of runs, whether they are there.",
  ]);
  expect(hints("start_time > now-7d")).toEqual([
    "The API wants a time in milliseconds since 1970.",
  ]);
  expect(hints("metrics.val/auc > 1")).toEqual(["The API wants this key in quotes."]);
  expect(hints("status = 'a' OR status = 'b'")).toEqual([
    "The API has no OR: search once for each side.",
  ]);
});

test.each([
  ["params.lr = 0.1", "0.1", "param values are text: write params.lr = '0.1'"],
  [
    "params.lr > '0.1'",
    ">",
    "Params are text and have no order. Write one of =, !=, LIKE, ILIKE, IS NULL, IS NOT NULL.",
  ],
  ["auc > 0.5", "auc", undefined],
  ["metrics.a > 1 OR", "", undefined],
  ["(metrics.a > 1", "", "A parenthesis has no partner."],
  ["metrics.a >", "", "Write a value behind the comparator."],
  ["don't", "'t", "A quote has no partner."],
  ["run_name = /(/", "/(/", "To search for the text itself, put it in quotes."],
  ["metrics.a > now-7d", "now-7d", undefined],
  ["metrics.a = /x/", "/x/", "Write a number instead."],
])("the mistake of %s is %j", (text, at, hint) => {
  let error: unknown;
  try {
    viewer(text);
  } catch (thrown) {
    error = thrown;
  }

  expect(error).toBeInstanceOf(MlrunsError);
  const { column, hint: found } = error as MlrunsError;
  expect(text.slice((column?.start ?? 0) - 1, (column?.end ?? 0) - 1)).toBe(at);
  if (hint !== undefined) expect(found).toBe(hint);
});

test("ordinary filters mean the same in both dialects", () => {
  const part = fc.constantFrom(
    "metrics.loss <= 1e-3",
    'metrics."val/auc" != -.5',
    "params.`a b` LIKE '%x%'",
    'tags.mlflow.runName ILIKE "it\'s"',
    "status IN ('a')".replace("status", "run_id"),
    "run_id NOT IN ('a', \"b\")",
    "tags.x IS NOT NULL",
    "params.y is null",
    "datasets.name = 'train'",
    "start_time>=1700000000000",
    "attributes.run_name != ''",
  );
  const property = fc.property(fc.array(part, { minLength: 1, maxLength: 4 }), (parts) => {
    const text = parts.join(" AND ");
    expect(withoutPlaces(viewer(text))).toEqual(withoutPlaces(parseFilter("runs", text)));
  });

  fc.assert(property, { seed: SEED, numRuns: 200 });
});

const key = fc.constantFrom("loss", "val/auc", "a b", "é", "or", "now", "x.y");
const comparison: fc.Arbitrary<FilterNode> = fc
  .oneof(
    fc.tuple(
      fc.constant("metric"),
      key,
      fc.constantFrom("<", "!=", ">="),
      fc.double({ noNaN: true }),
    ),
    fc.tuple(
      fc.constantFrom("parameter", "tag"),
      key,
      fc.constantFrom("=", "LIKE"),
      fc.constantFrom("", "it's", 'a "b"', "\\", "(x", "now", "%"),
    ),
    fc.tuple(
      fc.constant("metric"),
      key,
      fc.constantFrom("IS NULL", "IS NOT NULL"),
      fc.constant(null),
    ),
    fc.tuple(
      fc.constant("attribute"),
      fc.constant("start_time"),
      fc.constant(">"),
      fc.integer({ min: -1e6, max: 1e6 }).map((s) => ({ type: "relative-time", offset: s * 1000 })),
    ),
    fc.tuple(
      fc.constant("attribute"),
      fc.constant("run_name"),
      fc.constantFrom("=", "!="),
      fc.record({
        type: fc.constant("pattern"),
        source: fc.constantFrom("a.*", "^x y$", "\\/", "(b|c)\\)"),
        ignoreCase: fc.boolean(),
      }),
    ),
    fc.tuple(
      fc.constant("attribute"),
      fc.constant("run_id"),
      fc.constantFrom("IN", "NOT IN"),
      fc.array(fc.constantFrom("a", "it's", '"', "\n)"), { minLength: 1, maxLength: 3 }),
    ),
  )
  .map(
    ([entity, key, comparator, value]) =>
      ({ type: "comparison", entity, key, comparator, value, ...PLACES }) as Comparison,
  );
const words: fc.Arbitrary<FilterNode> = fc
  .constantFrom("bert", "two words", "and", "it's", "a/b", "/x/")
  .map((text) => ({ type: "words", text, span: PLACE, viewerOnly: "" }));

const { node } = fc.letrec<{ node: FilterNode; group: FilterNode; not: FilterNode }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    comparison,
    words,
    tie("group"),
    tie("not"),
  ),
  group: fc.record({
    type: fc.constantFrom("and" as const, "or" as const),
    nodes: fc.array(tie("node"), { minLength: 2, maxLength: 3 }),
    span: fc.constant(PLACE),
    viewerOnly: fc.constant(""),
  }),
  not: fc.record({
    type: fc.constant("not" as const),
    node: tie("node"),
    span: fc.constant(PLACE),
    viewerOnly: fc.constant(""),
  }),
}));

test("what is printed reads back as the same tree", () => {
  const property = fc.property(node, (root) => {
    const nodes = root.type === "and" ? root.nodes : [root];
    const text = printFilter({ kind: "runs", nodes });

    expect(viewer(text).nodes.map(shape)).toEqual(nodes.map(shape));
  });

  fc.assert(property, { seed: SEED, numRuns: 1_000 });
});

/** A tree without places and hints. */
function shape(node: FilterNode): unknown {
  return JSON.parse(
    JSON.stringify(node, (key, value) => {
      if (["span", "spans", "viewerOnly"].includes(key)) return undefined;
      return typeof value === "number" && !Number.isFinite(value) ? String(value) : value;
    }),
  );
}

test("whatever is typed is a filter or a message, and completion always knows something", () => {
  const text = fc.oneof(
    anyFilter("runs"),
    fc.string({ unit: "binary" }),
    node.map((root) => printSafely(root)),
  );
  const property = fc.property(text, fc.nat(), (typed, at) => {
    try {
      parseViewerFilter("runs", typed);
    } catch (error) {
      expect(error).toBeInstanceOf(MlrunsError);
    }
    const cursor = at % (typed.length + 1);
    const { start, end } = completeAt("runs", typed, cursor);
    expect(start).toBeLessThanOrEqual(cursor);
    expect(end).toBeGreaterThanOrEqual(cursor);
  });

  fc.assert(property, { seed: SEED, numRuns: 2_000 });
});

/** MLflow's language cannot hold a backslash before a quote that is followed by another one. */
function printSafely(root: FilterNode): string {
  try {
    return printFilter({ kind: "runs", nodes: [root] });
  } catch (error) {
    expect(error).toBeInstanceOf(MlrunsError);
    return "";
  }
}
