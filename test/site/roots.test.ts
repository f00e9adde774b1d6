/** Several trees shown as one: what the viewer reads of them. */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { MlrunsClient } from "../../lib/client/client.ts";
import { openRoots, RootsClient } from "../../lib/client/roots-client.ts";
import type { Site } from "../../lib/site/context.ts";
import { nameRoots } from "../../lib/site/roots.ts";
import { makeDataFile } from "../../lib/site/table.ts";
import { writeSite } from "../../lib/site/write.ts";
import type {
  ExperimentsFile,
  Manifest,
  RegistryFile,
  RunFile,
  RunsFile,
  TreeFile,
} from "../../lib/wire/data-files.ts";
import { DATA_PATH } from "../../lib/wire/data-paths.ts";
import { folderBytes } from "../helpers/folder-bytes.ts";
import { makeTwoRoots, type TwoRoots } from "../helpers/roots.ts";
import { liveSite } from "../helpers/site.ts";
import { makeTempFolder } from "../helpers/tree.ts";

let roots: TwoRoots;
let site: Site;

async function read<Value>(path: string, of: Site = site): Promise<Value> {
  const file = await makeDataFile(of, path.replace(/^data\//, ""));
  if (file?.kind !== "json") throw new Error(`There is no data file ${path}`);
  return JSON.parse(JSON.stringify(file.value)) as Value;
}

beforeEach(async () => {
  roots = await makeTwoRoots();
  site = liveSite(new RootsClient([roots.ada, roots.bob]));
});

describe("several roots as one site", () => {
  test("ids of the first root stay plain, those of the others name their root", async () => {
    const { experimentId, shared, own } = roots;
    const { roots: entries } = await read<Manifest>(DATA_PATH.manifest);
    const { experiments } = await read<ExperimentsFile>(DATA_PATH.experiments);
    const ofBob = await read<RunsFile>(DATA_PATH.runs(`${experimentId}~bob`));
    const run = await read<RunFile>(DATA_PATH.run(`${own}~bob`));

    expect(entries).toEqual([
      { label: "ada", key: "ada", apiBase: "ajax-api" },
      { label: "bob", key: "bob", apiBase: "roots/bob/ajax-api" },
    ]);
    expect(
      experiments.map(({ experimentId, name, root, runCount }) => [
        experimentId,
        name,
        root,
        runCount,
      ]),
    ).toEqual(
      expect.arrayContaining([
        [experimentId, "fraud", 0, 2],
        [`${experimentId}~bob`, "fraud", 1, 2],
        ["0", "Default", 0, 0],
        ["0~bob", "Default", 1, 0],
      ]),
    );
    expect(ofBob).toMatchObject({
      experimentId: `${experimentId}~bob`,
      root: "bob",
      runIds: [`${own}~bob`, `${shared}~bob`],
      parent: { values: [`${shared}~bob`], codes: [0, -1] },
    });
    expect([run.info.runId, run.info.experimentId, run.root, run.parent]).toEqual([
      `${own}~bob`,
      `${experimentId}~bob`,
      1,
      { runId: `${shared}~bob`, runName: "shared", experimentId: `${experimentId}~bob` },
    ]);
    expect(run.modelVersions).toEqual([{ id: "detector~bob", name: "detector", version: "1" }]);
  });

  test("a run of two roots has a row in each, is marked there, and is listed on the health page", async () => {
    const { experimentId, shared, own } = roots;
    const ofAda = await read<RunsFile>(DATA_PATH.runs(experimentId));
    const { copies } = await read<RunFile>(DATA_PATH.run(`${shared}~bob`));
    const tree = await read<TreeFile>(DATA_PATH.tree);
    const { problemCount } = await read<Manifest>(DATA_PATH.manifest);

    expect(ofAda.runIds).toContain(shared);
    expect(ofAda.copies).toEqual([{ runId: shared, roots: ["bob"] }]);
    expect(copies).toEqual([{ runId: shared, runName: "shared", experimentId }]);
    expect((await read<RunFile>(DATA_PATH.run(`${own}~bob`))).copies).toBeUndefined();
    expect([tree.duplicateRunIds, tree.counts.runs, problemCount]).toEqual([
      [{ runId: shared, roots: [0, 1] }],
      4,
      1,
    ]);
  });

  test("an id as MLflow prints it is found in whichever root has it", async () => {
    const { own, shared } = roots;

    expect((await read<RunFile>(DATA_PATH.run(own))).info.runId).toBe(`${own}~bob`);
    expect((await read<RunFile>(DATA_PATH.run(shared))).root).toBe(0);
    expect((await read<RunFile>(DATA_PATH.run(`${shared}~ada`))).info.runId).toBe(shared);
    await expect(read(DATA_PATH.run("f".repeat(32)))).rejects.toThrow("not found");
    await expect(read(DATA_PATH.runs("404"))).rejects.toThrow("404");
  });

  test("models of one name stay apart", async () => {
    const { models } = await read<RegistryFile>(DATA_PATH.registry);

    expect(models.map(({ id, name, root }) => [id, name, root])).toEqual([
      ["detector", "detector", 0],
      ["detector~bob", "detector", 1],
    ]);
    expect(models[1]?.versions.map(({ runId }) => runId)).toEqual([`${roots.own}~bob`]);
  });

  test("a root that is missing, or goes away, is told of, and the others are shown", async () => {
    const { ada, bob, folder } = roots;
    const missing = join(folder, "none");
    const trees = await openRoots([ada.root, bob.root, missing, join(folder, "no-*")], {
      isTolerant: true,
    });
    const partly = liveSite(trees);
    const told = (await read<TreeFile>(DATA_PATH.tree, partly)).problems;
    await rm(bob.root, { recursive: true });
    const without = await read<ExperimentsFile>(DATA_PATH.experiments, partly);

    expect(told.map(({ root, message }) => [root, message])).toEqual([
      [2, `'${join(folder, "no-*")}' names no folder.`],
      [3, `'${missing}' does not exist.`],
    ]);
    expect((await read<Manifest>(DATA_PATH.manifest, partly)).roots[3]).toEqual({
      label: missing,
      key: "",
      problem: `'${missing}' does not exist.`,
    });
    expect(without.experiments.map(({ root }) => root)).toEqual([0, 0]);
    expect((await read<TreeFile>(DATA_PATH.tree, partly)).problems).toContainEqual({
      root: 1,
      path: "bob",
      message: "'bob' does not exist.",
    });
    await expect(openRoots([ada.root, missing])).rejects.toThrow("does not exist");
    await expect(openRoots([missing], { isTolerant: true })).rejects.toThrow("does not exist");
  });

  test("a single root has plain ids and needs no name", async () => {
    const alone = liveSite(new RootsClient([roots.bob]));
    const { runIds, root } = await read<RunsFile>(DATA_PATH.runs(roots.experimentId), alone);

    expect(runIds).toEqual([roots.own, roots.shared]);
    expect(root).toBeUndefined();
  });
});

test("roots are named by their folders, with more of the path where names are equal", () => {
  const paths = ["/a/x/mlruns", "/b/x/mlruns", "/lab/runs 2024", "/b/x", "/mlruns", "/x/b-x"];
  const trees = new RootsClient(paths.map((path) => new MlrunsClient(path)));

  expect(nameRoots(trees).map(({ key }) => key)).toEqual([
    "x",
    "b-x",
    "runs-2024",
    "b-x-2",
    "mlruns",
    "x-b-x",
  ]);
});

test("a static site of several roots says what the live one does, without a path of this machine", async () => {
  const { folder, experimentId, own, shared } = roots;
  const viewerDir = await makeTempFolder();
  const out = join(await makeTempFolder(), "site");
  const trees = new RootsClient([roots.ada, roots.bob]);
  await writeSite(trees, out, { viewerDir });
  const files = await folderBytes(out);
  const written = <Value>(path: string): Value => JSON.parse(files[path] ?? "null") as Value;

  for (const path of [
    DATA_PATH.runs(`${experimentId}~bob`),
    DATA_PATH.historyText(`${own}~bob`, "loss"),
    `raw/${own}~bob/reports/report.html`,
  ])
    expect(Object.keys(files)).toContain(path);
  expect(written<RunsFile>(DATA_PATH.runs(`${experimentId}~bob`)).runIds).toEqual([
    `${own}~bob`,
    `${shared}~bob`,
  ]);
  expect(written<TreeFile>(DATA_PATH.tree).duplicateRunIds).toEqual([
    { runId: shared, roots: [0, 1] },
  ]);
  expect(Object.values(files).some((bytes) => bytes?.includes(folder))).toBe(false);

  await writeSite(trees, out, { viewerDir, runIds: new Set([`${shared}~bob`]) });
  const { experiments } = JSON.parse(
    (await folderBytes(out))[DATA_PATH.experiments] ?? "null",
  ) as ExperimentsFile;
  expect(experiments.map(({ experimentId, runCount }) => [experimentId, runCount])).toEqual(
    expect.arrayContaining([[`${experimentId}~bob`, 1]]),
  );
});
