/** Whatever happens to a tree, by whomever: what the catalog answers is what a reading of every file would. */
import { appendFile, mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { beforeAll, expect, test } from "vitest";
import { MlrunsClient } from "../../lib/client/client.ts";
import { listExperiments } from "../../lib/store/experiments.ts";
import type { RunRecord } from "../../lib/store/read-run.ts";
import { listRuns } from "../../lib/store/runs.ts";
import { openStore } from "../../lib/store/store.ts";
import { type PythonSession, startPython } from "../helpers/python.ts";
import { makeTempFolder, makeTree, TREE_NAMES } from "../helpers/tree.ts";
import { expectTruth } from "./compare.ts";

let python: PythonSession;

beforeAll(async () => {
  python = await startPython();
});

/** What real MLflow does to the tree, by name. */
const MLFLOW = `
import mlflow
from mlflow import MlflowClient
from mlflow.entities import Metric
client = MlflowClient(args["root"])
run, experiment, n = args["run"], args["experiment"], args["n"]
action = args["action"]
try:
    if action == "point": client.log_metric(run, ["loss", "val/loss"][n % 2], n / 50, step=n % 7)
    elif action == "points": client.log_batch(run, metrics=[Metric("loss", i / 9, 1000 + i, i) for i in range(n)])
    elif action == "param": client.log_param(run, f"p{n}", n)
    elif action == "tag": client.set_tag(run, "stage", str(n % 3))
    elif action == "create": client.log_param(client.create_run(experiment).info.run_id, "lr", "0.5")
    elif action == "end": client.set_terminated(run, ["FINISHED", "FAILED", "KILLED"][n % 3])
    elif action == "resume": client.update_run(run, status="RUNNING")
    elif action == "delete": client.delete_run(run)
    elif action == "restore": client.restore_run(run)
    elif action == "trash": client.delete_experiment(experiment)
    elif action == "untrash": client.restore_experiment(experiment)
except Exception: # it refuses what does not fit the run's state, and crashes over damaged runs
    pass
`;
const MLFLOW_ACTIONS = [
  ...["point", "point", "points", "param", "tag", "create", "end", "resume", "delete", "restore"],
  ...["trash", "untrash"],
];

/** What this package does. */
const OURS: readonly ((client: MlrunsClient, run: string, n: number) => unknown)[] = [
  (client, run, n) =>
    client.logMetric(run, "loss", n % 11 === 0 ? Number.NaN : n / 30, { step: n % 5 }),
  (client, run, n) => client.logMetrics(run, { acc: n, "val/loss": -n }, { step: 1 }),
  (client, run, n) => client.logParam(run, "lr", `0.${n}`),
  (client, run, n) => client.setTag(run, `t${n % 4}`, n),
  (client, run, n) => client.deleteTag(run, `t${n % 4}`),
  (client, run) => client.setTerminated(run),
  (client, run) => client.updateRun(run, { status: "RUNNING", runName: "again" }),
  (client, run) => client.deleteRun(run),
  (client, run) => client.restoreRun(run),
  (client, run, n) =>
    client.logInputs(run, [
      {
        dataset: {
          name: `d${n % 2}`,
          digest: "1",
          sourceType: "x",
          source: "{}",
          schema: null,
          profile: null,
        },
        tags: { "mlflow.data.context": "train" },
      },
    ]),
];

/** What people, rsync and power cuts do to the folder of a run. */
const FORCE: readonly ((folder: string, n: number) => Promise<unknown>)[] = [
  (folder) => appendFile(join(folder, "metrics", "loss"), "1700000000000 0.2"),
  (folder) => appendFile(join(folder, "metrics", "loss"), " 3\n1700000000001 0.1 4\n"),
  (folder) => writeFile(join(folder, "metrics", "loss"), "no point\n1700000000000 1 1\n"),
  (folder) => rm(join(folder, "metrics", "loss"), { force: true }),
  (folder) => rm(folder, { recursive: true }),
  (folder) => rename(folder, `${folder}x`),
  (folder, n) => writeFile(join(folder, "params", "lr"), `0.${n}`),
  (folder) => writeFile(join(folder, "tags", "bytes"), Buffer.from([0xff])),
  (folder) => rm(join(folder, "meta.yaml")),
  async (folder) => {
    const meta = await readFile(join(folder, "meta.yaml"), "utf8");
    await writeFile(join(folder, "meta.yaml"), meta.replace(/status: \d/, "status: 9"));
  },
  async (folder) => {
    await mkdir(join(folder, "inputs", "i"), { recursive: true });
    await writeFile(join(folder, "inputs", "i", "meta.yaml"), "source_type: MODEL\n");
  },
];

test.each([1, 2, 3])(
  "after each of 40 random changes it answers as a full reading does (seed %d)",
  async (seed) => {
    const root = join(await makeTempFolder(), "mlruns");
    const client = new MlrunsClient(root);
    const experiments = ["0", await client.createExperiment("first")];
    for (const id of [...experiments, ...experiments]) await client.createRun(id);
    const random = randomFrom(seed);

    for (let step = 0; step < 40; step++) {
      const n = random(100);
      const experiment = experiments[random(2)] ?? "0";
      const run = await pickRun(client, experiment, random);
      const dice = random(10);
      if (dice < 5) await attempt(() => OURS[n % OURS.length]?.(client, run, random(100)));
      else if (dice < 8) {
        const action = MLFLOW_ACTIONS[n % MLFLOW_ACTIONS.length];
        await python.run(MLFLOW, { root, run, experiment, n, action });
      } else await attempt(() => FORCE[n % FORCE.length]?.(join(root, experiment, run), n));
      await expectTruth(client);
    }
  },
);

test.each([
  [4, 100],
  [5, 60_000],
])(
  "between looks it answers with what each run was since the last one (seed %d, at most %d ms old)",
  async (seed, maxAge) => {
    const root = join(await makeTempFolder(), "mlruns");
    const client = new MlrunsClient(root);
    const experiments = ["0", await client.createExperiment("first")];
    for (const id of [...experiments, ...experiments, ...experiments]) await client.createRun(id);
    const random = randomFrom(seed);
    const asked: { readonly until: number; readonly truth: ReadonlyMap<string, unknown> }[] = [];

    for (let step = 0; step < 40; step++) {
      const n = random(100);
      const experiment = experiments[random(2)] ?? "0";
      const run = await pickRun(client, experiment, random);
      const isOurs = random(3) === 0;
      const action = MLFLOW_ACTIONS[n % MLFLOW_ACTIONS.length];
      if (isOurs) await attempt(() => OURS[n % OURS.length]?.(client, run, random(100)));
      else await python.run(MLFLOW, { root, run, experiment, n, action });

      const truth = readAll(root);
      const since = performance.now() - maxAge;
      const found = await scanAll(client, maxAge);
      asked.push({ until: performance.now(), truth });
      expect([...found.keys()].sort()).toEqual([...truth.keys()].sort());
      if (isOurs) expect(found.get(run)).toEqual(truth.get(run));
      for (const [runId, record] of found) {
        const states = asked.flatMap((each) => (each.until < since ? [] : each.truth.get(runId)));
        expect(states).toContainEqual(record);
      }
      // A look that nobody waits for comes to its end, so that it does not see half a change.
      await setTimeout(1);
    }
    await expectTruth(client, { maxAge: 0 });
  },
);

test.each(TREE_NAMES)("it answers for %s as a full reading does", async (name) => {
  const client = new MlrunsClient(await makeTree(name));

  await expectTruth(client);
  await expectTruth(client);
});

/** Errors of the change itself, such as logging to a deleted run, are part of the game. */
async function attempt(change: () => unknown): Promise<void> {
  try {
    await change();
  } catch (error) {
    expect(error).toHaveProperty(error instanceof Error && "code" in error ? "code" : "errorCode");
  }
}

/** Every run as a store reads it that has seen nothing before. */
function readAll(root: string): Map<string, RunRecord> {
  const store = openStore(root);
  const records = listExperiments(store, "ALL").found.flatMap(
    ({ experimentId }) => listRuns(store, experimentId).found,
  );
  return byId(records);
}

async function scanAll(client: MlrunsClient, maxAge: number): Promise<Map<string, RunRecord>> {
  const { experiments } = await client.searchExperiments({ viewType: "ALL" });
  const records: RunRecord[] = [];
  for (const { experimentId } of experiments) {
    records.push(...(await client.scanRuns(experimentId, { maxAge })).records);
  }
  return byId(records);
}

function byId(records: readonly RunRecord[]): Map<string, RunRecord> {
  return new Map(records.map((record) => [record.run.info.runId, record]));
}

async function pickRun(
  client: MlrunsClient,
  experiment: string,
  random: (below: number) => number,
): Promise<string> {
  const names = await readdir(join(client.root, experiment)).catch(() => []);
  const runs = names.filter((name) => /^[0-9a-f]{32}x?$/.test(name)).sort();
  return runs[random(runs.length)] ?? "0".repeat(32);
}

/** The same numbers for the same seed (mulberry32). */
function randomFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 4294967296) * below);
  };
}
