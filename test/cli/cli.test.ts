import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { COMMANDS } from "../../lib/cli/commands/table.ts";
import { MlrunsClient } from "../../lib/client/client.ts";
import { cliPath } from "../helpers/servers.ts";
import { golden, makeTempFolder, makeTree } from "../helpers/tree.ts";

interface Result {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

function mlruns(
  args: readonly string[],
  options: { cwd?: string; env?: Record<string, string> } = {},
): Promise<Result> {
  const own = { MLFLOW_TRACKING_URI: "", MLFLOW_RUN_ID: "", FORCE_COLOR: "" };
  const env = { ...process.env, ...own, ...options.env };
  return new Promise((resolve) => {
    execFile(process.execPath, [cliPath, ...args], { ...options, env }, (error, out, err) => {
      resolve({ code: typeof error?.code === "number" ? error.code : 0, out, err });
    });
  });
}

const jsonLines = (out: string): Record<string, unknown>[] =>
  out
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Record<string, unknown>);

describe("every command", () => {
  test("has a help that names what it does", async () => {
    for (const name of Object.keys(COMMANDS)) {
      const { code, out } = await mlruns([name, "--help"]);
      expect([code, out], name).toEqual([
        0,
        expect.stringMatching(new RegExp(`^Usage: mlruns ${name}[\\s\\S]+\\n\\n\\S`)),
      ]);
    }
  });

  test("--version answers without loading anything else", async () => {
    expect(await mlruns(["--version"])).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
    });
  });

  test.each([
    [["frobnicate"]],
    [["runs", "--nope"]],
    [["runs", "--max", "many"]],
    [["show"]],
    [["serve", "--port", "99999"]],
  ])("%j is wrong usage: exit code 2, one line, no stack", async (args) => {
    const { code, out, err } = await mlruns(args);
    expect([code, out]).toEqual([2, ""]);
    expect(err).toMatch(/^error: /);
    expect(err).not.toContain("    at ");
  });

  test.each([
    ["missing", "does not exist."],
    ["file", "is not a directory."],
    ["project", "is not an mlruns tree"],
  ])("a root that is %s is refused with a hint: exit code 1", async (kind, message) => {
    const folder = await makeTempFolder();
    writeFileSync(join(folder, "file"), "");
    mkdirSync(join(folder, "project", "src"), { recursive: true });
    for (const args of [["runs", "-r"], ["experiments", "-r"], ["serve"]]) {
      const { code, err } = await mlruns([...args, join(folder, kind)]);
      expect(code).toBe(1);
      expect(err).toContain(`mlruns: '${join(folder, kind)}' ${message}`);
      expect(err.trimEnd().split("\n").length).toBe(message.includes("directory") ? 1 : 2);
    }
  });
});

describe("listing", () => {
  test("experiments and runs are those that MLflow lists, newest first", async () => {
    const root = await makeTree("v3-basic");
    const answers = await golden("v3-basic");
    const active = answers.experiments.filter(
      (experiment) => experiment.lifecycle_stage === "active",
    );

    const experiments = await mlruns(["experiments", "-r", root, "--json"]);
    expect(jsonLines(experiments.out).map(({ experimentId }) => experimentId)).toEqual(
      active.map((e) => e.experiment_id),
    );
    const runs = await mlruns(["runs", "-r", root, "-e", "churn", "--view", "all", "--json"]);
    const churn = active.find(({ name }) => name === "churn")?.experiment_id ?? "";
    expect(jsonLines(runs.out).map(({ info }) => (info as { runId: string }).runId)).toEqual(
      answers.run_ids_by_experiment[churn],
    );
  });

  test("a filter and an order are MLflow's; a wrong one says so", async () => {
    const root = await makeTree("v3-basic");
    const found = await mlruns([
      "runs",
      "-r",
      root,
      "-f",
      "metrics.auc >= 0.85",
      "-o",
      "metrics.auc DESC",
      "--json",
    ]);
    const wrong = await mlruns(["runs", "-r", root, "-f", "metrics.auc ="]);

    expect(jsonLines(found.out).map(({ info }) => (info as { runName: string }).runName)).toEqual([
      "sweep-3",
      "sweep-2",
      "sweep-1",
    ]);
    expect(wrong).toMatchObject({
      code: 1,
      out: "",
      err: expect.stringMatching(/^mlruns: Invalid/),
    });
  });

  test("into a pipe come lines of fields separated by tabs, without colours", async () => {
    const { out } = await mlruns(["runs", "-r", await makeTree("v3-basic")]);
    const lines = out
      .replace(/\n$/, "")
      .split("\n")
      .map((line) => line.split("\t"));

    expect(lines[0]?.slice(0, 5)).toEqual(["run", "name", "status", "started", "took"]);
    expect(new Set(lines.map((fields) => fields.length)).size).toBe(1);
  });

  test("what is broken is named on stderr by path and line, the rest is listed: exit code 3", async () => {
    const root = await makeTree("v3-basic");
    const run = join("802030357794687314", "864f17062aa540dcbfc9aba1805c2e10");
    writeFileSync(join(root, run, "metrics", "loss"), "1 0.5 0\n1 2 3 4\n");
    mkdirSync(join(root, ".git"));

    const runs = await mlruns(["runs", "-r", root, "-e", "churn"]);
    expect(runs.code).toBe(3);
    expect(runs.err).toBe(
      `warning ${run}/metrics/loss, line 2: Metric 'loss' is malformed; persisted metric data contained 4 fields. Expected 2, 3, or 5 fields. Experiment id: 802030357794687314\n`,
    );
    expect(runs.out.trimEnd().split("\n")).toHaveLength(6);
    expect(await mlruns(["experiments", "-r", root])).toMatchObject({
      code: 3,
      err: expect.stringContaining("warning .git: Invalid experiment ID: '.git'"),
    });
  });

  test("a run is shown by the beginning of its id, with its history on demand", async () => {
    const root = await makeTree("v3-basic");
    const shown = await mlruns(["show", "864f1706", "-r", root, "--json"]);
    const history = await mlruns(["show", "864f1706", "-r", root, "--history", "loss", "--json"]);
    const expected = (await golden("v3-basic")).runs["864f17062aa540dcbfc9aba1805c2e10"];

    expect(jsonLines(shown.out)[0]).toMatchObject({
      info: { runName: "sweep-3" },
      data: { params: expected?.params },
    });
    expect(jsonLines(history.out).map(({ value }) => value)).toEqual(
      expected?.metric_history.loss?.map(({ value }) => value),
    );
    expect(await mlruns(["show", "zzzz", "-r", root])).toMatchObject({
      code: 1,
      err: expect.stringContaining("Run 'zzzz' not found"),
    });
  });
});

describe("naming a run", () => {
  test("its name does where one run has it, before the beginning of an id", async () => {
    const root = await makeTree("v3-basic");
    const client = new MlrunsClient(root);
    const named = await mlruns(["show", "sweep-3", "-r", root, "--json"]);
    await client.createRun("0", { runName: "864f1706" });
    const twice = await mlruns(["show", "864f1706", "-r", root, "--json"]);
    await client.createRun("0", { runName: "sweep-3" });

    expect(jsonLines(named.out)[0]).toMatchObject({
      info: { runId: "864f17062aa540dcbfc9aba1805c2e10" },
    });
    expect(jsonLines(twice.out)[0]).toMatchObject({ info: { runName: "864f1706" } });
    expect(await mlruns(["show", "sweep-3", "-r", root])).toMatchObject({
      code: 1,
      err: expect.stringMatching(
        /'sweep-3' is the name of 2 runs\nGive more of the id: .*864f1706/,
      ),
    });
  });

  test("a deleted run is found by its name, to be restored", async () => {
    const root = await makeTree("v3-basic");
    await mlruns(["delete", "run", "sweep-3", "-r", root]);
    expect((await mlruns(["show", "sweep-3", "-r", root])).out).toMatch(
      /^sweep-3 {2}\w+, deleted\n/,
    );
    const deleted = await mlruns(["show", "sweep-3", "-r", root, "--json"]);
    await mlruns(["restore", "run", "sweep-3", "-r", root]);
    const restored = await mlruns(["show", "sweep-3", "-r", root, "--json"]);

    expect(jsonLines(deleted.out)[0]).toMatchObject({ info: { lifecycleStage: "deleted" } });
    expect(jsonLines(restored.out)[0]).toMatchObject({ info: { lifecycleStage: "active" } });
  });
});

describe("logging from a shell", () => {
  test("the five lines of the README log a run", async () => {
    const cwd = await makeTempFolder();
    writeFileSync(join(cwd, "model.bin"), "weights");
    const start = await mlruns(
      ["log", "start", "--experiment", "quickstart", "--param", "lr=0.1"],
      { cwd },
    );
    const env = { MLFLOW_RUN_ID: start.out.trim() };
    const steps = [
      ["metric", "loss", "0.25", "--step", "1"],
      ["metric", "loss", "nan", "--step", "2"],
      ["tag", "team", "a b"],
      ["artifact", "model.bin"],
      ["end"],
    ];
    for (const step of steps)
      expect(await mlruns(["log", ...step], { cwd, env })).toEqual({ code: 0, out: "", err: "" });

    const client = new MlrunsClient(join(cwd, "mlruns"));
    const run = await client.getRun(env.MLFLOW_RUN_ID);
    expect(run).toMatchObject({
      info: { status: "FINISHED" },
      data: { params: { lr: "0.1" }, metrics: { loss: Number.NaN }, tags: { team: "a b" } },
    });
    expect((await client.listArtifacts(run.info.runId)).map(({ path }) => path)).toEqual([
      "model.bin",
    ]);
  });

  test("a run is logged to by its name, too", async () => {
    const cwd = await makeTempFolder();
    const runId = (await mlruns(["log", "start", "--name", "nightly"], { cwd })).out.trim();
    for (const step of [
      ["metric", "loss", "0.5"],
      ["tag", "team", "a"],
      ["end", "--status", "FAILED"],
    ])
      expect(await mlruns(["log", ...step, "--run", "nightly"], { cwd })).toMatchObject({
        err: "",
      });

    expect(await new MlrunsClient(join(cwd, "mlruns")).getRun(runId)).toMatchObject({
      info: { status: "FAILED" },
      data: { metrics: { loss: 0.5 }, tags: { team: "a" } },
    });
  });

  test("without a run, or with a bad value, nothing is logged and it says what to do", async () => {
    const cwd = await makeTempFolder();
    expect(await mlruns(["log", "metric", "loss", "1"], { cwd })).toMatchObject({
      code: 1,
      err: expect.stringContaining("MLFLOW_RUN_ID"),
    });
    expect(await mlruns(["log", "metric", "loss", "high", "--run", "x"], { cwd })).toMatchObject({
      code: 2,
    });
    expect(await mlruns(["log", "metric", "loss", "1", "--run", "ffff"], { cwd })).toMatchObject({
      code: 1,
      err: expect.stringContaining("Run 'ffff' not found"),
    });
    const runId = "f".repeat(32);
    expect(await mlruns(["log", "metric", "loss", "1", "--run", runId], { cwd })).toMatchObject({
      code: 1,
      err: `mlruns: Run '${runId}' not found\nIt may lie in another tree: check the root, or MLFLOW_TRACKING_URI.\n`,
    });
    expect(existsSync(join(cwd, "mlruns"))).toBe(false);
  });

  test("deleting and restoring are the reverse of each other", async () => {
    const root = await makeTree("v3-basic");
    const runId = "864f17062aa540dcbfc9aba1805c2e10";
    const stage = async (): Promise<string> =>
      (await new MlrunsClient(root).getRun(runId)).info.lifecycleStage;

    expect(await mlruns(["delete", "run", "864f17", "-r", root])).toMatchObject({ code: 0 });
    expect(await stage()).toBe("deleted");
    expect(await mlruns(["restore", "run", runId, "-r", root])).toMatchObject({ code: 0 });
    expect(await stage()).toBe("active");
    expect(await mlruns(["delete", "experiment", "churn", "-r", root])).toMatchObject({ code: 0 });
    expect(await stage()).toBe("deleted");
  });
});

describe("serving", () => {
  test("a taken port 5000 moves on to a free one and says so", async () => {
    const root = await makeTree("v3-basic");
    const taken = createServer((_request, response) => response.end());
    const isOurs = await new Promise<boolean>((resolve) => {
      taken.once("error", () => resolve(false));
      taken.listen(5000, "127.0.0.1", () => resolve(true));
    });
    onTestFinished(() => void (isOurs && taken.close()));
    const child = spawn(process.execPath, [cliPath, "serve", root, "--no-open"]);
    onTestFinished(() => void child.kill("SIGKILL"));
    let text = "";
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (chunk) => (text += String(chunk)));
    while (!text.includes("is served at")) await new Promise((resolve) => setTimeout(resolve, 50));

    const port = Number(/127\.0\.0\.1:(\d+)/.exec(text)?.[1]);
    expect(port).toBeGreaterThan(5000);
    expect((await fetch(`http://127.0.0.1:${port}/health`)).status).toBe(200);
    child.kill("SIGTERM");
    expect(await once(child, "exit")).toEqual([0, null]);
    expect(text).toContain(`port 5000 is taken, so this is ${port}`);
  });

  test("a port that was asked for is not exchanged for another", async () => {
    const taken = createServer().listen(0, "127.0.0.1");
    await once(taken, "listening");
    onTestFinished(() => void taken.close());
    const { port } = taken.address() as { port: number };

    expect(
      await mlruns(["serve", await makeTree("v3-basic"), "--port", String(port), "--no-open"]),
    ).toMatchObject({
      code: 1,
      err: `mlruns: Port ${port} is taken.\nGive another with --port, or --port 0 for any free one.\n`,
    });
  });
});
