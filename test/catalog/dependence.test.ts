/** In a large tree a search looks at what it depends on, and at all of what it answers; the rest follows. */
import { mkdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { dependenceOf } from "../../lib/catalog/dependence.ts";
import { MlrunsClient } from "../../lib/client/client.ts";
import type { RunSearchOptions } from "../../lib/client/run-client.ts";
import type { Run } from "../../lib/entities/run.ts";
import { printRunMeta } from "../../lib/format/run-meta.ts";
import { searchRuns } from "../../lib/search/index.ts";
import { getRun, listRuns } from "../../lib/store/runs.ts";
import { openStore } from "../../lib/store/store.ts";
import { makeTempFolder } from "../helpers/tree.ts";

/** So many that no search looks at everything of each. */
const RUNS = 2_050;

test.each([
  [{}, ["meta.yaml"]],
  [{ filter: "metrics.loss < 1" }, ["meta.yaml", "metrics/loss", "metrics"]],
  [
    { filter: "params.lr = '1'", orderBy: ["metrics.`val/loss` DESC", "attributes.end_time"] },
    ["meta.yaml", "params/lr", "params", "metrics/val/loss", "metrics/val", "metrics"],
  ],
  [{ orderBy: ["tags.stage"] }, ["meta.yaml", "tags/stage", "tags"]],
  [{ filter: "attributes.status = 'FAILED'" }, ["meta.yaml"]],
  [{ filter: "dataset.name = 'd'" }, undefined],
  [{ filter: "attributes.run_name = 'a'" }, undefined],
  [{ orderBy: ["run_name"] }, undefined],
  [{ filter: "nonsense" }, undefined],
])("what %j depends on", (query, paths) => {
  expect(dependenceOf(query)).toEqual(paths && new Set(paths));
});

let root: string;
let experimentId: string;

beforeAll(async () => {
  root = join(await makeTempFolder(), "mlruns");
  const client = new MlrunsClient(root);
  experimentId = await client.createExperiment("many");
  for (let i = 0; i < RUNS; i++) makeRun(i);
  await client.updateCatalog();
});

const QUERIES: readonly RunSearchOptions[] = [
  { maxResults: 20 },
  { filter: "metrics.loss < 12", orderBy: ["params.lr DESC"], maxResults: 20 },
  { filter: "metrics.acc >= 0", maxResults: 20 },
  { filter: "params.lr = '3'", orderBy: ["metrics.`val/acc`"], viewType: "ALL" },
  { filter: "params.late = 'x'" },
  { filter: "tags.stage = '1'", orderBy: ["start_time ASC"], maxResults: 20 },
  { filter: "tags.added IS NOT NULL" },
  { filter: "dataset.name = 'd'" },
  { filter: "attributes.status = 'FAILED'", orderBy: ["tags.stage"] },
  { filter: "run_name LIKE 'renamed%'" },
];

/** What others do to a run. */
const CHANGES: readonly ((folder: string) => void)[] = [
  (folder) => writeFileSync(join(folder, "tags", "stage"), "later"),
  (folder) => writeFileSync(join(folder, "tags", "added"), "1"),
  (folder) => rmSync(join(folder, "tags", "stage")),
  (folder) => writeFileSync(join(folder, "params", "late"), "x"),
  (folder) => writeFileSync(join(folder, "metrics", "acc"), "5 0.5 0\n"),
  (folder) => writeFileSync(join(folder, "metrics/val/f1"), "5 1 0\n"),
  (folder) => rmSync(join(folder, "metrics", "loss")),
  (folder) => rmSync(join(folder, "metrics/val"), { recursive: true }),
  (folder) => replaceMeta(folder, "status: 3", "status: 4"),
  (folder) => replaceMeta(folder, "lifecycle_stage: active", "lifecycle_stage: deleted"),
  (folder) => replaceMeta(folder, /run_name: .*/, "run_name: renamed"),
  (folder) => writeFileSync(join(folder, "meta.yaml"), "broken: ["),
  logDataset,
];

describe("when others have changed runs of a large tree", () => {
  let truth: Run[];

  beforeAll(() => {
    for (const [at, change] of CHANGES.entries()) {
      // One of the first rows, and one that hardly any page shows.
      for (const index of [RUNS - 1 - at, 10 + at]) change(join(root, experimentId, idOf(index)));
    }
    truth = listRuns(openStore(root), experimentId).found.map(({ run }) => run);
  });

  test.each(QUERIES)("the first search sees it: %j", async (query) => {
    expect(await new MlrunsClient(root).searchRuns([experimentId], query)).toEqual(
      searchRuns(truth, query),
    );
  });

  test("a client that has looked at a part looks at the rest when it is asked for it", async () => {
    const client = new MlrunsClient(root);
    for (const [step, query] of [...QUERIES, ...QUERIES.slice(0, 3)].entries()) {
      const runId = idOf(RUNS - 30 + step);
      writeFileSync(join(root, experimentId, runId, "tags", "stage"), `${step}`);
      truth = truth.map((run) => (run.info.runId === runId ? getRun(openStore(root), runId) : run));
      expect(await client.searchRuns([experimentId], { ...query, maxAge: 0 })).toEqual(
        searchRuns(truth, query),
      );
    }
  });
});

test("between looks what a search answers is as it is now", async () => {
  // The look at everything else begins after a while.
  vi.useFakeTimers({ toFake: ["setTimeout"] });
  onTestFinished(() => void vi.useRealTimers());
  const client = new MlrunsClient(root);
  const query = { filter: "metrics.loss >= 0", maxResults: 50, maxAge: 60_000 };
  const [first] = (await client.searchRuns([experimentId], query)).runs;
  const runId = first?.info.runId ?? "";
  writeFileSync(join(root, experimentId, runId, "tags", "stage"), "just now");

  const { runs } = await client.searchRuns([experimentId], query);
  expect(runs[0]).toEqual(getRun(openStore(root), runId));
  // Tags of other runs were not looked at yet.
  writeFileSync(join(root, experimentId, idOf(99), "tags", "stage"), "unseen");
  const byTag = { filter: "tags.stage = 'unseen'", maxAge: 60_000 };
  const unseen = getRun(openStore(root), idOf(99));
  expect((await client.searchRuns([experimentId], byTag)).runs).toEqual([unseen]);
});

const idOf = (index: number): string => String(index).padStart(32, "a");

/** Writes a run that was made long ago: what is new is read again in any case. */
function makeRun(index: number): void {
  const runId = idOf(index);
  const folder = join(root, experimentId, runId);
  const files: Readonly<Record<string, string>> = {
    "metrics/loss": `5 ${index} 0\n`,
    "metrics/val/acc": `5 ${index % 7} 0\n`,
    "params/lr": String(index % 50),
    "tags/stage": String(index % 3),
    "meta.yaml": printRunMeta({
      runId,
      experimentId,
      runName: `run ${index}`,
      userId: "u",
      status: "FINISHED",
      startTime: 1_000 + index,
      endTime: 10_000,
      lifecycleStage: "active",
      artifactUri: folder,
      extra: {},
    }),
  };
  mkdirSync(join(folder, "metrics", "val"), { recursive: true });
  mkdirSync(join(folder, "params"));
  mkdirSync(join(folder, "tags"));
  for (const [path, text] of Object.entries(files)) writeFileSync(join(folder, path), text);
  const folders = ["metrics/val", "metrics", "params", "tags", "."];
  for (const path of [...Object.keys(files), ...folders]) utimesSync(join(folder, path), 1e9, 1e9);
}

/** Rewrites meta.yaml in place, as MLflow does. */
function replaceMeta(folder: string, from: string | RegExp, to: string): void {
  const path = join(folder, "meta.yaml");
  writeFileSync(path, readFileSync(path, "utf8").replace(from, to));
}

function logDataset(folder: string): void {
  const id = "d".repeat(32);
  for (const [path, text] of [
    [join(folder, "..", "datasets", id), DATASET],
    [join(folder, "inputs", "1".repeat(32)), printInput(id)],
  ] as const) {
    mkdirSync(path, { recursive: true });
    writeFileSync(join(path, "meta.yaml"), text);
  }
}

const DATASET = [
  "digest: '1'",
  "name: d",
  "profile: null",
  "schema: null",
  "source: '{}'",
  "source_type: local\n",
].join("\n");

const printInput = (dataset: string): string =>
  [
    "destination_id: x",
    "destination_type: RUN",
    `source_id: ${dataset}`,
    "source_type: DATASET",
    "tags: {}\n",
  ].join("\n");
