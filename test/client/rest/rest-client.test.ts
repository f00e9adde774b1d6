import { spawn } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { RestClient } from "../../../lib/client/rest/rest-client.ts";
import { startRun } from "../../../lib/client/start-run.ts";
import { flushTraces, trace } from "../../../lib/client/tracing/tracing.ts";
import { afterUse } from "../../helpers/cleanup.ts";
import { repoRoot } from "../../helpers/paths.ts";
// Makes sure that the library is built: processes below import it.
import "../../helpers/servers.ts";
import { makeTempFolder } from "../../helpers/tree.ts";
import { listen, makeApi, type TestApi } from "../../server/api-client.ts";

let api: TestApi;
let url: string;

beforeEach(async () => {
  api = await makeApi();
  url = await listen(api.app);
});

afterEach(() => void vi.unstubAllEnvs());

describe("a run on a server", () => {
  test("is logged by the same calls as one in a tree", async () => {
    const folder = await makeTempFolder();
    await mkdir(join(folder, "deep"), { recursive: true });
    await writeFile(join(folder, "deep", "ä b.txt"), "bytes");

    const runId = await startRun(
      { trackingUri: url, experimentName: "remote", runName: "first", tags: { t: "1" } },
      async (run) => {
        run.logParams({ lr: 0.1, layers: [1, 2] });
        for (let step = 0; step < 1_500; step++) run.logMetric("loss", 1 / (step + 1), { step });
        run.logMetrics({ nan: Number.NaN, inf: Number.POSITIVE_INFINITY });
        run.setTag("gone", "x");
        run.deleteTag("gone");
        run.setTags({ t: "2" });
        run.logInputs([
          {
            dataset: {
              name: "d",
              digest: "1",
              sourceType: "local",
              source: "{}",
              schema: null,
              profile: null,
            },
            tags: { "mlflow.data.context": "training" },
          },
        ]);
        await run.logArtifacts(folder);
        await run.logText("hi", "notes/hi.txt");
        await run.logTable({ a: [1] }, "table.json");
        await run.logTable({ a: [2] }, "table.json");
        await run.logImage(new Uint8Array([0x89, 0x50]), { key: "img", step: 3 });
        return run.runId;
      },
    );

    const { info, data, inputs } = await api.client.getRun(runId);
    expect([info.runName, info.status, info.endTime === null]).toEqual([
      "first",
      "FINISHED",
      false,
    ]);
    expect(data.params).toEqual({ lr: "0.1", layers: "[1,2]" });
    expect(data.metrics).toEqual({
      loss: 1 / 1_500,
      nan: Number.NaN,
      inf: Number.POSITIVE_INFINITY,
    });
    expect(data.tags).toMatchObject({
      t: "2",
      "mlflow.runName": "first",
      "mlflow.loggedImages": "True",
    });
    expect(data.tags).not.toHaveProperty("gone");
    expect(await api.client.getMetricHistory(runId, "loss")).toHaveLength(1_500);
    expect(inputs.datasetInputs).toHaveLength(1);
    const files: string[] = [];
    for await (const file of api.client.iterateArtifacts(runId)) files.push(file.path);
    expect(files.filter((path) => !path.startsWith("images/")).sort()).toEqual([
      "deep/ä b.txt",
      "notes/hi.txt",
      "table.json",
    ]);
  });

  test("is read back by the same calls, with all that was logged before", async () => {
    const client = new RestClient(url);
    const run = await startRun({ client });
    run.logMetric("m", 2, { step: 5, timestamp: 7 });
    await run.logText("0123456789", "a/b.txt");

    expect(await run.getMetricHistory("m")).toEqual([
      { key: "m", value: 2, timestamp: 7, step: 5 },
    ]);
    expect((await run.get()).data.latestMetrics).toMatchObject([{ key: "m", step: 5 }]);
    expect(await run.listArtifacts()).toEqual([
      { path: "a", isDir: true, fileSize: null, modified: null },
    ]);
    expect(await client.findArtifact(run.runId, "a/b.txt")).toMatchObject({ fileSize: 10 });
    expect(await client.findArtifact(run.runId, "nope")).toBeUndefined();
    expect(await text(await client.readArtifact(run.runId, "a/b.txt", { start: 2, end: 4 }))).toBe(
      "234",
    );
    const copy = await client.downloadArtifacts(run.runId, "a", await makeTempFolder());
    expect(await readFile(join(copy, "b.txt"), "utf8")).toBe("0123456789");
    await client.deleteArtifacts(run.runId, "a");
    expect(await run.listArtifacts()).toEqual([]);
    await run.end();
  });

  test("its experiment is found or created, and runs are searched page by page", async () => {
    const client = new RestClient(url);
    const experimentId = await client.createExperiment("e", { tags: { a: "b" } });
    for (let i = 0; i < 5; i++) {
      const run = await startRun({ client, experimentId, runName: `r${i}` });
      run.logMetric("i", i);
      await run.end();
    }
    const names: string[] = [];
    const query = { filter: "metrics.i > 0", orderBy: ["metrics.i DESC"], maxResults: 3 };
    for await (const run of client.iterateRuns([experimentId], query)) names.push(run.info.runName);

    expect(names).toEqual(["r4", "r3", "r2", "r1"]);
    expect(await client.getExperimentByName("nope")).toBeUndefined();
    expect(await client.getExperimentByName("e")).toMatchObject({ experimentId, tags: { a: "b" } });
    await client.renameExperiment(experimentId, "f");
    await client.setExperimentTag(experimentId, "k", "v");
    await client.deleteExperiment(experimentId);
    const { experiments } = await client.searchExperiments({ viewType: "DELETED_ONLY" });
    expect(experiments).toMatchObject([{ name: "f", lifecycleStage: "deleted" }]);
    await client.restoreExperiment(experimentId);
  });

  test("what is wrong is thrown at once; what only the server knows, at the end", async () => {
    const run = await startRun({ trackingUri: url });
    expect(() => run.logMetric("a//b", 1)).toThrow("Invalid value");
    run.logParam("p", 1);
    run.logMetric("m", 1);
    run.logParam("p", 2);

    await expect(run.end()).rejects.toThrow("Changing param values is not allowed");
    expect(await api.client.getRun(run.runId)).toMatchObject({
      info: { status: "FINISHED" },
      data: { params: { p: "1" }, metrics: { m: 1 } },
    });
  });

  test("the registry and logged models are spoken to as those of a tree", async () => {
    const client = new RestClient(url);
    const { info } = await client.createRun("0");
    const { modelId } = await client.createLoggedModel("0", {
      name: "net",
      sourceRunId: info.runId,
      params: { depth: "3" },
    });
    await client.setLoggedModelTags(modelId, { k: "v", "a/b": "c" });
    await client.deleteLoggedModelTag(modelId, "a/b");
    await client.logLoggedModelParams(modelId, { width: 4 });
    await client.finalizeLoggedModel(modelId, "READY");
    await client.createRegisteredModel("M", { tags: { t: "1" }, description: "d" });
    const first = await client.createModelVersion("M", `models:/${modelId}`, { modelId });
    await client.createModelVersion("M", `runs:/${info.runId}/m`, { runId: info.runId });
    await client.setRegisteredModelAlias("M", "best", 1);
    await client.setModelVersionTag("M", 2, "k", true);
    await client.transitionModelVersionStage("M", 2, "Staging");
    await client.updateModelVersion("M", 1, { description: "one" });

    expect(await client.getLoggedModel(modelId)).toMatchObject({
      status: "READY",
      params: { depth: "3", width: "4" },
      tags: { k: "v" },
    });
    expect(
      (await client.searchLoggedModels(["0"], { filter: "name = 'net'" })).loggedModels,
    ).toHaveLength(1);
    expect(first).toMatchObject({ version: "1", runId: info.runId, modelId });
    expect(await client.getModelVersionByAlias("M", "best")).toMatchObject({
      description: "one",
      aliases: ["best"],
    });
    expect(await client.getModelVersionDownloadUri("M", 1)).toBe(
      `mlflow-artifacts:/0/models/${modelId}/artifacts`,
    );
    expect(
      (await client.getLatestVersions("M", ["Staging"])).map(({ version }) => version),
    ).toEqual(["2"]);
    const { modelVersions } = await client.searchModelVersions({
      filter: "name = 'M'",
      orderBy: ["version_number ASC"],
    });
    expect(modelVersions.map(({ version, tags }) => [version, tags])).toEqual([
      ["1", {}],
      ["2", { k: "true" }],
    ]);
    await client.deleteRegisteredModelAlias("M", "best");
    await client.deleteModelVersion("M", 2);
    await client.deleteModelVersionTag("M", 1, "none");
    await client.renameRegisteredModel("M", "N");
    await client.updateRegisteredModel("N", { description: "new" });
    const { registeredModels } = await client.searchRegisteredModels();
    expect(registeredModels).toMatchObject([
      { name: "N", description: "new", tags: { t: "1" }, latestVersions: [{ version: "1" }] },
    ]);
    await client.deleteRegisteredModel("N");
    await client.deleteLoggedModel(modelId);
    await expect(client.getRegisteredModel("N")).rejects.toMatchObject({
      errorCode: "RESOURCE_DOES_NOT_EXIST",
    });
    await expect(client.getLoggedModel(modelId)).rejects.toMatchObject({
      errorCode: "RESOURCE_DOES_NOT_EXIST",
    });
  });

  test("a trace is logged with its spans", async () => {
    const run = await startRun({ trackingUri: url });
    const twice = trace((x: number) => x * 2, { name: "twice", run });
    expect(await twice(2)).toBe(4);
    await run.end();

    await flushTraces();
    const { traces } = await api.client.searchTraces(["0"]);
    expect((await api.client.getSpans(traces[0]?.traceId ?? "")).map((span) => span.name)).toEqual([
      "twice",
    ]);
  });

  test.each([
    ["SIGTERM", "KILLED"],
    ["exit", "FINISHED"],
  ])("a process that ends by %s has its points arrive, and its run %s", async (how, status) => {
    const { stdout, ended } = await startLogger(url, how);
    const runId = (await stdout).trim();
    await ended;

    const { info, data } = await api.client.getRun(runId);
    expect([info.status, data.metrics]).toEqual([status, { m: 42 }]);
  });
});

describe("a server that is not quite there", () => {
  test("is asked again after what may pass, and gets all", async () => {
    vi.stubEnv("MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR", "0");
    vi.stubEnv("MLFLOW_HTTP_REQUEST_BACKOFF_JITTER", "0");
    const failures = [503, 429, 500, 502];
    const seen: string[] = [];
    const flaky = await startFlaky(async (request, body) => {
      seen.push(request.url ?? "");
      const failure = request.url?.endsWith("log-batch") ? failures.shift() : undefined;
      if (failure !== undefined) return new Response("", { status: failure });
      return forward(request, body);
    });

    const run = await startRun({ trackingUri: flaky });
    run.logMetric("m", 1);
    await run.end();

    expect(seen.filter((path) => path.endsWith("log-batch"))).toHaveLength(5);
    expect((await api.client.getRun(run.runId)).data.metrics).toEqual({ m: 1 });
  });

  test("is not asked again after what will not pass", async () => {
    let asked = 0;
    const flaky = await startFlaky(async () => {
      asked++;
      return Response.json({ error_code: "PERMISSION_DENIED", message: "no" }, { status: 403 });
    });
    await expect(new RestClient(flaky).getExperiment("0")).rejects.toMatchObject({
      errorCode: "PERMISSION_DENIED",
      message: "no",
    });
    expect(asked).toBe(1);
  });

  test("that is away is named with a hint", async () => {
    vi.stubEnv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0");
    await expect(new RestClient("http://127.0.0.1:1").getExperiment("0")).rejects.toMatchObject({
      errorCode: "TEMPORARILY_UNAVAILABLE",
      hint: "Is the server at http://127.0.0.1:1 up?",
    });
  });

  test("that is no MLflow server is told so", async () => {
    const other = await startFlaky(async () => new Response("<html>hello</html>"));
    await expect(new RestClient(other).getExperiment("0")).rejects.toMatchObject({
      message: expect.stringContaining("was not answered with JSON"),
    });
  });
});

describe("credentials", () => {
  async function sentAuthorization(address: (url: string) => string): Promise<string | undefined> {
    let sent: string | undefined;
    const server = await startFlaky(async (request) => {
      sent = request.headers.authorization;
      return Response.json({ experiment: { experiment_id: "0", name: "Default" } });
    });
    await new RestClient(address(server)).getExperiment("0");
    return sent;
  }
  const basic = (text: string): string => `Basic ${Buffer.from(text).toString("base64")}`;

  test("are those of MLflow's variables: user and password before a token", async () => {
    vi.stubEnv("MLFLOW_TRACKING_TOKEN", "secret");
    expect(await sentAuthorization((server) => server)).toBe("Bearer secret");
    vi.stubEnv("MLFLOW_TRACKING_USERNAME", "ada");
    vi.stubEnv("MLFLOW_TRACKING_PASSWORD", "pässword");
    expect(await sentAuthorization((server) => server)).toBe(basic("ada:pässword"));
  });

  test("may stand in the address, and are not shown in it", async () => {
    const address = (server: string): string => server.replace("//", "//ada:s%20p@");
    expect(await sentAuthorization(address)).toBe(basic("ada:s p"));
    expect(new RestClient(address(url)).url).toBe(url);
  });

  test("are not sent where there are none", async () => {
    expect(await sentAuthorization((server) => server)).toBeUndefined();
  });
});

/** A server that answers as it is told. */
async function startFlaky(
  answer: (request: IncomingMessage, body: string) => Promise<Response>,
): Promise<string> {
  const server = createServer(async (request, response) => {
    const answered = await answer(request, await text(request));
    response.writeHead(answered.status, Object.fromEntries(answered.headers));
    response.end(Buffer.from(await answered.arrayBuffer()));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  afterUse(
    () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  );
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function forward(request: IncomingMessage, body: string): Promise<Response> {
  const method = request.method ?? "GET";
  const answer = await fetch(`${url}${request.url}`, {
    method,
    headers: { "content-type": "application/json" },
    ...(method !== "GET" && { body }),
  });
  return new Response(await answer.arrayBuffer(), {
    status: answer.status,
    headers: { "content-type": "application/json" },
  });
}

/** A process that logs one point, prints its run's id and ends at once. */
async function startLogger(
  address: string,
  how: string,
): Promise<{ stdout: Promise<string>; ended: Promise<unknown> }> {
  const script = `
import { startRun } from ${JSON.stringify(join(repoRoot, "dist", "index.js"))};
const run = await startRun({ trackingUri: ${JSON.stringify(address)} });
run.logMetric("m", 42);
console.log(run.runId);
${how === "exit" ? "process.exit(0);" : `process.kill(process.pid, "${how}"); setInterval(() => {}, 1000);`}
`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  return {
    stdout: text(child.stdout),
    ended: new Promise((resolve) => child.once("exit", resolve)),
  };
}
