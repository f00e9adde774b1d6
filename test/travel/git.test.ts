import { existsSync } from "node:fs";
import { chmod, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { MlrunsClient } from "../../lib/client/client.ts";
import { folderBytes } from "../helpers/folder-bytes.ts";
import { GIT_ENVIRONMENT, git } from "../helpers/git.ts";
import { runCli } from "../helpers/killing.ts";
import { makeTempFolder } from "../helpers/tree.ts";

let folder: string;
let client: MlrunsClient;
let experimentId: string;

const mlruns = (...args: string[]) => runCli(args, { cwd: folder, env: GIT_ENVIRONMENT });

beforeEach(async () => {
  folder = join(await makeTempFolder(), "project");
  client = new MlrunsClient(join(folder, "mlruns"));
  experimentId = await client.createExperiment("e");
});

async function logRun(name: string): Promise<string> {
  const { runId } = (await client.createRun(experimentId, { runName: name, startTime: 1 })).info;
  client.logParam(runId, "lr", "0.1");
  client.logMetric(runId, "loss", 1, { step: 0, timestamp: 1 });
  client.flush();
  return runId;
}

function commit(message: string, where: string = folder): void {
  git(where, "add", "--all");
  git(where, "commit", "--quiet", "--message", message);
}

describe("two people on two branches", () => {
  test("new runs merge by themselves, and of a run that both touched all points stay", async () => {
    const shared = await logRun("shared");
    expect((await mlruns("git", "init")).exit).toBe("0");
    commit("start");
    git(folder, "checkout", "--quiet", "-b", "other");
    const theirs = await logRun("theirs");
    client.logMetric(shared, "loss", 0.5, { step: 2, timestamp: 3 });
    client.setTag(shared, "theirs", "1");
    await client.setTerminated(shared, "FINISHED", { endTime: 99 });
    client.flush();
    commit("theirs");
    git(folder, "checkout", "--quiet", "-");
    const ours = await logRun("ours");
    client.logMetric(shared, "loss", 0.7, { step: 1, timestamp: 2 });
    client.setTag(shared, "ours", "1");
    await client.updateRun(shared, { runName: "renamed" });
    client.flush();
    commit("ours");
    git(folder, "merge", "--quiet", "--no-edit", "other");

    expect(git(folder, "status", "--porcelain")).toBe("");
    const { runs } = await new MlrunsClient(client.root).searchRuns([experimentId]);
    expect(runs.map(({ info }) => info.runId).sort()).toEqual([shared, theirs, ours].sort());
    const merged = runs.find(({ info }) => info.runId === shared);
    expect(merged?.info).toMatchObject({ runName: "renamed", status: "FINISHED", endTime: 99 });
    expect(merged?.data.metrics).toEqual({ loss: 0.5 });
    expect(merged?.data.tags).toMatchObject({ ours: "1", theirs: "1" });
    const history = await client.getMetricHistory(shared, "loss");
    expect(history.map(({ value }) => value).sort()).toEqual([0.5, 0.7, 1]);
    const { stdout, exit } = await mlruns("doctor");
    expect([stdout, exit]).toEqual(["", "0"]);
  });

  test("values that both set otherwise are conflicts, in which the tree still opens with ours", async () => {
    const runId = await logRun("shared");
    await mlruns("git", "init");
    commit("start");
    git(folder, "checkout", "--quiet", "-b", "other");
    client.setTag(runId, "team", "theirs");
    await client.updateRun(runId, { runName: "theirs" });
    commit("theirs");
    git(folder, "checkout", "--quiet", "-");
    client.setTag(runId, "team", "ours");
    await client.updateRun(runId, { runName: "ours" });
    commit("ours");

    expect(() => git(folder, "merge", "other")).toThrow();
    const run = `mlruns/${experimentId}/${runId}`;
    expect(git(folder, "diff", "--name-only", "--diff-filter=U").trim().split("\n")).toEqual([
      `${run}/meta.yaml`,
      `${run}/tags/mlflow.runName`,
      `${run}/tags/team`,
    ]);
    const { info, data } = await new MlrunsClient(client.root).getRun(runId);
    expect([info.runName, data.tags.team]).toEqual(["ours", "ours"]);
  });
});

describe("a clone", () => {
  test("gets its empty folders by git init, and again by each checkout and merge", async () => {
    await logRun("plain");
    const { runId } = (await client.createRun(experimentId)).info;
    await mlruns("git", "init");
    commit("start");
    const clone = join(dirname(folder), "clone");
    git(dirname(folder), "clone", "--quiet", folder, clone);
    const run = join(clone, "mlruns", experimentId, runId);
    expect(await readdir(run)).toEqual(["meta.yaml", "tags"]);
    expect((await runCli(["git", "init"], { cwd: clone, env: GIT_ENVIRONMENT })).stdout).toContain(
      "empty folders again",
    );
    expect((await readdir(run)).sort()).toEqual([
      "artifacts",
      "meta.yaml",
      "metrics",
      "params",
      "tags",
    ]);
    git(clone, "status", "--porcelain");
    await rm(join(run, "metrics"), { recursive: true });
    git(clone, "checkout", "--quiet", "-b", "branch");

    expect(existsSync(join(run, "metrics"))).toBe(true);
    expect((await runCli(["doctor"], { cwd: clone })).exit).toBe("0");
  });

  test("finds the artifacts that stay out of git by their manifests", async () => {
    const runId = await logRun("big");
    await client.logText(runId, "many bytes", "weights/w.bin");
    const model = await client.createLoggedModel(experimentId, { sourceRunId: runId });
    const models = join("mlruns", experimentId, "models");
    const weights = join(models, model.modelId, "artifacts/model.bin");
    await mkdir(dirname(join(folder, weights)), { recursive: true });
    await writeFile(join(folder, weights), "the model");
    const store = await makeTempFolder();
    await mlruns("git", "init", "--no-artifacts");
    const pushed = await mlruns(
      "push",
      "mlruns",
      `file://${store}`,
      "--artifacts-only",
      "--manifest",
      "--runs",
      runId,
    );
    expect(pushed).toMatchObject({ exit: "0" });
    commit("start");
    const files = git(folder, "ls-files").split("\n");
    expect(files.filter((file) => file.includes("/artifacts"))).toEqual([
      `mlruns/${experimentId}/${runId}/artifacts.manifest.jsonl`,
      `${models}/${model.modelId}/artifacts.manifest.jsonl`,
    ]);
    const clone = join(dirname(folder), "clone");
    git(dirname(folder), "clone", "--quiet", folder, clone);
    await rm(folder, { recursive: true });
    const pulled = await runCli(["pull"], { cwd: clone, env: GIT_ENVIRONMENT });

    expect(pulled).toMatchObject({ exit: "0" });
    const file = join(clone, "mlruns", experimentId, runId, "artifacts/weights/w.bin");
    expect(await readFile(file, "utf8")).toBe("many bytes");
    expect(await readFile(join(clone, weights), "utf8")).toBe("the model");
    expect(git(clone, "status", "--porcelain")).toBe("");
  });
});

describe("mlruns git init", () => {
  test("can be repeated, keeps the lines of others, and leaves their hooks alone", async () => {
    await mkdir(folder, { recursive: true });
    git(folder, "init", "--quiet");
    await writeFile(join(client.root, ".gitignore"), "mine\n");
    const hook = join(folder, ".git/hooks/post-merge");
    await mkdir(dirname(hook), { recursive: true });
    await writeFile(hook, "#!/bin/sh\necho mine\n");
    await chmod(hook, 0o755);
    const first = await mlruns("git", "init");
    const files = await folderBytes(client.root);
    const second = await mlruns("git", "init");

    expect(first.stderr).toBe(
      "warning there is a hook post-merge already: let it call `mlruns git folders`\n",
    );
    expect(files[".gitignore"]).toMatch(
      /^mine\n# >>> mlruns git init\n[\s\S]*# <<< mlruns git init\n$/,
    );
    expect(await readFile(hook, "utf8")).toBe("#!/bin/sh\necho mine\n");
    expect(second.stdout).toBe("set the merge driver and the hooks of this clone\n");
    expect(await folderBytes(client.root)).toEqual(files);
  });

  test("refuses a root that is itself a repository: MLflow's search fails over .git", async () => {
    git(client.root, "init", "--quiet");

    expect(await mlruns("git", "init")).toMatchObject({
      exit: "1",
      stderr: expect.stringMatching(/is itself a git repository\n.*every search fails/),
    });
  });
});

describe("mlruns diff", () => {
  test("tells runs that came, went and changed between revisions, and to the tree as it is", async () => {
    const [stays, goes] = [await logRun("stays"), await logRun("goes")];
    await mlruns("git", "init");
    commit("one");
    client.logMetric(stays, "loss", 0.25, { step: 1, timestamp: 2 });
    client.logParam(stays, "depth", "3");
    await client.logText(stays, "not told", "a.txt");
    client.flush();
    await rm(join(client.root, experimentId, goes), { recursive: true });
    const comes = await logRun("comes");
    commit("two");
    const { stdout, stderr } = await mlruns("diff", "HEAD~1..HEAD");

    expect(stdout).toBe(
      `+ comes (${comes}) in e: running\n    lr=0.1 loss=1\n` +
        `- goes (${goes}) in e: running\n    lr=0.1 loss=1\n` +
        `~ stays (${stays}) in e\n    param depth: none → 3\n    metric loss: 1 (1 point) → 0.25 (2 points)\n`,
    );
    expect(stderr).toBe("1 added, 1 removed, 1 changed\n");
    client.setTag(comes, "note", "x");
    const late = await logRun("late");
    const now = JSON.parse((await mlruns("diff", "HEAD", "--json")).stdout);
    expect(now.added.map(({ runId }: { runId: string }) => runId)).toEqual([late]);
    expect(now.changed).toEqual([
      {
        runId: comes,
        runName: "comes",
        experiment: "e",
        attributes: [],
        params: [],
        metrics: [],
        tags: [{ key: "note", after: "x" }],
      },
    ]);
    expect((await mlruns("diff", "nope..HEAD")).stderr).toContain(
      "'nope' is neither a folder nor a revision",
    );
  });

  test("compares two folders, also outside of git", async () => {
    const runId = await logRun("r");
    const copy = join(folder, "copy");
    await mlruns("merge", "mlruns", copy);
    await client.setTerminated(runId, "FAILED", { endTime: 1000 });
    const { stdout } = await mlruns("diff", copy, "mlruns");

    expect(stdout).toBe(
      `~ r (${runId}) in e\n    end_time: none → 1970-01-01T00:00:01.000Z\n    status: RUNNING → FAILED\n`,
    );
  });
});
