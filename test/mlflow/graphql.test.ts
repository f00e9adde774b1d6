import { buildSchema, lexicographicSortSchema, printSchema } from "graphql";
import { beforeAll, describe, expect, test } from "vitest";
import { SCHEMA } from "../../lib/server/graphql/schema.ts";
import { runPython } from "../helpers/python.ts";
import { makeTree } from "../helpers/tree.ts";
import { makeApi, type TestApi } from "../server/api-client.ts";

interface GraphqlJson {
  readonly data: unknown;
  readonly errors: readonly string[] | null;
}

/** Prints MLflow's schema and what its server answers to the queries, over a tree. */
const ASK_MLFLOW = `
import json, os, sys
os.environ["_MLFLOW_SERVER_FILE_STORE"] = os.environ["_MLFLOW_SERVER_REGISTRY_STORE"] = sys.argv[1]
os.environ["_MLFLOW_SERVER_ARTIFACT_ROOT"] = "mlflow-artifacts:/"
os.environ["_MLFLOW_SERVER_SERVE_ARTIFACTS"] = "true"
os.environ["_MLFLOW_SERVER_ARTIFACT_DESTINATION"] = sys.argv[1]
from mlflow.server import app
from mlflow.server.graphql.graphql_schema_extensions import schema
client = app.test_client()
answers = [client.post("/graphql", json=body).get_json() for body in json.load(sys.stdin)]
print(json.dumps({"schema": str(schema), "answers": answers}))
`;

const RUN_FIELDS = `
  info { runId runUuid runName experimentId userId status startTime endTime lifecycleStage }
  data { metrics { key value timestamp step datasetName modelId runId } params { key value } tags { key value } }
  inputs { datasetInputs { tags { key value } dataset { name digest sourceType source schema profile } }
           modelInputs { modelId } }
  outputs { modelOutputs { modelId step } }
  experiment { name }
  modelVersions { name version status aliases }`;
const many = (count: number): string =>
  Array.from({ length: count }, (_, i) => `f${i}: test(inputString: "x") { output }`).join(" ");

/** Queries to which the answers are alike, word by word. */
const QUERIES: readonly object[] = [
  {
    query: `query Q($input: MlflowSearchRunsInput) {
      mlflowSearchRuns(input: $input) { runs { ${RUN_FIELDS} } nextPageToken apiError { code } } }`,
    variables: { input: { experimentIds: ["802030357794687314"], orderBy: ["attributes.run_id"] } },
  },
  {
    query:
      'mutation { mlflowSearchRuns(input: { experimentIds: ["x1"] }) { runs { info { runId } } } }',
  },
  {
    query: `{ mlflowGetExperiment(input: { experimentId: "802030357794687314" }) {
      experiment { experimentId name lifecycleStage creationTime tags { key value } workspace
        effectiveTraceArchivalRetention __typename } } }`,
  },
  { query: '{ mlflowGetExperiment(input: { experimentId: "999" }) { experiment { name } } }' },
  { query: '{ mlflowGetRun(input: { runId: "nope" }) { run { info { runId } } } }' },
  {
    query:
      '{ mlflowSearchRuns(input: { experimentIds: ["0"], filter: "nonsense" }) { nextPageToken } }',
  },
  {
    query:
      "{ mlflowSearchModelVersions(input: { filter: \"name = 'no'\", maxResults: 5 }) { modelVersions { name } } }",
  },
  {
    query:
      'mutation { mlflowSearchDatasets(input: { experimentIds: ["802030357794687314"] }) { datasetSummaries { name digest } } }',
  },
  {
    query:
      "mutation { mlflowSearchDatasets(input: { experimentIds: [] }) { datasetSummaries { name } } }",
  },
  { query: '{ test(inputString: "Test") { output } }' },
  { query: 'mutation testMutation { testMutation(inputString: "Test") { output } }' },
  {
    query: 'query A { test(inputString: "a") { output } } query B { __typename }',
    operationName: "B",
  },
  { query: "query A { __typename } query B { __typename }" },
  { query: `{ ${many(10)} }` },
  { query: `{ ${many(11)} }` },
  {
    query: `{ test(inputString: "x") { ${Array.from({ length: 11 }, (_, i) => `f${i}: output`).join(" ")} } }`,
  },
  { query: `{ ...F } fragment F on Query { ${many(11)} }` },
  { query: `{ ${Array.from({ length: 3 }, () => `... on Query { ${many(4)} }`).join(" ")} }` },
  {
    query:
      "{ __schema { types { fields { type { ofType { ofType { ofType { ofType { ofType { ofType { name } } } } } } } } } } }",
  },
  { query: `{ __schema { ${"types { name } ".repeat(600)} } }` },
];

let root: string;
let api: TestApi;
let mlflow: { readonly schema: string; readonly answers: readonly GraphqlJson[] };

beforeAll(async () => {
  root = await makeTree("v3-basic");
  api = await makeApi({}, root);
  mlflow = JSON.parse(
    await runPython(ASK_MLFLOW, { args: [root], input: JSON.stringify(QUERIES) }),
  );
});

test("the schema is MLflow's", () => {
  const print = (schema: string): string =>
    printSchema(lexicographicSortSchema(buildSchema(schema)));

  expect(print(SCHEMA)).toBe(print(mlflow.schema));
});

describe("MLflow answers alike", () => {
  test.each(QUERIES.map((body, i) => [JSON.stringify(body).slice(0, 120), body, i] as const))(
    "%s",
    async (_, body, i) => {
      const answer = await api.send("POST", "/graphql", body);

      expect(answer.status).toBe(200);
      expect(sorted(answer.json)).toEqual(sorted(mlflow.answers[i]));
    },
  );
});

/** The order of metrics, params and tags is not defined. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(sorted).sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  }
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, sorted(one)]));
}
