import { beforeEach, describe, expect, test, vi } from "vitest";
import { makeApi, type TestApi } from "../api-client.ts";

let api: TestApi;
let runId: string;
let otherRunId: string;
let modelId: string;

beforeEach(async () => {
  api = await makeApi();
  runId = (await api.post("runs/create", {})).json.run.info.run_id;
  otherRunId = (await api.post("runs/create", {})).json.run.info.run_id;
  const model = { experiment_id: "0", name: "m", source_run_id: runId };
  modelId = (await api.post("logged-models", model)).json.model.info.model_id;
  await api.post("registered-models/create", { name: "M" });
});

async function create(fields: Record<string, unknown>): Promise<[number, unknown]> {
  const { status, json } = await api.post("model-versions/create", { name: "M", ...fields });
  return [status, json.model_version?.source ?? json.message];
}

describe("the source of a model version", () => {
  test("artifacts of the named run are fine, and are told as they were given", async () => {
    const source = `mlflow-artifacts:/0/${runId}/artifacts/model`;
    expect(await create({ source, run_id: runId })).toEqual([200, source]);
    expect(await create({ source: `runs:/${runId}/model`, run_id: runId })).toEqual([
      200,
      `runs:/${runId}/model`,
    ]);
    expect(
      await create({ source: `${api.root}/0/${runId}/artifacts/model`, run_id: runId }),
    ).toContain(200);
  });

  test("in the tree it is recorded so that MLflow without a server finds it", async () => {
    await create({ source: `mlflow-artifacts:/0/${runId}/artifacts/model`, run_id: runId });
    expect((await api.client.getModelVersion("M", 1)).source).toBe(
      `mlruns/0/${runId}/artifacts/model`,
    );
  });

  test("it is found by the source that clients are told", async () => {
    const source = `mlflow-artifacts:/0/${runId}/artifacts/model`;
    await create({ source, run_id: runId });

    const query = new URLSearchParams({ filter: `source_path = '${source}'` });
    const { json } = await api.get(`model-versions/search?${query}`);
    expect(json.model_versions.map((version: { source: string }) => version.source)).toEqual([
      source,
    ]);
  });

  test("a logged model is fine, gives the version its run and remembers it", async () => {
    expect(await create({ source: `models:/${modelId}`, model_id: modelId })).toContain(200);

    const version = (await api.get("model-versions/get?name=M&version=1")).json.model_version;
    const { info } = (await api.get(`logged-models/${modelId}`)).json.model;
    const download = (await api.get("model-versions/get-download-uri?name=M&version=1")).json;
    expect([version.run_id, version.model_id]).toEqual([runId, modelId]);
    expect(info.tags).toEqual([
      { key: "mlflow.modelVersions", value: '[{"name": "M", "version": 1}]' },
    ]);
    expect(download.artifact_uri).toBe(`mlflow-artifacts:/0/models/${modelId}/artifacts`);
  });

  test("a version of another model is copied with its run, and recorded by its number", async () => {
    await create({ source: `runs:/${runId}/model`, run_id: runId });
    await api.post("registered-models/alias", { name: "M", alias: "champion", version: "1" });
    await api.post("registered-models/create", { name: "Copy" });

    const copied = (
      await api.post("model-versions/create", { name: "Copy", source: "models:/M@champion" })
    ).json;
    expect([copied.model_version.source, copied.model_version.run_id]).toEqual([
      "models:/M/1",
      runId,
    ]);
  });

  test.each([
    ["a path of the server", () => ({ source: "/etc/passwd", run_id: runId })],
    ["a path without a run", () => ({ source: `${api.root}/0/${runId}/artifacts/model` })],
    [
      "a file URI of another run",
      () => ({ source: `file://${api.root}/0/${otherRunId}/artifacts`, run_id: runId }),
    ],
    [
      "a path that climbs out",
      () => ({ source: `${api.root}/0/${runId}/artifacts/../../x`, run_id: runId }),
    ],
    [
      "artifacts of another run",
      () => ({ source: `mlflow-artifacts:/0/${otherRunId}/artifacts/m`, run_id: runId }),
    ],
    [
      "artifacts of no named run",
      () => ({ source: `mlflow-artifacts:/0/${otherRunId}/artifacts/m` }),
    ],
    [
      "the same through http",
      () => ({
        source: `http://host:5000/api/2.0/mlflow-artifacts/artifacts/0/${otherRunId}/artifacts/m`,
        run_id: runId,
      }),
    ],
    ["runs: of another run", () => ({ source: `runs:/${otherRunId}/m`, run_id: runId })],
    ["a logged model that is not named", () => ({ source: `models:/${modelId}` })],
    ["..", () => ({ source: "mlflow-artifacts://host:9000/models/../../../", run_id: runId })],
    ["encoded ..", () => ({ source: "mlflow-artifacts:/models/%252e%252e%252f", run_id: runId })],
    [".. in a bucket", () => ({ source: "s3://bucket/models/../../other", run_id: runId })],
    ["a NUL", () => ({ source: "http://host:9000/models/artifact%00", run_id: runId })],
    ["a relative path of a scheme", () => ({ source: "s3:bucket/model", run_id: runId })],
  ])("%s is refused", async (_, fields) => {
    const [status, message] = await create(fields());
    expect([status, message]).toEqual([
      400,
      expect.stringContaining("Invalid model version source"),
    ]);
  });

  test.each([
    "s3://bucket/path/model",
    "mlflow-artifacts:/models",
    "mlflow-artifacts:/models///",
    "mlflow-artifacts://host:9000/models/...",
    "https://example.org/model.zip",
  ])("%s is none of this server's, and fine", async (source) => {
    expect(await create({ source, run_id: runId })).toEqual([200, source]);
  });

  test("an operator may demand a form", async () => {
    vi.stubEnv("MLFLOW_CREATE_MODEL_VERSION_SOURCE_VALIDATION_REGEX", "^s3://trusted/");
    try {
      expect(await create({ source: "s3://other/m" })).toContain(400);
      expect(await create({ source: "s3://trusted/m" })).toContain(200);
    } finally {
      vi.unstubAllEnvs();
    }
  });

  test("a prompt has no source but a stand-in", async () => {
    const tags = [{ key: "mlflow.prompt.is_prompt", value: "true" }];
    await api.post("registered-models/create", { name: "P", tags });
    const version = { name: "P", tags };

    expect(
      (await api.post("model-versions/create", { ...version, source: "dummy-source" })).status,
    ).toBe(200);
    expect(
      (await api.post("model-versions/create", { ...version, source: "/etc/passwd" })).status,
    ).toBe(400);
  });

  test("a model that is not registered is missing, which is no reason to try again", async () => {
    const answer = await api.post("model-versions/create", { name: "Nope", source: "s3://b/m" });
    expect([answer.status, answer.json.error_code]).toEqual([404, "RESOURCE_DOES_NOT_EXIST"]);
  });
});

test("the files of a version are fetched by its name", async () => {
  const path = `/api/2.0/mlflow-artifacts/artifacts/0/${runId}/artifacts/model/MLmodel`;
  await api.send("PUT", path, "flavors: {}");
  await create({ source: `mlflow-artifacts:/0/${runId}/artifacts/model`, run_id: runId });

  const file = await api.get("/model-versions/get-artifact?name=M&version=1&path=MLmodel");
  expect([file.status, file.text]).toEqual([200, "flavors: {}"]);
  expect((await api.get("/model-versions/get-artifact?name=M&version=1&path=../x")).status).toBe(
    400,
  );
});
