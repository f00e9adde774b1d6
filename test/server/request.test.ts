import { describe, expect, test } from "vitest";
import { makeApi, toAnswer } from "./api-client.ts";

describe("a request's body", () => {
  test("POST needs the content type JSON, with parameters or without", async () => {
    const api = await makeApi();
    const create = (type?: string) =>
      api.send("POST", "experiments/create", `{"name":"${type ?? "none"}"}`, {
        "content-type": type ?? "",
      });

    expect((await create("application/json; charset=utf-8")).status).toBe(200);
    expect((await create("text/plain")).json).toEqual({
      error_code: "INVALID_PARAMETER_VALUE",
      message: "Bad Request. Content-Type must be one of ['application/json'].",
    });
    const bare = await api.app.request("/api/2.0/mlflow/experiments/create", { method: "POST" });
    expect(await bare.json()).toEqual({
      error_code: "INVALID_PARAMETER_VALUE",
      message: "Bad Request. Content-Type header is missing.",
    });
  });

  test.each([
    ["nothing", ""],
    ["no JSON", "{"],
    ["null", "null"],
    ["a text that holds no JSON", '"x"'],
  ])("%s counts as an empty object", async (_, body) => {
    const api = await makeApi();
    const answer = await api.send("POST", "experiments/create", body, {
      "content-type": "application/json",
    });
    expect(answer.status).toBe(400);
    expect(answer.json.message).toContain("Missing value for required parameter 'name'");
  });

  test("JSON in a JSON text is decoded twice, for old clients", async () => {
    const api = await makeApi();
    const answer = await api.send("POST", "experiments/create", '"{\\"name\\": \\"old\\"}"', {
      "content-type": "application/json",
    });
    expect(answer.status).toBe(200);
  });

  test("a list is refused as what the user did wrong", async () => {
    const api = await makeApi();
    const answer = await api.post("experiments/create", ["name"]);
    expect(answer.status).toBe(400);
  });

  test("a body that is sent in pieces and grows too large is refused", async () => {
    const { app } = await makeApi();
    const piece = new TextEncoder().encode(" ".repeat(1024 * 1024));
    let sent = 0;
    const body = new ReadableStream({
      pull(controller) {
        sent++;
        controller.enqueue(piece);
      },
    });
    const answer = await toAnswer(
      await app.request("/api/2.0/mlflow/runs/log-batch", {
        method: "POST",
        headers: { "content-type": "application/json" },
        body,
        duplex: "half",
      } as RequestInit),
    );

    expect(answer.status).toBe(400);
    expect(answer.json.message).toContain("larger than 67108864 bytes");
    expect(sent).toBeLessThan(70);
  });

  test("Python's bare NaN and infinities are numbers; 1e400, true and nan are not", async () => {
    const api = await makeApi();
    const { run } = (await api.post("runs/create", {})).json;
    const runId = run.info.run_id;
    const log = (value: string) =>
      api.send(
        "POST",
        "runs/log-metric",
        `{"run_id":"${runId}","key":"m","timestamp":1,"value":${value}}`,
        { "content-type": "application/json" },
      );

    for (const value of ["NaN", "Infinity", "-Infinity", '"NaN"', "1e-3"]) {
      expect((await log(value)).status).toBe(200);
    }
    for (const value of ["1e400", "true", '"nan"', '"inf"', "null", "[]"]) {
      expect((await log(value)).status).toBe(400);
    }
    const { metrics } = (await api.get(`metrics/get-history?run_id=${runId}&metric_key=m`)).json;
    expect(metrics.map((metric: { value: unknown }) => metric.value)).toEqual([
      "NaN",
      "Infinity",
      "-Infinity",
      "NaN",
      0.001,
    ]);
  });
});

describe("a request's query", () => {
  test("repeated fields are a list, also when one occurs once", async () => {
    const api = await makeApi();
    await api.post("experiments/create", { name: "a" });
    const names = async (query: string) =>
      (await api.get(`experiments/search?max_results=9${query}`)).json.experiments.map(
        (experiment: { name: string }) => experiment.name,
      );

    expect(await names("&order_by=name%20ASC")).toEqual(["Default", "a"]);
    expect(await names("&order_by=name%20DESC&order_by=creation_time")).toEqual(["a", "Default"]);
  });

  test("booleans are true or True; anything else is refused", async () => {
    const api = await makeApi();
    const ask = (flag: string) =>
      api.get(`/api/3.0/mlflow/traces/get?trace_id=tr-x&allow_partial=${flag}`);

    expect((await ask("True")).status).toBe(404);
    expect((await ask("false")).status).toBe(404);
    expect((await ask("yes")).json.message).toBe(
      "Invalid boolean value: yes, must be 'true' or 'false'.",
    );
  });

  test("run_uuid is the old name of run_id, which wins", async () => {
    const api = await makeApi();
    const { run } = (await api.post("runs/create", {})).json;
    const id = run.info.run_id;

    expect((await api.get(`runs/get?run_uuid=${id}`)).json.run.info.run_id).toBe(id);
    expect((await api.get(`runs/get?run_uuid=nope&run_id=${id}`)).status).toBe(200);
    expect((await api.post("runs/set-tag", { run_uuid: id, key: "k", value: "v" })).status).toBe(
      200,
    );
  });
});
