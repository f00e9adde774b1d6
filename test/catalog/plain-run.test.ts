/** Runs that are read straight into columns, beside the same runs read by the store. */
import { execFileSync } from "node:child_process";
import {
  appendFile,
  cp,
  mkdir,
  readFile,
  rename,
  rm,
  symlink,
  utimes,
  writeFile,
} from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readEntry } from "../../lib/catalog/entry.ts";
import { PlainReader } from "../../lib/catalog/plain-run.ts";
import { readRows } from "../../lib/catalog/read-job.ts";
import { Shard } from "../../lib/catalog/shard.ts";
import { listExperiments } from "../../lib/store/experiments.ts";
import { findRunFolders, toRunPlace } from "../../lib/store/runs.ts";
import { openStore } from "../../lib/store/store.ts";
import { makeTempFolder, makeTree, TREE_NAMES } from "../helpers/tree.ts";

const EXPERIMENT = "1";
const RUN = "a".repeat(32);
const OTHER = "b".repeat(32);

test.each(TREE_NAMES)("in %s every run is in its columns what the store reads", async (name) => {
  const root = await makeTree(name);

  for (const id of experimentsOf(root)) expectSame(root, id);
});

test("the trees have plain runs among others", async () => {
  const reader = new PlainReader();
  const isPlain: boolean[] = [];
  for (const name of TREE_NAMES) {
    const root = await makeTree(name);
    for (const id of experimentsOf(root)) {
      const folders = findRunFolders(openStore(root), id);
      for (const runId of folders.runIds) isPlain.push(reader.read(folders, runId) !== undefined);
    }
  }

  expect(isPlain.filter(Boolean).length).toBeGreaterThan(isPlain.length / 3);
  expect(isPlain).toContain(false);
});

/** Changes to the second of two runs that are alike, and whether it is plain then. */
const CHANGES: readonly (readonly [
  string,
  boolean,
  (folder: string) => Promise<unknown> | unknown,
])[] = [
  ["nothing", true, () => undefined],
  ["a new key", true, (folder) => writeFile(join(folder, "params", "more"), "1")],
  ["text that is not ASCII", true, (folder) => writeFile(join(folder, "tags", "t"), "grün 🙂")],
  ["a long text", true, (folder) => writeFile(join(folder, "tags", "t"), "ä".repeat(70_000))],
  ["an empty text", true, (folder) => writeFile(join(folder, "tags", "t"), "")],
  ["no folder of params", true, (folder) => rm(join(folder, "params"), { recursive: true })],
  ["no meta.yaml", false, (folder) => rm(join(folder, "meta.yaml"))],
  ["a broken meta.yaml", false, (folder) => writeFile(join(folder, "meta.yaml"), "run_id: [")],
  ["a meta.yaml of another run", false, (folder) => rewriteMeta(folder, OTHER, RUN)],
  [
    "a meta.yaml of another experiment",
    false,
    (folder) => rewriteMeta(folder, "experiment_id: '1'", "experiment_id: '2'"),
  ],
  ["a running run", true, (folder) => rewriteMeta(folder, "status: 3", "status: 1")],
  ["a name in the tag only", true, (folder) => rewriteMeta(folder, "run_name: n", "run_name: ''")],
  ["more points", true, (folder) => appendFile(join(folder, "metrics", "loss"), "3 0.5 2\n")],
  ["a huge metric", true, (folder) => appendFile(join(folder, "metrics", "loss"), manyLines())],
  [
    "a point that is NaN",
    false,
    (folder) => writeFile(join(folder, "metrics", "loss"), "1 nan 0\n"),
  ],
  ["half a point", false, (folder) => appendFile(join(folder, "metrics", "loss"), "3 0.5")],
  ["no point", false, (folder) => writeFile(join(folder, "metrics", "loss"), "")],
  [
    "a point with a dataset",
    false,
    (folder) => appendFile(join(folder, "metrics", "loss"), "3 0.5 2 data 1a\n"),
  ],
  [
    "bytes that are no text",
    false,
    (folder) => writeFile(join(folder, "tags", "t"), Buffer.of(255)),
  ],
  ["inputs", false, (folder) => mkdir(join(folder, "inputs"))],
  ["a link as a key", true, (folder) => linkInstead(folder, "tags/t", "params/lr")],
  ["a new link as a key", false, (folder) => symlink("t", join(folder, "tags", "l"))],
  ["a link to nowhere", false, (folder) => linkInstead(folder, "tags/t", "nowhere")],
  ["a link to a folder of keys", false, (folder) => linkInstead(folder, "metrics/val", "params")],
  ["a folder where a file was", false, (folder) => folderInstead(folder, "params/lr")],
  ["a file where a folder was", false, (folder) => fileInstead(folder, "metrics/val")],
  ["a pipe where a file was", false, (folder) => pipeInstead(folder, "params/lr")],
];

test.each(CHANGES)("a run with %s is what the store reads", async (_, isPlain, change) => {
  const root = await makeTwoRuns();
  const reader = new PlainReader();
  const folders = findRunFolders(openStore(root), EXPERIMENT);
  expect(reader.read(folders, RUN)).toBeDefined();
  await change(join(root, EXPERIMENT, OTHER));

  expect(reader.read(folders, OTHER) !== undefined).toBe(isPlain);
  expectSame(root, EXPERIMENT);
});

test("files that changed just now make a run unsettled, and only they do", async () => {
  const root = await makeTwoRuns();
  const experiment = findRunFolders(openStore(root), EXPERIMENT);
  const unsettled = (): string[] => [
    ...readRows({ kind: "read", root, experiment, runIds: experiment.runIds }).shard.unsettled,
  ];
  expect(unsettled()).toEqual([]);
  await utimes(join(root, EXPERIMENT, OTHER, "params", "lr"), new Date(), new Date());

  expect(unsettled()).toEqual([OTHER]);
});

function experimentsOf(root: string): string[] {
  return listExperiments(openStore(root), "ALL").found.map(({ experimentId }) => experimentId);
}

/** Rows, and what they are checked by, are the same whoever reads them. */
function expectSame(root: string, experimentId: string): void {
  const store = openStore(root);
  const experiment = findRunFolders(store, experimentId);
  const { runIds } = experiment;
  const { shard } = readRows({ kind: "read", root, experiment, runIds });
  const slow = new Shard(experimentId);
  for (const runId of runIds) {
    const place = toRunPlace(store, experiment, runId);
    if (place !== undefined) slow.put(readEntry(store, place));
  }

  expect(shard.runIds).toEqual(slow.runIds);
  expect([...shard.unsettled]).toEqual([...slow.unsettled]);
  for (const row of shard.runIds.keys()) {
    expect(shard.record(row)).toEqual(slow.record(row));
    expect(shard.problems(row)).toEqual(slow.problems(row));
    expect(stampsOf(shard, row)).toEqual(stampsOf(slow, row));
  }
}

function stampsOf(shard: Shard, row: number): unknown {
  const { paths, ...starts } = shard.layout(row);
  const start = shard.stampStart.get(row);
  // A path may be noted twice.
  const stamps = new Map(
    paths.map((path, i) => [path, [...shard.stamps.subarray(start + 2 * i, start + 2 * i + 2)]]),
  );
  return { ...starts, stamps };
}

async function makeTwoRuns(): Promise<string> {
  const root = join(await makeTempFolder(), "mlruns");
  const experiment = join(root, EXPERIMENT);
  await mkdir(experiment, { recursive: true });
  await writeFile(
    join(experiment, "meta.yaml"),
    "artifact_location: x\nexperiment_id: '1'\nlifecycle_stage: active\nname: e\n",
  );
  const files = {
    "meta.yaml": `artifact_uri: file:///x/1/${RUN}/artifacts\nend_time: 2\nexperiment_id: '1'\nlifecycle_stage: active\nrun_id: ${RUN}\nrun_name: n\nstart_time: 1\nstatus: 3\nuser_id: me\n`,
    "tags/mlflow.runName": "tagged",
    "tags/t": "text",
    "params/lr": "0.1",
    "params/data/path": "x",
    "metrics/loss": "1 0.5 0\n2 0.25 1\n",
    "metrics/val/loss": "1 -1e-07 0\n",
  };
  for (const [path, text] of Object.entries(files)) {
    await mkdir(join(experiment, RUN, path, ".."), { recursive: true });
    await writeFile(join(experiment, RUN, path), text);
  }
  await cp(join(experiment, RUN), join(experiment, OTHER), { recursive: true });
  await rewriteMeta(join(experiment, OTHER), RUN, OTHER);
  execFileSync("find", [root, "-exec", "touch", "-d", "2026-01-01", "{}", "+"]);
  return root;
}

async function rewriteMeta(folder: string, from: string, to: string): Promise<void> {
  const file = join(folder, "meta.yaml");
  await writeFile(file, (await readFile(file, "utf8")).replaceAll(from, to));
}

function manyLines(): string {
  return Array.from({ length: 5_000 }, (_, i) => `${i} ${i / 7} ${i}\n`).join("");
}

async function linkInstead(folder: string, path: string, target: string): Promise<void> {
  await rm(join(folder, path), { recursive: true });
  await symlink(join(folder, target), join(folder, path));
}

async function folderInstead(folder: string, path: string): Promise<void> {
  await rename(join(folder, path), join(folder, "moved"));
  await mkdir(join(folder, path));
}

async function fileInstead(folder: string, path: string): Promise<void> {
  await rm(join(folder, path), { recursive: true });
  await writeFile(join(folder, path), "1 0.5 0\n");
}

async function pipeInstead(folder: string, path: string): Promise<void> {
  await rm(join(folder, path));
  execFileSync("mkfifo", [join(folder, path)]);
}
