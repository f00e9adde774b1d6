import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { beforeAll, describe, expect, test } from "vitest";
import { MLFLOW_VERSIONS } from "../../.ci/ensure.mjs";
import { ensureDrivers } from "../../.ci/ensure-databases.mjs";
import { RestClient } from "../../lib/client/rest/rest-client.ts";
import { startRun } from "../../lib/client/start-run.ts";
import { flushTraces, trace, withSpan } from "../../lib/client/tracing/tracing.ts";
import { startMlflowServer } from "../helpers/mlflow-server.ts";
import type { RunningServer } from "../helpers/processes.ts";
import { type MlflowVersion, type PythonSession, startPython } from "../helpers/python.ts";
import { makeTempFolder } from "../helpers/tree.ts";

const oldDrivers = await ensureDrivers("2.22.5");

/** Our client in JavaScript against MLflow's own server, read back by MLflow's client in Python. */
describe.each(MLFLOW_VERSIONS)("a real server of MLflow %s", (version) => {
  let server: RunningServer;
  let python: PythonSession;
  let folder: string;

  beforeAll(async () => {
    folder = await makeTempFolder();
    server = await start(version as MlflowVersion, folder);
    const env = { MLFLOW_TRACKING_URI: server.url };
    python = await startPython({ mlflow: version as MlflowVersion, cwd: folder, env });
  });

  test("takes all that a run logs", async () => {
    const runId = await startRun(
      { trackingUri: server.url, experimentName: "js", runName: "first", description: "# note" },
      async (run) => {
        run.logParams({ lr: 0.1, text: "ä\nb", list: [1, 2] });
        for (let step = 0; step < 2_500; step++)
          run.logMetric("loss", step / 4, { step, timestamp: step });
        run.logMetrics({ nan: Number.NaN, inf: Number.POSITIVE_INFINITY }, { step: 1 });
        run.setTags({ a: "1", gone: "x" });
        run.deleteTag("gone");
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
        await run.logText("hi", "deep/er/ä b.txt");
        await run.logTable({ a: [1, 2] }, "table.json");
        await run.logDict({ a: 1 }, "d.json");
        return run.runId;
      },
    );

    const found = JSON.parse(
      await python.run(
        `
import json, mlflow
from mlflow import MlflowClient
mlflow.set_experiment("js")
c = MlflowClient()
r = c.get_run(args)
h = c.get_metric_history(args, "loss")
print(json.dumps(dict(name=r.info.run_name, status=r.info.status, ended=r.info.end_time is not None, params=r.data.params,
    loss=[len(h), h[0].step, sorted(m.step for m in h)[-1], r.data.metrics["loss"]], nan=str(r.data.metrics["nan"]), inf=r.data.metrics["inf"] > 1e300,
    tags={k: v for k, v in r.data.tags.items() if k in ("a", "gone", "mlflow.note.content")}, inputs=[d.dataset.name for d in r.inputs.dataset_inputs],
    files=sorted(f.path for f in c.list_artifacts(args)), text=open(c.download_artifacts(args, "deep/er/ä b.txt")).read(),
    table=mlflow.load_table("table.json", run_ids=[args])["a"].tolist(), experiment=c.get_experiment(r.info.experiment_id).name)))
`,
        runId,
      ),
    );
    expect(found).toEqual({
      name: "first",
      status: "FINISHED",
      ended: true,
      params: { lr: "0.1", text: "ä\nb", list: "[1,2]" },
      loss: [2_500, 0, 2_499, 2_499 / 4],
      nan: "nan",
      inf: true,
      tags: { a: "1", "mlflow.note.content": "# note" },
      inputs: ["d"],
      files: ["d.json", "deep", "table.json"],
      text: "hi",
      table: [1, 2],
      experiment: "js",
    });
  });

  test("answers every question about experiments and runs", async () => {
    const client = new RestClient(server.url);
    const experimentId = await client.createExperiment(`every ${version}`, { tags: { a: "b" } });
    const run = await client.createRun(experimentId, {
      runName: "r",
      startTime: 5,
      tags: { t: "1" },
    });
    const { runId } = run.info;
    client.logBatch(runId, { metrics: [{ key: "m", value: 1, timestamp: 2, step: 3 }] });
    await client.logText(runId, "0123456789", "a/b.txt");

    expect(run.info).toMatchObject({ experimentId, runName: "r", startTime: 5, status: "RUNNING" });
    expect(await client.getMetricHistory(runId, "m")).toEqual([
      { key: "m", value: 1, timestamp: 2, step: 3 },
    ]);
    expect(await client.updateRun(runId, { runName: "s" })).toMatchObject({ runName: "s" });
    expect(
      (await client.searchRuns([experimentId], { filter: "metrics.m = 1" })).runs,
    ).toMatchObject([{ info: { runId }, data: { metrics: { m: 1 } } }]);
    expect(await client.listArtifacts(runId, "a")).toMatchObject([
      { path: "a/b.txt", isDir: false, fileSize: 10 },
    ]);
    expect(await client.listArtifacts(runId, "nope")).toEqual([]);
    await client.deleteArtifacts(runId, "a/b.txt");
    await client.setTerminated(runId, "KILLED", { endTime: 9 });
    expect((await client.getRun(runId)).info).toMatchObject({ status: "KILLED", endTime: 9 });
    await client.deleteRun(runId);
    expect((await client.searchRuns([experimentId])).runs).toEqual([]);
    await client.restoreRun(runId);
    await client.renameExperiment(experimentId, `named ${version}`);
    await client.setExperimentTag(experimentId, "k", "v");
    expect(await client.getExperimentByName(`named ${version}`)).toMatchObject({
      experimentId,
      tags: { a: "b", k: "v" },
    });
    expect(await client.getExperimentByName("nope")).toBeUndefined();
    await expect(client.getRun("0".repeat(32))).rejects.toMatchObject({
      errorCode: "RESOURCE_DOES_NOT_EXIST",
    });
    await client.deleteExperiment(experimentId);
    expect((await client.getExperiment(experimentId)).lifecycleStage).toBe("deleted");
    client.close();
  });

  test("keeps prompts", async () => {
    const client = new RestClient(server.url);
    const name = `greeting-${version}`;
    const experimentId = await client.createExperiment(`prompts ${version}`);
    await client.registerPrompt(name, "Hello {{who}}", { tags: { lang: "en" }, experimentId });
    await client.registerPrompt(name, "Hi {{who}}", { commitMessage: "shorter" });
    await client.setPromptAlias(name, "best", 1);

    expect(await client.loadPrompt(`prompts:/${name}@best`)).toMatchObject({
      version: "1",
      template: "Hello {{who}}",
      tags: { lang: "en" },
    });
    expect(await client.loadPrompt(`prompts:/${name}/2`)).toMatchObject({
      template: "Hi {{who}}",
      commitMessage: "shorter",
    });
    expect((await client.loadPrompt(name)).version).toBe("2");
    expect(await client.findPrompt(`${name}-not`)).toBeUndefined();
    const { prompts } = await client.searchPrompts({ filter: `name = '${name}'` });
    expect(prompts).toMatchObject([{ name, tags: { lang: "en" } }]);
    if (!isOld(version)) {
      const found = await client.searchPrompts({ filter: `experiment_id = '${experimentId}'` });
      expect(found.prompts.map((prompt) => prompt.name)).toEqual([name]);
    }
    expect(
      await python.run(
        `
import mlflow
load = mlflow.genai.load_prompt if hasattr(mlflow, "genai") else mlflow.load_prompt
print(load(f"prompts:/{args}@best").template, "|", load(f"prompts:/{args}/2").template)
`,
        name,
      ),
    ).toBe("Hello {{who}} | Hi {{who}}\n");
    await client.deletePromptAlias(name, "best");
    await expect(client.createRegisteredModel(name)).rejects.toMatchObject({
      errorCode: "RESOURCE_ALREADY_EXISTS",
    });
    if (!isOld(version)) return;
    await client.deletePrompt(name);
    expect(await client.findPrompt(name)).toBeUndefined();
  });

  test("keeps models: registered from a run, copied, and found by alias", async () => {
    const client = new RestClient(server.url);
    const name = `M-${version}`;
    const run = await client.createRun("0");
    await client.logText(run.info.runId, "{}", "model/MLmodel");
    const first = await client.registerModel(`runs:/${run.info.runId}/model`, name);
    expect(first).toMatchObject({ version: "1", runId: run.info.runId });
    await client.setRegisteredModelAlias(name, "champion", 1);
    const copy = await client.copyModelVersion(`models:/${name}@champion`, `${name}-copy`);
    expect(copy).toMatchObject({ name: `${name}-copy`, version: "1" });
    await client.updateRegisteredModel(name, { description: "d" });
    await client.transitionModelVersionStage(name, 1, "Staging");
    expect((await client.getLatestVersions(name, ["Staging"])).map((one) => one.version)).toEqual([
      "1",
    ]);
    const found = await client.searchModelVersions({ filter: `name = '${name}'` });
    expect(found.modelVersions).toMatchObject([{ version: "1", currentStage: "Staging" }]);
    expect((await client.getModelVersionByAlias(name, "champion")).aliases).toEqual(["champion"]);
    if (isOld(version)) {
      await expect(client.createLoggedModel("0")).rejects.toMatchObject({
        errorCode: "ENDPOINT_NOT_FOUND",
      });
      return;
    }
    const { modelId } = await client.createLoggedModel("0", {
      name: "net",
      params: { depth: "3" },
    });
    const folder = await makeTempFolder();
    await writeFile(join(folder, "MLmodel"), "{}");
    await client.logModelArtifacts(modelId, folder);
    await client.setLoggedModelTags(modelId, { a: "1", b: "2" });
    await client.deleteLoggedModelTag(modelId, "b");
    await client.finalizeLoggedModel(modelId, "READY");
    client.logMetric(run.info.runId, "acc", 0.5, { modelId, step: 1, timestamp: 9 });
    client.logOutputs(run.info.runId, [{ modelId, step: 1 }]);
    await client.drain();
    expect(await client.getLoggedModel(modelId)).toMatchObject({
      status: "READY",
      params: { depth: "3" },
      tags: { a: "1" },
      metrics: [{ key: "acc", value: 0.5 }],
    });
    expect(await client.getLoggedModelMetricHistory(modelId, "acc")).toMatchObject([
      { value: 0.5, step: 1, timestamp: 9, modelId },
    ]);
    const byModel = await client.registerModel(`models:/${modelId}`, name);
    expect(byModel.version).toBe("2");
    expect(
      await python.run(
        "import mlflow; print(mlflow.MlflowClient().get_logged_model(args).name)",
        modelId,
      ),
    ).toBe("net\n");
    await client.deleteLoggedModel(modelId);
  });

  test("keeps traces with their spans and assessments", async () => {
    const client = new RestClient(server.url);
    const experimentId = await client.createExperiment(`traces ${version}`);
    const answer = trace((question: string) => withSpan("think", () => question.length), {
      name: "answer",
      client,
      experimentId,
      tags: { k: "v" },
    });
    answer("how long?");
    await flushTraces();

    const { traces } = await client.searchTraces([experimentId], { filter: "tags.k = 'v'" });
    const [info] = traces;
    const id = info?.traceId ?? "";
    expect(info).toMatchObject({ experimentId, state: "OK", tags: { k: "v" } });
    expect((await client.getTrace(id)).spans.map((span) => [span.name, span.traceId])).toEqual([
      ["answer", id],
      ["think", id],
    ]);
    await client.setTraceTag(id, "more", "1");
    await client.setTraceTag(id, "less", "1");
    await client.deleteTraceTag(id, "less");
    const read = JSON.parse(
      await python.run(
        `
import json, mlflow
t = mlflow.MlflowClient().get_trace(args)
print(json.dumps(dict(spans=[(s.name, s.inputs, s.outputs) for s in t.data.spans], tags={k: v for k, v in t.info.tags.items() if k in ("k", "more", "less")})))
`,
        id,
      ),
    );
    expect(read).toEqual({
      spans: [
        ["answer", "how long?", 9],
        ["think", null, 9],
      ],
      tags: { k: "v", more: "1" },
    });

    if (isOld(version)) {
      await expect(client.logFeedback(id, { name: "f", value: 1 })).rejects.toMatchObject({
        errorCode: "NOT_IMPLEMENTED",
        message: "This server has no assessments of traces.",
      });
    } else {
      const feedback = await client.logFeedback(id, { name: "f", value: 0.5, rationale: "so so" });
      const expected = await client.logExpectation(id, { name: "e", value: { a: [1, "b"] } });
      const { assessmentId } = feedback;
      await client.updateAssessment(id, assessmentId, {
        feedback: { value: 1, error: null },
        metadata: { by: "hand" },
      });
      expect(await client.getAssessment(id, assessmentId)).toMatchObject({
        kind: "feedback",
        value: 1,
        rationale: "so so",
        metadata: { by: "hand" },
      });
      await client.overrideFeedback(id, assessmentId, { value: 2 });
      const { assessments } = await client.getTraceInfo(id);
      expect(assessments.map(({ name, valid }) => [name, valid]).sort()).toEqual([
        ["e", true],
        ["f", false],
        ["f", true],
      ]);
      expect(await client.getAssessment(id, expected.assessmentId)).toMatchObject({
        value: { a: [1, "b"] },
      });
      await client.deleteAssessment(id, expected.assessmentId);
    }
    const open = await client.startTrace({ experimentId });
    const ended = await client.endTrace(open.traceId, { state: "ERROR", executionDuration: 7 });
    expect(ended).toMatchObject({ state: "ERROR", executionDuration: 7 });
    expect(await client.deleteTraces(experimentId, { traceIds: [open.traceId] })).toBe(1);
    expect(await client.deleteTraces(experimentId, { maxTimestampMillis: Date.now() })).toBe(1);
  });

  test("gets what the process prints, and system metrics", async () => {
    const runId: string = await startRun(
      {
        trackingUri: server.url,
        captureConsole: true,
        logSystemMetrics: { intervalMs: 100, samplesBeforeLogging: 1 },
      },
      async (run) => {
        process.stdout.write("said something\n");
        await sleep(400);
        return run.runId;
      },
    );
    const client = new RestClient(server.url);
    expect(await text(await client.readArtifact(runId, "console.log"))).toContain("said something");
    const { metrics } = (await client.getRun(runId)).data;
    expect(Object.keys(metrics).filter((key) => key.startsWith("system/")).length).toBeGreaterThan(
      3,
    );
  });
});

test("a server may be killed and come back in the middle of a run: nothing is lost", async () => {
  const folder = await makeTempFolder();
  const server = await start("3.17.2", folder);
  const client = new RestClient(server.url);
  const run = await startRun({ client, runName: "interrupted" });
  run.logMetric("m", 0, { step: 0 });
  await client.drain();
  await server.stop("SIGKILL");

  for (let step = 1; step <= 100; step++) run.logMetric("m", step, { step });
  run.logParam("p", "x");
  await sleep(500);
  await start("3.17.2", folder, server.port);
  await run.end();

  const { info, data } = await client.getRun(run.runId);
  expect([info.status, data.params.p]).toEqual(["FINISHED", "x"]);
  const steps = (await client.getMetricHistory(run.runId, "m")).map(({ step }) => step);
  expect([...new Set(steps)].sort((a, b) => a - b)).toEqual(
    Array.from({ length: 101 }, (_, i) => i),
  );
}, 600_000);

function start(version: MlflowVersion, folder: string, port?: number): Promise<RunningServer> {
  return startMlflowServer(version, {
    backend: `sqlite:///${join(folder, "mlflow.db")}`,
    // MLflow 2.22 does not start over a database with the SQLAlchemy of today: an older one goes first.
    ...(isOld(version) && { env: { PYTHONPATH: oldDrivers } }),
    artifacts: join(folder, "artifacts"),
    cwd: folder,
    ...(port !== undefined && { port }),
  });
}

function isOld(version: string): boolean {
  return version.startsWith("2.");
}
