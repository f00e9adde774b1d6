import fc from "fast-check";
import { ATTRIBUTES, ENTITIES, type SearchKind } from "../../lib/search/index.ts";
import type { ModelOrderJson, Query } from "./ask.ts";
import { id, TAG_KEYS, TEXTS } from "./population.ts";

const COMPARATORS = "= != > >= < <= LIKE ILIKE".split(" ");
const ODD_COMPARATORS = [
  ..."== <> ! ~ like Ilike REGEXP RLIKE IN".split(" "),
  "NOT LIKE",
  "not in",
];
const NUMBER_WORDS = "0 1 -1 2 .5 -.5 5. 0.5 1e-3 1E21 -1e3 1700000000000 00 1e999".split(" ");
const PATTERNS = [
  "a%",
  "%b",
  "%a%",
  "A_",
  "_",
  "%",
  "",
  "%\n%",
  "i%",
  "%ß%",
  "İ_",
  "%a%b",
  "100%",
  "😀",
];
const LISTS = [
  "('a')",
  "('a', \"ab\")",
  "('a',)",
  "('a' 'b', r'\\n', u'é', '\\x61')",
  "(('a', 'b'))",
  "('''a''')",
  `('${id(1)}', '${id(2)}', '1', '3')`,
  "()",
  "(1)",
  "('a', 1)",
  "(a)",
  "('a' b)",
  "('a', ('b',))",
  "(b'a')",
  "(None, True)",
  "('a' # c\n)",
  "(,)",
  "('a\\')",
];
const ODD_VALUES = [
  "a",
  "`a`",
  "NULL",
  "+1",
  "0x10",
  "1_000",
  "1e+3",
  "- 5",
  "metrics.loss",
  "'a",
  '"a',
];

const quoted = (from: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.tuple(from, fc.constantFrom("'", '"')).map(([value, quote]) => `${quote}${value}${quote}`);

const value: fc.Arbitrary<string> = fc.oneof(
  { weight: 4, arbitrary: quoted(fc.constantFrom(...TEXTS)) },
  { weight: 3, arbitrary: quoted(fc.constantFrom(...PATTERNS)) },
  { weight: 4, arbitrary: fc.constantFrom(...NUMBER_WORDS) },
  { weight: 2, arbitrary: fc.constantFrom(...LISTS) },
  { weight: 1, arbitrary: fc.constantFrom(...ODD_VALUES) },
);

/** Something to compare or to sort by; mostly what there is. */
function identifier(kind: SearchKind): fc.Arbitrary<string> {
  const attributes = ATTRIBUTES[kind].map(({ name }) => name);
  const entities = [...ENTITIES[kind].keys()];
  const key = fc
    .tuple(fc.constantFrom(...TAG_KEYS, "digest", "context"), fc.constantFrom("", "`", '"', "'"))
    .map(([name, quote]) => `${quote}${name}${quote}`);
  return fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...attributes) },
    {
      weight: 1,
      arbitrary: fc.constantFrom("nope", "user", "version", "`run name`", "metrics.", ".x"),
    },
    {
      weight: 6,
      arbitrary: fc
        .tuple(fc.constantFrom(...entities), key)
        .map(([entity, name]) => `${entity}.${name}`),
    },
    {
      weight: 1,
      arbitrary: fc
        .tuple(
          fc.constantFrom(...entities, "foo", "`tags`", "Params"),
          fc.constantFrom(...attributes),
        )
        .map(([entity, name]) => `${entity}.${name}`),
    },
  );
}

/** A condition whose value fits its comparator and, mostly, its left side. */
function condition(kind: SearchKind): fc.Arbitrary<string> {
  const left = identifier(kind);
  const blank = fc.constantFrom(" ", " ", "", "\n", "\t ");
  const plain = fc
    .tuple(left, blank, fc.constantFrom(...COMPARATORS), blank, value)
    .map((parts) => parts.join(""));
  const fitting = fitter(kind);
  return fc.oneof(
    { weight: 30, arbitrary: fitting },
    { weight: 3, arbitrary: plain },
    {
      weight: 1,
      arbitrary: fc
        .tuple(
          left,
          fc.constantFrom("IN", "in", "NOT IN", "not in", "NOT  IN"),
          fc.constantFrom(...LISTS),
        )
        .map((parts) => parts.join(" ")),
    },
    {
      weight: 1,
      arbitrary: fc
        .tuple(left, fc.constantFrom("IS NULL", "is not null", "IS  NULL", "IS NOT  NULL"))
        .map((parts) => parts.join(" ")),
    },
    {
      weight: 1,
      arbitrary: fc
        .tuple(left, fc.constantFrom(...ODD_COMPARATORS), value)
        .map((parts) => parts.join(" ")),
    },
  );
}

/** Conditions that MLflow accepts and that match something. */
function fitter(kind: SearchKind): fc.Arbitrary<string> {
  const key = fc.constantFrom(...TAG_KEYS);
  const words = [...ENTITIES[kind].entries()];
  const of = (...entities: readonly string[]): string[] =>
    words.filter(([, entity]) => entities.includes(entity)).map(([word]) => word);
  const textComparator = fc.constantFrom("=", "!=", "LIKE", "ILIKE", "like");
  const numberComparator = fc.constantFrom("=", "!=", ">", ">=", "<", "<=");
  const textValue = quoted(fc.constantFrom(...TEXTS, ...PATTERNS));
  const numberValue = fc.constantFrom(...NUMBER_WORDS);
  const filterable = ATTRIBUTES[kind].filter(({ filter }) => filter !== undefined);
  const named = (type: string): string[] =>
    filterable.filter((attribute) => attribute.type === type).map(({ name }) => `\`${name}\``);
  const choices: Record<"left" | "comparator" | "right", fc.Arbitrary<string>>[] = [
    { left: fc.constantFrom(...named("text")), comparator: textComparator, right: textValue },
    {
      left: fc
        .tuple(fc.constantFrom(...of("tag", "parameter", "request_metadata")), key)
        .map(([word, name]) => `${word}.\`${name}\``),
      comparator: textComparator,
      right: textValue,
    },
  ];
  if (named("number").length > 0) {
    const left = fc.constantFrom(...named("number").map((name) => name.slice(1, -1)));
    choices.push({ left, comparator: numberComparator, right: numberValue });
  }
  if (of("metric").length > 0) {
    const left = fc
      .tuple(fc.constantFrom(...of("metric")), key)
      .map(([word, name]) => `${word}."${name}"`);
    choices.push({ left, comparator: numberComparator, right: numberValue });
  }
  if (kind === "runs") {
    const left = fc.constantFrom("dataset.name", "datasets.digest", "dataset.context");
    choices.push({ left, comparator: textComparator, right: textValue });
  }
  return fc.oneof(
    ...choices.map(({ left, comparator, right }) =>
      fc.tuple(left, comparator, right).map((parts) => parts.join(" ")),
    ),
  );
}

/** A filter that MLflow mostly accepts. */
export function filter(kind: SearchKind): fc.Arbitrary<string> {
  const joint = fc.constantFrom(" AND ", " and ", "\nAND\t", "  ", " AND AND ");
  return fc
    .array(fc.tuple(condition(kind), joint), { minLength: 1, maxLength: 3 })
    .map((parts) => parts.map((part) => part.join("")).join(""))
    .map((joined) => joined.replace(/\s+(and\s+)*$/i, ""));
}

/** Pieces that mean something to SQL, to Python or to MLflow. */
const PIECES = [
  ..."metrics.a params.b tags.`c` run_id status = != > == LIKE IN NOT IS NULL AND OR and ( ) , ; 'x' \"y\" `z`".split(
    " ",
  ),
  ..."1 -2 .5 1e-3 0x1F . .. :: := -- # /* */ * + - / % | -> [ ] CASE END BEGIN WHERE ORDER BY ASC desc NULLS".split(
    " ",
  ),
  ..."AS VALUES foo user order timestamp text DAY GO 日本 é ß $a$ $1 ? :p @v \\c ' \" ` TIME ZONE JOIN null ~ ´a´ f(x)".split(
    " ",
  ),
  "tags.x",
  "params.a = 'x'",
  "metrics.loss > 0",
  "run_id IN ('a')",
  "tags.b IS NULL",
  "[q r]",
  "\n",
  "\u00a0",
];

export const garbage: fc.Arbitrary<string> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .array(fc.tuple(fc.constantFrom(...PIECES), fc.constantFrom(" ", " ", "", "\n")), {
        minLength: 1,
        maxLength: 8,
      })
      .map((parts) => parts.map((part) => part.join("")).join("")),
  },
  // Letters of the newest Unicode are letters to Node 20 and none to Python 3.11: ASCII alone is random here.
  { weight: 1, arbitrary: fc.string({ unit: "grapheme-ascii", maxLength: 12 }) },
);

/** A text with pieces taken out and put in. */
function mutated(from: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const change = fc.record({
    at: fc.nat(),
    drop: fc.nat({ max: 3 }),
    put: fc.constantFrom("", "", " ", "'", '"', "`", ".", ...PIECES),
  });
  return fc.tuple(from, fc.array(change, { minLength: 1, maxLength: 2 })).map(([start, changes]) =>
    changes.reduce((now, { at, drop, put }) => {
      const place = now.length === 0 ? 0 : at % now.length;
      return now.slice(0, place) + put + now.slice(place + drop);
    }, start),
  );
}

/** Valid, almost valid and garbage, of all kinds. */
export const anyFilter = (kind: SearchKind): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 6, arbitrary: filter(kind) },
    { weight: 2, arbitrary: mutated(filter(kind)) },
    { weight: 1, arbitrary: garbage },
  );

function orderEntry(kind: SearchKind): fc.Arbitrary<string> {
  const orderable = ATTRIBUTES[kind].filter(({ order }) => order !== undefined);
  const direction = fc.constantFrom("", " ASC", " DESC", " desc", "  asc");
  const name = fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom(...orderable.map(({ name }) => `\`${name}\``)) },
    { weight: 2, arbitrary: identifier(kind) },
  );
  const plain = fc.tuple(name, direction).map((parts) => parts.join(""));
  return fc.oneof(
    { weight: 20, arbitrary: plain },
    { weight: 1, arbitrary: mutated(plain) },
    { weight: 1, arbitrary: garbage },
  );
}

const modelOrderEntry: fc.Arbitrary<ModelOrderJson> = fc.record(
  {
    field_name: fc.constantFrom(
      "metrics.loss",
      "metrics.val/auc",
      "name",
      "creation_time",
      "model_id",
      "status",
      "last_updated_time",
      "nope",
      "params.a",
    ),
    ascending: fc.boolean(),
    dataset_name: fc.constantFrom("train", "test"),
    dataset_digest: fc.constantFrom("d1", "d3"),
  },
  { requiredKeys: ["field_name"] },
);

const pageToken: fc.Arbitrary<string | null> = fc.oneof(
  { weight: 20, arbitrary: fc.constant(null) },
  {
    weight: 6,
    arbitrary: fc.integer({ min: -3, max: 30 }).map((offset) => btoa(`{"offset": ${offset}}`)),
  },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom(
        '{"offset": "3"}',
        "{}",
        "[1]",
        '{"offset": "x"}',
        '{"offset": 2.7}',
        "é",
        "nope",
      )
      .map((json) => Buffer.from(json).toString("base64")),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom("not base64", "e30", "e30=", "====", "@@eyJvZmZzZXQiOiAzfQ=="),
  },
);

export const query: fc.Arbitrary<Query> = fc
  .constantFrom<SearchKind[]>(
    "runs",
    "runs",
    "runs",
    "experiments",
    "logged_models",
    "registered_models",
    "model_versions",
    "traces",
  )
  .chain((kind) =>
    fc.record<Query>({
      kind: fc.constant(kind),
      filter: fc.oneof(
        { weight: 1, arbitrary: fc.constant(null) },
        { weight: 5, arbitrary: anyFilter(kind) },
      ),
      order_by: fc.oneof(
        { weight: 1, arbitrary: fc.constant([]) },
        {
          weight: 1,
          arbitrary: fc.array<unknown>(
            kind === "logged_models" ? modelOrderEntry : orderEntry(kind),
            {
              maxLength: 3,
            },
          ),
        },
      ),
      datasets:
        kind === "logged_models"
          ? fc.array(
              fc.record(
                {
                  dataset_name: fc.constantFrom("train", "test"),
                  dataset_digest: fc.constantFrom("d1", "d2"),
                },
                { requiredKeys: ["dataset_name"] },
              ),
              { maxLength: 1 },
            )
          : fc.constant([]),
      max_results: fc.integer({ min: 1, max: 30 }),
      page_token: pageToken,
    }),
  );
