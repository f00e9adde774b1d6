import fc from "fast-check";
import { expect, test } from "vitest";
import { type ErrorDetails, MlrunsError } from "../../lib/errors.ts";
import {
  type Filter,
  parseFilter,
  parseOrderBy,
  printFilter,
  SEARCH_KINDS,
  type SearchKind,
} from "../../lib/search/index.ts";
import { anyFilter, filter } from "./queries.ts";
import { withoutPlaces } from "./without-places.ts";

const SEED = 20_261_123;

/** The part of a text that an error points at, and what it says about it. */
function mistakeIn(text: string, act: () => unknown): { at: string; hint: ErrorDetails["hint"] } {
  try {
    act();
  } catch (error) {
    if (!(error instanceof MlrunsError) || error.column === undefined) throw error;
    return { at: text.slice(error.column.start - 1, error.column.end - 1), hint: error.hint };
  }
  throw new Error(`Nothing is wrong with ${text}`);
}

test("a filter becomes a tree that knows where its parts stand", () => {
  const { nodes } = parseFilter(
    "runs",
    "metrics.`val/loss` < 0.5 and params.lr in ('x')".slice(0, 24),
  );

  expect(nodes).toEqual([
    {
      type: "comparison",
      entity: "metric",
      key: "val/loss",
      comparator: "<",
      value: 0.5,
      span: { start: 1, end: 25 },
      spans: {
        identifier: { start: 1, end: 19 },
        comparator: { start: 20, end: 21 },
        value: { start: 22, end: 25 },
      },
    },
  ]);
});

test.each([
  ["runs", "params.lr = 0.1", "0.1", "param values are text: write params.lr = '0.1'"],
  ["runs", "metrics.loss > '0.1'", "'0.1'", "metric values are numbers: write metrics.loss > 0.1"],
  ["runs", "params.model = bert", "bert", "param values are text: write params.model = 'bert'"],
  ["runs", "start_time > '5'", "'5'", "attribute values are numbers: write start_time > 5"],
  [
    "runs",
    "metrics.a > 1 OR metrics.b > 2",
    "OR",
    "MLflow's filters have no OR: run one search for each side.",
  ],
  [
    "runs",
    "metrics.val/auc > 0.7",
    "metrics.val/auc",
    "Put the key in quotes: write metrics.`val/auc`",
  ],
  ["runs", "Params.lr = '1'", "Params", "Write params, in lower case."],
  ["runs", "params.lr = '1", "'", "A quote (') has no partner."],
  ["runs", "metrics.a > 0; metrics.b > 0", "metrics.b > 0", "Join the conditions with AND."],
  [
    "runs",
    "auc > 0.5",
    "auc",
    "Attributes are run_id, run_name, status, user_id, artifact_uri, start_time, end_time. All else needs its kind: metrics.auc, params.auc or tags.auc.",
  ],
  [
    "runs",
    "metrics.a IS NULL",
    "metrics.a IS NULL",
    "Only tags and, for runs, params can be asked whether they are there.",
  ],
  ["runs", "run_id IN (1)", "(1)", "Put every item of the list in quotes, such as ('1', '2')."],
  ["experiments", "metrics.a = 1", "metrics", "Before the dot stands one of attribute, tag, tags."],
  ["registered_models", "name = churn", "churn", "attribute values are text: write name = 'churn'"],
] as const)("in %s the mistake of %s is %s", (kind, text, at, hint) => {
  expect(mistakeIn(text, () => parseFilter(kind, text))).toEqual({ at, hint });
});

test.each([
  ["metrics.a SIDEWAYS", "SIDEWAYS", "The direction is ASC or DESC."],
  [
    "metrics.a ASC, params.b",
    "metrics.a ASC, params.b",
    "An entry is one identifier with ASC or DESC behind it, such as metrics.loss ASC or params.`learning rate` DESC.",
  ],
])("in the order_by %s the mistake is %s", (text, at, hint) => {
  expect(mistakeIn(text, () => parseOrderBy("runs", [text]))).toEqual({ at, hint });
});

test("text that MLflow does not split is one condition, quirks included", () => {
  const conditions = (text: string): unknown[] =>
    parseFilter("runs", text).nodes.map((node) =>
      node.type === "comparison" ? [node.key, node.comparator, node.value] : node.type,
    );

  expect(conditions("params.a='x'AND params.b != \"y\" metrics.c>-1")).toEqual([
    ["a", "=", "x"],
    ["b", "!=", "y"],
    ["c", ">", -1],
  ]);
  expect(conditions("AND params.a = 'it''s' AND AND")).toEqual([["a", "=", "it''s"]]);
  // SQL takes the name behind a condition for its alias: MLflow then asks for a param of that long name.
  expect(conditions("params.a = 'x' tags.b IS NULL")).toEqual([
    ["a = 'x' tags.b", "IS NULL", null],
  ]);
});

test.each(SEARCH_KINDS)("what is printed of a filter of %s reads back as the same tree", (kind) => {
  let printed = 0;
  const property = fc.property(fc.oneof(filter(kind), anyFilter(kind)), (text) => {
    const tree = tryParse(kind, text);
    if (tree === undefined) return;
    printed += 1;
    expect(withoutPlaces(parseFilter(kind, printFilter(tree)))).toEqual(withoutPlaces(tree));
  });

  fc.assert(property, { seed: SEED, numRuns: 400 });

  expect(printed).toBeGreaterThan(50);
});

test.each(SEARCH_KINDS)(
  "no filter and no order_by of %s fails with anything but a message",
  (kind) => {
    const property = fc.property(
      fc.oneof(anyFilter(kind), fc.string({ unit: "binary" })),
      (text) => {
        tryParse(kind, text);
        if (kind === "logged_models") return;
        try {
          parseOrderBy(kind, [text]);
        } catch (error) {
          expect(error).toBeInstanceOf(MlrunsError);
        }
      },
    );

    fc.assert(property, { seed: SEED, numRuns: 500 });
  },
);

test.each([
  ["parentheses", `${"(".repeat(5_000)}a${")".repeat(5_000)} = 1`],
  ["comparisons", `metrics.a ${"= 1 ".repeat(5_000)}`],
  ["items", `run_id IN (${"'a', ".repeat(5_000)})`],
  ["quotes", "'".repeat(4_999)],
  ["dots", `tags${".a".repeat(20_000)} = 'x'`],
])("thousands of %s are read or refused, in this lifetime", (_, text) => {
  tryParse("runs", text);
});

function tryParse(kind: SearchKind, text: string): Filter | undefined {
  try {
    return parseFilter(kind, text);
  } catch (error) {
    expect(error, text).toBeInstanceOf(MlrunsError);
    expect((error as MlrunsError).errorCode).toBe("INVALID_PARAMETER_VALUE");
    expectPlaceInside(error as MlrunsError, text);
    return undefined;
  }
}

function expectPlaceInside({ column }: MlrunsError, text: string): void {
  expect(column, text).toBeDefined();
  expect(column?.start).toBeGreaterThanOrEqual(1);
  expect(column?.end).toBeGreaterThanOrEqual(column?.start ?? 1);
  expect(column?.end).toBeLessThanOrEqual(text.length + 1);
}
