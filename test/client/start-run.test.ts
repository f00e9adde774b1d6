import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { MlrunsClient } from "../../lib/client/client.ts";
import { startRun } from "../../lib/client/start-run.ts";
import { repoRoot } from "../helpers/paths.ts";
// Makes sure that the library is built: the processes below import it.
import "../helpers/servers.ts";
import { makeTempFolder } from "../helpers/tree.ts";

const library = pathToFileURL(join(repoRoot, "dist", "index.js")).href;

async function newRoot(): Promise<string> {
  return join(await makeTempFolder(), "mlruns");
}

/** Starts a process that logs to `root`; its code has `startRun` and `root`. */
function runScript(root: string, code: string): ChildProcess {
  const script = `import { startRun } from ${JSON.stringify(library)};\nconst root = ${JSON.stringify(root)};\n${code}`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", script], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  return child;
}

async function exitCode(child: ChildProcess): Promise<number | NodeJS.Signals | null> {
  const [code, signal] = (await once(child, "exit")) as [number | null, NodeJS.Signals | null];
  return code ?? signal;
}

async function firstLine(child: ChildProcess): Promise<string> {
  const [chunk] = (await once(child.stdout as NodeJS.ReadableStream, "data")) as [Buffer];
  return chunk.toString().trim();
}

async function onlyRun(root: string): ReturnType<MlrunsClient["getRun"]> {
  const client = new MlrunsClient(root);
  const { experiments } = await client.scanExperiments();
  const { runs } = await client.searchRuns(experiments.map(({ experimentId }) => experimentId));
  expect(runs).toHaveLength(1);
  return runs[0] as Awaited<ReturnType<MlrunsClient["getRun"]>>;
}

describe("startRun", () => {
  test("with a function the run ends with it", async () => {
    const trackingUri = await newRoot();
    const result = await startRun({ trackingUri, experimentName: "e", runName: "r" }, (run) => {
      run.logParam("lr", 0.1);
      run.logMetric("loss", 0.5, { step: 1 });
      return run.runId;
    });

    const run = await onlyRun(trackingUri);
    expect(run.info).toMatchObject({ runId: result, runName: "r", status: "FINISHED" });
    expect(run.info.endTime).toBeGreaterThanOrEqual(run.info.startTime);
    expect(run.data).toMatchObject({ params: { lr: "0.1" }, metrics: { loss: 0.5 } });
  });

  test("a function that throws leaves a failed run and its error", async () => {
    const trackingUri = await newRoot();
    const body = (): never => {
      throw new Error("diverged");
    };

    await expect(startRun({ trackingUri }, body)).rejects.toThrow("diverged");
    expect((await onlyRun(trackingUri)).info.status).toBe("FAILED");
  });

  test("system tags say who, what and which commit", async () => {
    const run = await startRun({ trackingUri: await newRoot(), description: "a *note*" });
    const { tags } = (await run.get()).data;
    await run.end();

    expect(tags).toMatchObject({
      "mlflow.source.type": "LOCAL",
      "mlflow.source.name": process.argv[1],
      "mlflow.note.content": "a *note*",
      "mlflow.user": expect.stringMatching(/./),
      "mlflow.source.git.commit": expect.stringMatching(/^[0-9a-f]{40}$/),
    });
  });

  test("a child run lies in its parent's experiment and names it", async () => {
    const parent = await startRun({ trackingUri: await newRoot(), experimentName: "sweep" });
    const child = await startRun({ parent, runName: "fold 0" });

    expect(child.info.experimentId).toBe(parent.info.experimentId);
    expect((await child.get()).data.tags["mlflow.parentRunId"]).toBe(parent.runId);
    await child.end();
    await parent.end();
  });

  test("a run is gone on with by id, and runs again", async () => {
    const trackingUri = await newRoot();
    const first = await startRun({ trackingUri });
    first.logMetric("loss", 1, { step: 0 });
    await first.end("FAILED");

    const second = await startRun({ trackingUri, runId: first.runId });
    expect(second.info).toMatchObject({ runId: first.runId, status: "RUNNING", endTime: null });
    second.logMetric("loss", 0.5, { step: 1 });
    await second.end();
    expect((await onlyRun(trackingUri)).data.metrics).toEqual({ loss: 0.5 });
  });

  test("MLflow's variables name tree, experiment and run", async () => {
    const root = await newRoot();
    vi.stubEnv("MLFLOW_TRACKING_URI", pathToFileURL(root).href);
    vi.stubEnv("MLFLOW_EXPERIMENT_NAME", "from the environment");
    onTestFinished(() => void vi.unstubAllEnvs());
    const run = await startRun();
    vi.stubEnv("MLFLOW_RUN_ID", run.runId);
    const again = await startRun();

    expect(run.client instanceof MlrunsClient && run.client.root).toBe(root);
    expect(again.runId).toBe(run.runId);
    const { name } = await run.client.getExperiment(run.info.experimentId);
    expect(name).toBe("from the environment");
    await again.end();
    await run.end();
  });

  test("`await using` ends the run", async () => {
    const trackingUri = await newRoot();
    {
      await using run = await startRun({ trackingUri });
      run.logMetric("loss", 1);
    }

    expect((await onlyRun(trackingUri)).info.status).toBe("FINISHED");
  });
});

describe("when the process ends first", () => {
  test("SIGKILL loses nothing that logMetric has returned from", async () => {
    const root = await newRoot();
    const child = runScript(
      root,
      `const run = await startRun({ trackingUri: root });
      for (let step = 0; ; step++) {
        run.logMetric("loss", step, { step });
        if (step % 1000 === 999) process.stdout.write(step + "\\n");
        if (step % 50_000 === 0) await new Promise((resolve) => setImmediate(resolve));
      }`,
    );
    await firstLine(child);
    child.kill("SIGKILL");
    await once(child, "exit");

    const run = await onlyRun(root);
    const history = await new MlrunsClient(root).getMetricHistory(run.info.runId, "loss");
    expect(run.info.status).toBe("RUNNING");
    expect(history.length).toBeGreaterThanOrEqual(1000);
    expect(history.map(({ step, value }) => [step, value])).toEqual(history.map((_, i) => [i, i]));
  });

  test.each(["SIGINT", "SIGTERM"] as const)(
    "%s marks the run KILLED and still kills",
    async (signal) => {
      const root = await newRoot();
      const child = runScript(
        root,
        `const run = await startRun({ trackingUri: root });
      run.logMetric("loss", 1);
      console.log("ready");
      setInterval(() => {}, 1000);`,
      );
      expect(await firstLine(child)).toBe("ready");
      child.kill(signal);

      expect(await exitCode(child)).toBe(signal);
      expect((await onlyRun(root)).info).toMatchObject({
        status: "KILLED",
        endTime: expect.any(Number),
      });
    },
  );

  test.each([
    [
      "an error out of a block of `await using`",
      "await using run = await startRun({ trackingUri: root }); throw new Error('x');",
    ],
    [
      "an unhandled rejection",
      "const run = await startRun({ trackingUri: root }); Promise.reject(new Error('x')); await new Promise((r) => setTimeout(r, 1000));",
    ],
    ["process.exit(1)", "const run = await startRun({ trackingUri: root }); process.exit(1);"],
  ])("%s marks the run FAILED", async (_what, code) => {
    // Node 20 has no `using` of its own: the block is spelled out.
    const plain = code.replace(
      /await using run = (await startRun\(.*?\)); (throw .*)$/,
      "const run = $1; try { $2 } finally { await run[Symbol.asyncDispose](); }",
    );
    const root = await newRoot();

    expect(await exitCode(runScript(root, plain))).toBe(1);
    expect((await onlyRun(root)).info.status).toBe("FAILED");
  });

  test("a process that ends well finishes its run, and flushes what was held back", async () => {
    const root = await newRoot();
    const child = runScript(
      root,
      `const run = await startRun({ trackingUri: root, buffer: true }); run.logMetric("loss", 1);`,
    );

    expect(await exitCode(child)).toBe(0);
    const run = await onlyRun(root);
    expect(run.info.status).toBe("FINISHED");
    expect(run.data.metrics).toEqual({ loss: 1 });
  });
});
