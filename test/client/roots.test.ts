/** Several trees that are read and searched as one. */
import { execFile } from "node:child_process";
import { cp, mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { beforeAll, beforeEach, expect, test } from "vitest";
import { ensureBuild } from "../../.ci/ensure.mjs";
import { MlrunsClient } from "../../lib/client/client.ts";
import { openRoots } from "../../lib/client/roots-client.ts";
import { searchRuns } from "../../lib/search/index.ts";
import { cliPath } from "../helpers/servers.ts";
import { makeTempFolder } from "../helpers/tree.ts";

let folder: string;
let a: MlrunsClient;
let b: MlrunsClient;
let shared: string;

beforeAll(() => ensureBuild());

/** `a` and `b` have a run and their experiment in common; each has three runs of its own in "Default". */
beforeEach(async () => {
  folder = await makeTempFolder();
  a = new MlrunsClient(join(folder, "a", "mlruns"));
  b = new MlrunsClient(join(folder, "b", "mlruns"));
  a.createTree();
  shared = (await a.createRun(await a.createExperiment("shared"), { startTime: 50 })).info.runId;
  a.setTag(shared, "copied", "yes");
  await mkdir(join(folder, "b"));
  await cp(a.root, b.root, { recursive: true });
  for (const [client, start] of [
    [a, 10],
    [b, 11],
  ] as const) {
    for (let i = 0; i < 3; i++) {
      const { info } = await client.createRun("0", { startTime: start + 2 * i });
      client.logMetric(info.runId, "loss", start + i);
    }
  }
});

test("runs of all roots come in one order, page by page, and know their roots", async () => {
  const trees = await openRoots([a.root, b.root]);
  const all = [];
  for (const client of [a, b]) {
    for (const { experimentId } of (await client.searchExperiments()).experiments) {
      const { runs } = await client.searchRuns([experimentId]);
      all.push(...runs.map((run) => ({ ...run, root: client.root })));
    }
  }
  for (const query of [
    {},
    { orderBy: ["metrics.loss DESC"] },
    { filter: "metrics.loss >= 11" },
    { maxResults: 0 },
  ]) {
    expect(await trees.searchRuns(undefined, query)).toEqual(searchRuns(all, query));
  }
  let pageToken: string | undefined;
  const ids: string[] = [];
  do {
    const page = await trees.searchRuns(undefined, {
      maxResults: 3,
      ...(pageToken && { pageToken }),
    });
    expect(page.runs.length).toBeLessThanOrEqual(3);
    ids.push(...page.runs.map(({ info }) => info.runId));
    pageToken = page.nextPageToken;
  } while (pageToken !== undefined);
  expect(ids).toEqual(searchRuns(all).runs.map(({ info }) => info.runId));
});

test("experiments of one name stay apart", async () => {
  const trees = await openRoots([a.root, b.root]);
  const { experiments } = await trees.searchExperiments({ filter: "name = 'Default'" });

  expect(experiments.map(({ root }) => root)).toEqual([a.root, b.root]);
  const { runs } = await trees.searchRuns(experiments.slice(1));
  expect(runs.map(({ info, root }) => [info.startTime, root])).toEqual([
    [15, b.root],
    [13, b.root],
    [11, b.root],
  ]);
});

test("a run that two roots have is listed twice, reported, and never taken for one", async () => {
  const trees = await openRoots([a.root, b.root]);
  b.setTag(shared, "copied", "and changed");
  const { runs } = await trees.searchRuns(undefined, { filter: `run_id = '${shared}'` });

  expect(runs.map(({ root, data }) => [root, data.tags.copied])).toEqual([
    [a.root, "yes"],
    [b.root, "and changed"],
  ]);
  expect(await trees.findDuplicateRuns()).toEqual([{ runId: shared, roots: [a.root, b.root] }]);
  expect(await trees.findRunProblems()).toEqual([
    { path: a.root, message: `Run '${shared}' is in ${b.root}, too` },
  ]);
  await expect(trees.getRun(shared)).rejects.toMatchObject({
    errorCode: "INVALID_PARAMETER_VALUE",
    message: `Run '${shared}' lies in several roots: ${a.root}, ${b.root}`,
  });
});

test("what is written goes to the root that is meant, or nowhere", async () => {
  const trees = await openRoots([a.root, b.root]);
  const { info } = await b.createRun("0");
  (await trees.clientOfRun(info.runId)).setTag(info.runId, "note", "b");

  expect((await trees.getRun(info.runId)).data.tags.note).toBe("b");
  await expect(trees.clientOfExperiment("0")).rejects.toThrow("lies in several roots");
  await expect(trees.clientOfRun("0".repeat(32))).rejects.toMatchObject({
    errorCode: "RESOURCE_DOES_NOT_EXIST",
  });
});

test("a pattern names roots, each of which is opened once", async () => {
  const trees = await openRoots([join(folder, "*", "mlruns"), a.root]);

  expect(trees.roots).toEqual([a.root, b.root]);
  await expect(openRoots([join(folder, "none*")])).rejects.toThrow("names no folder");
  await rm(b.root, { recursive: true });
  await expect(openRoots([a.root, b.root])).rejects.toThrow("does not exist");
});

test("the command line lists runs of several roots and names those that are there twice", async () => {
  const options = ["-r", join(folder, "*", "mlruns")];
  const failed = await promisify(execFile)(process.execPath, [cliPath, "runs", ...options], {
    cwd: folder,
  }).catch((error: unknown) => error as { code: number; stdout: string; stderr: string });
  const rows = failed.stdout
    .trim()
    .split("\n")
    .map((line) => line.split("\t"));

  expect(rows[0]?.slice(0, 2)).toEqual(["root", "run"]);
  expect(rows.slice(1).map(([root]) => root)).toEqual([
    ...["a/mlruns", "b/mlruns"],
    ...["b/mlruns", "a/mlruns", "b/mlruns", "a/mlruns", "b/mlruns", "a/mlruns"],
  ]);
  expect(failed.stderr).toContain(`Run '${shared}' is in ${b.root}, too`);
  expect(failed).toHaveProperty("code", 3);
});
