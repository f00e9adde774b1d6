import { expect, test, vi } from "vitest";
import { makeApi, type TestApi } from "../api-client.ts";

async function ask(api: TestApi, query: string, variables?: object): Promise<unknown> {
  return (await api.send("POST", "/graphql", { query, variables })).json;
}

async function withRun(): Promise<{ readonly api: TestApi; readonly runId: string }> {
  const api = await makeApi();
  const { info } = await api.client.createRun("0", { runName: "first", startTime: 1_000 });
  return { api, runId: info.runId };
}

test("a run is asked for by GraphQL, with what it links to", async () => {
  const { api, runId } = await withRun();
  await api.client.createRegisteredModel("net");
  await api.client.createModelVersion("net", "runs:/x", { runId });

  const answer = await ask(
    api,
    `query Q($id: String) { mlflowGetRun(input: { runUuid: $id }) { apiError { code } run {
      info { runName status startTime endTime } experiment { name } modelVersions { name version } } } }`,
    { id: runId },
  );
  const run = {
    info: { runName: "first", status: "RUNNING", startTime: "1000", endTime: "0" },
    experiment: { name: "Default" },
    modelVersions: [{ name: "net", version: "1" }],
  };
  expect(answer).toEqual({ data: { mlflowGetRun: { apiError: null, run } }, errors: null });
});

test("a metric that is NaN has no value, because GraphQL's numbers know none", async () => {
  const { api, runId } = await withRun();
  api.client.logMetric(runId, "loss", Number.NaN, { timestamp: 1, step: 2 });

  const answer = await ask(
    api,
    '{ mlflowSearchRuns(input: { experimentIds: ["0"] }) { runs { data { metrics { key value step } } } } }',
  );
  const metrics = [{ key: "loss", value: null, step: "2" }];
  expect(answer).toEqual({
    data: { mlflowSearchRuns: { runs: [{ data: { metrics } }] } },
    errors: null,
  });
});

test("runs are searched among the deleted, which MLflow's own GraphQL cannot", async () => {
  const { api, runId } = await withRun();
  await api.client.deleteRun(runId);

  const answer = await ask(
    api,
    '{ mlflowSearchRuns(input: { experimentIds: ["0"], runViewType: DELETED_ONLY }) { runs { info { runId } } } }',
  );
  expect(answer).toEqual({
    data: { mlflowSearchRuns: { runs: [{ info: { runId } }] } },
    errors: null,
  });
});

test("artifacts are listed, and a path that leads out is refused", async () => {
  const { api, runId } = await withRun();
  await api.client.logText(runId, "hello", "notes/a.txt");
  const query = (path: string): string =>
    `{ mlflowListArtifacts(input: { runId: "${runId}", path: "${path}" }) { files { path isDir fileSize } } }`;

  const files = [{ path: "notes/a.txt", isDir: false, fileSize: "5" }];
  expect(await ask(api, query("notes"))).toEqual({
    data: { mlflowListArtifacts: { files } },
    errors: null,
  });
  expect(await ask(api, query("../.."))).toEqual({
    data: { mlflowListArtifacts: null },
    errors: ["Invalid path"],
  });
});

test("the variables of MLflow move the limits of a query", async () => {
  const { api } = await withRun();
  vi.stubEnv("MLFLOW_SERVER_GRAPHQL_MAX_ROOT_FIELDS", "1");

  expect(await ask(api, "{ __typename __schema { queryType { name } } }")).toEqual({
    data: null,
    errors: [
      "GraphQL queries should have at most 1 root fields, got 2 root fields. To increase the limit, set the " +
        "MLFLOW_SERVER_GRAPHQL_MAX_ROOT_FIELDS environment variable.",
    ],
  });
  vi.unstubAllEnvs();
});

test.each([
  [{ query: "{ bad" }, "Syntax Error: Expected Name, found <EOF>."],
  [{}, "Missing value for required parameter 'query'."],
  [{ query: 5 }, "Invalid value 5 for parameter 'query' supplied"],
  [
    { query: "{ __typename }", variables: "x" },
    "Invalid value \"x\" for parameter 'variables' supplied",
  ],
])("%j is refused, where MLflow answers 500", async (body, message) => {
  const { api } = await withRun();

  const answer = await api.send("POST", "/graphql", body);
  expect(answer).toMatchObject({ status: 400, json: { error_code: "INVALID_PARAMETER_VALUE" } });
  expect(answer.text).toContain(JSON.stringify(message).slice(1, -1));
});
