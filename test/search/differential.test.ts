import fc from "fast-check";
import { beforeAll, expect, test } from "vitest";
import { type Answer, ask, type Query } from "./ask.ts";
import {
  type Entities,
  toExperiment,
  toLoggedModel,
  toModelVersion,
  toRegisteredModel,
  toRun,
  toTrace,
} from "./entities.ts";
import { type Oracle, startOracle } from "./mlflow-oracle.ts";
import { type Population, population } from "./population.ts";
import { query } from "./queries.ts";

/** Change it to look for more; a failure prints what to put here and as `path`. */
const SEED = 20_261_123;
const QUERIES = 2_500;

/**
 * Where MLflow crashes with an exception of Python's and we have an answer: it compares None, such as the creation time of
 * an experiment from before MLflow 1.29. For us such a row does not match, or comes last.
 */
const ANSWERED_CRASH =
  /^TypeError: '[<>]=?' not supported between instances of ('NoneType' and '\w+'|'\w+' and 'NoneType')$/;

/** Searches that both sides must find wrong, but not in the same words. */
const OTHER_MESSAGES: readonly ((asked: Query) => boolean)[] = [
  // sqlparse hides a semicolon between BEGIN, CASE and END; ours splits there. A semicolon is wrong either way.
  ({ filter }) => /;/.test(filter ?? "") && /\b(BEGIN|CASE|END)\b/i.test(filter ?? ""),
  // Two wrong entries: MLflow reads the first only after it has sorted by the second, if there is anything to sort.
  ({ order_by }) => (order_by?.length ?? 0) > 1 && /dataset/.test(JSON.stringify(order_by)),
];

let oracle: Oracle;
let entities: Entities;

beforeAll(async () => {
  const [rows] = fc.sample(population, { numRuns: 1, seed: SEED });
  entities = toEntities(rows as Population);
  oracle = await startOracle(rows as Population);
});

test("generated searches find what real MLflow finds, in its order and with its errors", async () => {
  let asked = 0;
  const found = { rows: 0, errors: 0, crashes: 0 };
  const batch = fc.array(query, { minLength: 1, maxLength: 50, size: "max" });
  const property = fc.asyncProperty(batch, async (queries) => {
    const expected = await oracle.ask(queries);
    for (const [index, asked] of queries.entries()) {
      const theirs = expected[index] as Answer;
      const ours = ask(asked, entities);
      if (theirs.error === undefined) found.rows += 1;
      else if (theirs.error.code === undefined) found.crashes += 1;
      else found.errors += 1;
      compare(asked, ours, theirs);
    }
    asked += queries.length;
  });

  await fc.assert(property, { seed: SEED, numRuns: Math.ceil(QUERIES / 24), endOnFailure: false });

  expect(asked).toBeGreaterThanOrEqual(2_000);
  // Neither side of the language may be missing from what was generated.
  expect(found.rows).toBeGreaterThan(asked / 3);
  expect(found.errors).toBeGreaterThan(asked / 5);
}, 300_000);

function compare(asked: Query, ours: Answer, theirs: Answer): void {
  const shown = JSON.stringify(asked);
  if (theirs.error?.code !== undefined && OTHER_MESSAGES.some((known) => known(asked))) {
    expect(ours.error?.code, shown).toBe(theirs.error.code);
  } else if (theirs.error === undefined || theirs.error.code !== undefined) {
    expect(normalize(ours), shown).toEqual(normalize(theirs));
  } else if (ours.error === undefined) {
    expect(theirs.error.message, shown).toMatch(ANSWERED_CRASH);
  }
}

/** Python prints a set in a random order. */
function normalize(answer: Answer): Answer {
  if (answer.error === undefined) return answer;
  const message = answer.error.message.replace(
    /\{([^{}]*)\}/g,
    (_, items: string) => `{${items.split(", ").sort().join(", ")}}`,
  );
  return { error: { ...answer.error, message } };
}

function toEntities(rows: Population): Entities {
  return {
    runs: rows.runs.map(toRun),
    experiments: rows.experiments.map(toExperiment),
    loggedModels: rows.logged_models.map(toLoggedModel),
    registeredModels: rows.registered_models.map(toRegisteredModel),
    modelVersions: rows.model_versions.map(toModelVersion),
    traces: rows.traces.map(toTrace),
  };
}
