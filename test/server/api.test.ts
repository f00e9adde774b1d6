import { describe, expect, test } from "vitest";
import { pathsOf } from "../../lib/server/api.ts";
import { ENDPOINTS } from "../../lib/server/endpoints/table.ts";
import { makeApi } from "./api-client.ts";

describe("where endpoints are", () => {
  test("each path of the API has its twin below /ajax-api, which answers the same", async () => {
    const api = await makeApi();
    const path = "2.0/mlflow/experiments/get?experiment_id=0";

    const [one, other] = [await api.get(`/api/${path}`), await api.get(`/ajax-api/${path}`)];

    expect(one.json.experiment.name).toBe("Default");
    expect(other.json).toEqual(one.json);
  });

  test("what only MLflow's viewer asks is below /ajax-api alone", async () => {
    const api = await makeApi();
    const path = "2.0/mlflow/metrics/get-history-bulk";
    expect((await api.get(`/api/${path}`)).status).toBe(404);
    expect((await api.get(`/ajax-api/${path}`)).status).toBe(400);
  });

  test("no method of a path is in the table twice", () => {
    const rows = ENDPOINTS.flatMap((endpoint) =>
      pathsOf(endpoint).map((path) => `${endpoint.method} ${path}`),
    );
    expect(rows.filter((row, i) => rows.indexOf(row) !== i)).toEqual([]);
  });

  test("an unknown path is a page with 404, which clients take for an older server", async () => {
    const answer = await (await makeApi()).get("experiments/nope");
    expect([answer.status, answer.headers.get("content-type")]).toEqual([
      404,
      "text/html; charset=utf-8",
    ]);
  });

  test("a wrong method of a known path is a page with 405", async () => {
    const answer = await (await makeApi()).send("PUT", "experiments/create");
    expect([answer.status, answer.headers.get("content-type")]).toEqual([
      405,
      "text/html; charset=utf-8",
    ]);
  });

  test("a version of 3.4 or later makes MLflow's clients send spans", async () => {
    const api = await makeApi();
    expect((await api.get("/version")).text).toMatch(/^3\.(\d{2,}|[4-9])\./);
    expect((await api.get("/health")).text).toBe("OK");
  });
});

describe("what is turned off", () => {
  test("--artifacts-only leaves the artifact proxy and tells the option", async () => {
    const api = await makeApi({ artifactsOnly: true });

    const refused = await api.get("experiments/get?experiment_id=0");

    expect([refused.status, refused.headers.get("content-type")]).toEqual([
      503,
      "text/plain; charset=utf-8",
    ]);
    expect(refused.text).toContain("--artifacts-only");
    expect((await api.get("/api/2.0/mlflow-artifacts/artifacts?path=0")).status).toBe(200);
    expect((await api.get("/health")).status).toBe(200);
  });

  test("--no-serve-artifacts turns the proxy off and tells paths of this machine", async () => {
    const api = await makeApi({ serveArtifacts: false });

    const refused = await api.get("/api/2.0/mlflow-artifacts/artifacts?path=0");
    const { experiment } = (await api.get("experiments/get?experiment_id=0")).json;

    expect([refused.status, refused.text.includes("--no-serve-artifacts")]).toEqual([503, true]);
    expect(experiment.artifact_location).toBe(`${api.root}/0`);
  });

  test("a read-only server answers searches and refuses changes", async () => {
    const { root } = await makeApi();
    const api = await makeApi({ readOnly: true }, root);

    expect((await api.post("runs/search", { experiment_ids: ["0"] })).json).toEqual({});
    expect(await api.post("runs/create", {})).toMatchObject({
      status: 403,
      json: { error_code: "PERMISSION_DENIED" },
    });
  });
});

describe("answers that would make clients wait", () => {
  test.each([
    ["POST", "/api/3.0/mlflow/datasets/create"],
    ["POST", "/api/3.0/mlflow/datasets/search"],
    ["GET", "/api/3.0/mlflow/scorers/list?experiment_id=0"],
    ["GET", "/api/3.0/mlflow/workspaces"],
    ["POST", "/api/3.0/mlflow/issues"],
    ["POST", "/api/2.0/mlflow/webhooks"],
    ["GET", "/ajax-api/3.0/mlflow/gateway/endpoints/list"],
  ])("%s %s is not supported, which is 501", async (method, path) => {
    const answer = await (await makeApi()).send(method, path, method === "POST" ? {} : undefined);
    expect([answer.status, answer.json.error_code]).toEqual([501, "NOT_IMPLEMENTED"]);
  });

  test("a tag key that is too long for the file system is the user's mistake", async () => {
    const api = await makeApi();
    const { run } = (await api.post("runs/create", {})).json;
    const tag = { run_id: run.info.run_id, key: "k".repeat(300), value: "v" };
    expect((await api.post("runs/set-tag", tag)).status).toBe(400);
  });

  test("what has a name that is too long for the file system is not there", async () => {
    const api = await makeApi();
    const { run } = (await api.post("runs/create", {})).json;
    const key = "k".repeat(300);
    const id = run.info.run_id;

    expect((await api.post("runs/delete-tag", { run_id: id, key })).json).toEqual({
      error_code: "RESOURCE_DOES_NOT_EXIST",
      message: `No tag with name: ${key} in run with id ${id}`,
    });
    expect((await api.get(`metrics/get-history?run_id=${id}&metric_key=${key}`)).json).toEqual({});
  });

  test("a run in a deleted experiment is the user's mistake", async () => {
    const api = await makeApi();
    const { experiment_id: id } = (await api.post("experiments/create", { name: "gone" })).json;
    await api.post("experiments/delete", { experiment_id: id });

    expect(await api.post("runs/create", { experiment_id: id })).toMatchObject({
      status: 400,
      json: { error_code: "INVALID_STATE" },
    });
  });

  test("deleting the default experiment is the user's mistake", async () => {
    const answer = await (await makeApi()).post("experiments/delete", { experiment_id: "0" });
    expect(answer.status).toBe(400);
  });

  test("a metric whose key stands in the way of another is the user's mistake", async () => {
    const api = await makeApi();
    const { run } = (await api.post("runs/create", {})).json;
    const log = (key: string) =>
      api.post("runs/log-metric", { run_id: run.info.run_id, key, value: 1, timestamp: 1 });

    expect((await log("a")).status).toBe(200);
    expect((await log("a/b")).status).toBe(400);
  });
});
