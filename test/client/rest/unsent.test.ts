import { spawn } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { createServer, request as httpRequest, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { MlrunsClient } from "../../../lib/client/client.ts";
import { RestClient } from "../../../lib/client/rest/rest-client.ts";
import { type SentReport, sendUnsent } from "../../../lib/client/rest/send-unsent.ts";
import { startRun } from "../../../lib/client/start-run.ts";
import { flushTraces, trace } from "../../../lib/client/tracing/tracing.ts";
import { afterUse } from "../../helpers/cleanup.ts";
import { repoRoot } from "../../helpers/paths.ts";
// Makes sure that the library is built: processes below import it.
import "../../helpers/servers.ts";
import { makeTempFolder } from "../../helpers/tree.ts";
import { listen, makeApi, type TestApi } from "../../server/api-client.ts";

let api: TestApi;
let folder: string;
let door: Door;

beforeEach(async () => {
  folder = join(await makeTempFolder(), "unsent");
  vi.stubEnv("MLRUNS_UNSENT_DIR", folder);
  vi.stubEnv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "1");
  vi.stubEnv("MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR", "0.05");
  vi.stubEnv("MLFLOW_HTTP_REQUEST_BACKOFF_JITTER", "0");
  vi.spyOn(process, "emitWarning").mockReturnValue(undefined);
  api = await makeApi();
  door = await openDoor(await listen(api.app));
});

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

test("what a run logs after its server went away is kept, and is sent later", async () => {
  const source = join(await makeTempFolder(), "ä b.txt");
  await writeFile(source, "bytes");
  const run = await startRun({ trackingUri: door.url, experimentName: "e", tags: { gone: "x" } });
  run.logMetric("m", 0, { step: 0, timestamp: 1 });
  await run.get();
  door.shut();

  for (let step = 1; step <= 1_500; step++) run.logMetric("m", step, { step, timestamp: 1 });
  run.logMetric("m", 7, { step: 1, timestamp: 1, dataset: { name: "d", digest: "1" } });
  run.logParam("p", "x");
  run.setTag("t", "1");
  run.deleteTag("gone");
  await run.logArtifact(source, "deep");
  await run.logText("hi", "hi.txt");
  await run.end("FAILED");

  expect(vi.mocked(process.emitWarning).mock.calls).toEqual([
    [expect.stringContaining("`mlruns send`")],
  ]);
  expect((await api.client.getRun(run.runId)).info.status).toBe("RUNNING");
  expect(await send()).toMatchObject([{ kind: "run", sentAs: undefined }]);
  door.open();
  expect(await send()).toMatchObject([{ sentAs: run.runId, problem: undefined }]);

  const { info, data } = await api.client.getRun(run.runId);
  expect([info.status, info.runName]).toEqual(["FAILED", run.info.runName]);
  expect([data.params, data.tags.t, data.tags.gone]).toEqual([{ p: "x" }, "1", undefined]);
  expect(Object.keys(data.tags).filter((key) => key.startsWith("mlruns."))).toEqual([]);
  const steps = (await api.client.getMetricHistory(run.runId, "m")).map(({ step }) => step);
  expect(steps.toSorted((a, b) => a - b)).toEqual(
    [...Array.from({ length: 1_501 }, (_, i) => i), 1].toSorted((a, b) => a - b),
  );
  expect(await filesOf(api.client, run.runId)).toEqual(["deep/ä b.txt", "hi.txt"]);
  expect(await send()).toEqual([]);
});

test("a run that begins while the server is away is logged to the local tree, and created later", async () => {
  door.shut();
  const runId = await startRun(
    { trackingUri: door.url, experimentName: "e", runName: "begun alone", tags: { a: "1" } },
    async (run) => {
      run.logMetrics({ m: 1, n: Number.NaN }, { step: 3 });
      run.logParam("p", 2);
      await run.logText("hi", "hi.txt");
      await startRun({ parent: run, runName: "child" }, () => undefined);
      return run.runId;
    },
  );
  const local = new MlrunsClient(folder);
  expect((await local.getRun(runId)).data.metrics).toEqual({ m: 1, n: Number.NaN });

  door.open();
  const reports = await send();
  const [parent, child] = await Promise.all(
    reports.map(({ sentAs }) => api.client.getRun(sentAs ?? "")),
  );
  expect(parent).toMatchObject({
    info: { runName: "begun alone", status: "FINISHED" },
    data: { metrics: { m: 1, n: Number.NaN }, params: { p: "2" }, tags: { a: "1" } },
  });
  expect(child?.data.tags["mlflow.parentRunId"]).toBe(parent?.info.runId);
  expect((await api.client.getExperiment(parent?.info.experimentId ?? "")).name).toBe("e");
  expect(await filesOf(api.client, parent?.info.runId ?? "")).toEqual(["hi.txt"]);
  expect(await send()).toEqual([]);
});

test("a server that comes back in time gets all at once, and nothing stays behind", async () => {
  vi.stubEnv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "7");
  const run = await startRun({ trackingUri: door.url });
  door.shut();
  run.logMetric("m", 1);
  run.setTag("t", "1");
  await expect.poll(() => unsentRuns()).toBe(1);
  door.open();
  await run.end();

  expect(await api.client.getRun(run.runId)).toMatchObject({
    info: { status: "FINISHED" },
    data: { metrics: { m: 1 }, tags: { t: "1" } },
  });
  expect(await unsentRuns()).toBe(0);
});

test("a trace that cannot be sent is kept, too", async () => {
  const client = new RestClient(door.url);
  const experimentId = await client.createExperiment("traced");
  door.shut();
  trace((x: number) => x * 2, { name: "twice", client, experimentId })(2);
  await flushTraces();
  door.open();

  expect(await send()).toMatchObject([{ kind: "trace", problem: undefined }]);
  const { traces } = await api.client.searchTraces([experimentId]);
  expect(traces).toMatchObject([{ state: "OK", tags: { "mlflow.traceName": "twice" } }]);
  expect((await api.client.getSpans(traces[0]?.traceId ?? "")).map(({ name }) => name)).toEqual([
    "twice",
  ]);
  expect(await send()).toEqual([]);
});

test("sending that is cut off is gone on with: no point is sent twice", async () => {
  const run = await startRun({ trackingUri: door.url });
  door.shut();
  for (let step = 0; step < 3_000; step++) run.logMetric("m", step, { step, timestamp: 1 });
  run.logMetric("m", 5, { step: 5, timestamp: 1 });
  await run.end();
  door.open({ requests: 4 });
  expect(await send()).toMatchObject([{ sentAs: undefined }]);
  door.open();
  expect(await send()).toMatchObject([{ sentAs: run.runId }]);

  expect(await api.client.getMetricHistory(run.runId, "m")).toHaveLength(3_001);
});

test("a process that is killed while the server is away loses nothing; one that lives is left alone", async () => {
  const script = `
import { startRun } from ${JSON.stringify(join(repoRoot, "dist", "index.js"))};
const run = await startRun({ trackingUri: ${JSON.stringify(door.url)} });
run.logMetric("m", 0, { step: 0 });
await run.get();
console.log(run.runId);
process.stdin.once("data", async () => {
  for (let step = 1; step <= 100; step++) run.logMetric("m", step, { step });
  await new Promise((resolve) => setTimeout(resolve, 600));
  for (let step = 101; step <= 200; step++) run.logMetric("m", step, { step });
  console.log("logged");
});
`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", script], {
    stdio: ["pipe", "pipe", "ignore"],
    env: { ...process.env, MLFLOW_HTTP_REQUEST_MAX_RETRIES: "7" },
  });
  const ended = new Promise((resolve) => child.once("exit", resolve));
  let said = "";
  child.stdout.on("data", (chunk) => {
    said += chunk;
  });
  await expect.poll(() => said, { timeout: 20_000 }).toMatch(/^\w{32}\n/);
  door.shut();
  child.stdin.write("go\n");
  await expect.poll(() => said, { timeout: 20_000 }).toContain("logged");
  door.open();
  expect((await send()).map(({ problem }) => problem)).toEqual(["it is still being written"]);
  door.shut();
  child.kill("SIGKILL");
  await ended;
  door.open();

  const runId = said.split("\n")[0] ?? "";
  expect(await send()).toMatchObject([{ sentAs: runId }]);
  const steps = (await api.client.getMetricHistory(runId, "m")).map(({ step }) => step);
  expect([...new Set(steps)].sort((a, b) => a - b)).toEqual(
    Array.from({ length: 201 }, (_, i) => i),
  );
});

async function send(): Promise<SentReport[]> {
  const reports: SentReport[] = [];
  for await (const report of sendUnsent()) reports.push(report);
  return reports;
}

async function filesOf(client: MlrunsClient, runId: string): Promise<string[]> {
  const paths: string[] = [];
  for await (const { path } of client.iterateArtifacts(runId)) paths.push(path);
  return paths.sort();
}

async function unsentRuns(): Promise<number> {
  const local = new MlrunsClient(folder);
  const { experiments } = await local.scanExperiments();
  const counts = await Promise.all(
    experiments.map(
      async ({ experimentId }) => (await local.scanRuns(experimentId)).records.length,
    ),
  );
  return counts.reduce((sum, count) => sum + count, 0);
}

/** A proxy before a server that can be shut: then nobody answers at its port. */
interface Door {
  readonly url: string;
  shut(): void;
  /** @param requests - shuts again after so many */
  open(limit?: { requests: number }): void;
}

async function openDoor(target: string): Promise<Door> {
  let left = Number.POSITIVE_INFINITY;
  const server: Server = createServer((request, response) => {
    if (left-- <= 0) return void request.socket.destroy();
    const { method, headers, url } = request;
    const sent = httpRequest(`${target}${url}`, { method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(response);
    });
    sent.on("error", () => response.destroy());
    request.pipe(sent);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  afterUse(
    () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  );
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    shut: () => {
      left = 0;
    },
    open: ({ requests } = { requests: Number.POSITIVE_INFINITY }) => {
      left = requests;
    },
  };
}
