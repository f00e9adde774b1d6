import { cp, readdir, readFile, rename, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { seededRandom } from "../helpers/fault-proxy.ts";
import { countSteps, KILLS, killAt, mustRun } from "../helpers/killing.ts";
import { startMlflowServer } from "../helpers/mlflow-server.ts";
import type { RunningServer } from "../helpers/processes.ts";
import type { PythonSession } from "../helpers/python.ts";
import { makeTempFolder } from "../helpers/tree.ts";
import { databaseEnvironment, startMlflow } from "./answers.ts";

let python: PythonSession;
let server: RunningServer;
let original: string;

beforeAll(async () => {
  const env = { ...databaseEnvironment("3.17.2"), MLFLOW_SERVER_ENABLE_JOB_EXECUTION: "false" };
  const backend = `sqlite:///${join(await makeTempFolder(), "server.db")}`;
  const artifacts = join(await makeTempFolder(), "artifacts");
  [python, server] = await Promise.all([
    startMlflow("3.17.2"),
    startMlflowServer("3.17.2", { backend, artifacts, env }),
  ]);
  original = join(await makeTempFolder(), "mlruns");
  await python.run(SEED, { uri: original, name: nameOf(0) });
}, 240_000);

/** Is in all names and trace ids of a copy: one server takes them all, and each is as new to it. */
function nameOf(copy: number): string {
  return `copy-${String(copy).padStart(3, "0")}`;
}

async function copyOf(copy: number): Promise<string> {
  const root = join(await makeTempFolder(), "mlruns");
  await cp(original, root, { recursive: true });
  const paths = await readdir(root, { recursive: true, withFileTypes: true });
  // Files first, and what is deep before what is above it.
  const depth = (path: string): number => path.split("/").length;
  const all = paths.map((entry) => ({
    path: join(entry.parentPath, entry.name),
    isFile: entry.isFile(),
  }));
  for (const { path, isFile } of all.sort((a, b) => depth(b.path) - depth(a.path))) {
    if (isFile) {
      const text = await readFile(path, "latin1");
      await writeFile(path, text.replaceAll(nameOf(0), nameOf(copy)), "latin1");
    }
    const name = basename(path).replaceAll(nameOf(0), nameOf(copy));
    if (name !== basename(path)) await rename(path, join(dirname(path), name));
  }
  return root;
}

test("an export that is killed at any moment is finished by the next one, with the same result", {
  timeout: 900_000,
}, async () => {
  const random = seededRandom(23);
  const argsOf = async (copy: number) => ["export", server.url, "--root", await copyOf(copy)];
  const steps = await countSteps(await argsOf(1));
  let killed = 0;
  for (let i = 0; i < KILLS; i++) {
    const args = await argsOf(i + 2);
    if (await killAt(args, 1 + Math.floor(steps * random()))) killed++;
    await mustRun(args);
    // And once more, when all is there.
    if (i === 0) await mustRun(args);
  }

  expect(killed).toBeGreaterThan(0);
  const names = Array.from({ length: KILLS + 1 }, (_, i) => nameOf(i + 1));
  const answers = JSON.parse(await python.run(READ, { uri: server.url, names })) as object[];
  const [whole, ...others] = answers.map((answer, i) =>
    JSON.parse(JSON.stringify(answer).replaceAll(nameOf(i + 1), "copy")),
  );
  expect(whole).toMatchObject(EXPECTED);
  for (const other of others) expect(other).toEqual(whole);
});

/** What must be there at all, so that nothing is not equal to nothing. */
const EXPECTED = {
  "copy kept": {
    stage: "active",
    runs: { parent: { stage: "active" }, gone: { stage: "deleted" } },
  },
  "copy gone": { stage: "deleted" },
  models: [{ name: "net", status: "READY", metrics: [["auc", 0.9, 3]] }],
  versions: [
    ["1", "None"],
    ["3", "Staging"],
  ],
};

const SEED = `
import os, mlflow
from mlflow import MlflowClient
from mlflow.entities import Dataset, DatasetInput, LoggedModelOutput
mlflow.set_tracking_uri(args["uri"])
mlflow.set_registry_uri(args["uri"])
c = MlflowClient()
n = args["name"]
kept = c.create_experiment(n + " kept", tags={"team": "a"})
gone = c.create_experiment(n + " gone")
runs = {}
for e, name in [(kept, "child"), (kept, "parent"), (kept, "gone"), (gone, "in gone")]:
    i = c.create_run(e, start_time=1000, run_name=name).info.run_id
    runs[name] = i
    for k in range(3):
        c.log_metric(i, "loss", 1 / (k + 1), timestamp=2000 + k, step=k)
    c.log_param(i, "lr", "0.1")
    c.log_text(i, "text of " + name, "notes/a.txt")
    c.log_inputs(i, [DatasetInput(Dataset("train", "d1", "local", "{}", None, None), [])])
    c.set_terminated(i, "FINISHED", 9000)
c.set_tag(runs["child"], "mlflow.parentRunId", runs["parent"])
p = runs["parent"]
for name in ["net", "old"]:
    m = c.create_logged_model(kept, name=name, source_run_id=p)
    c.log_metric(p, "auc", 0.9, step=3, timestamp=3000, model_id=m.model_id)
    c.finalize_logged_model(m.model_id, "READY")
    c.log_outputs(p, [LoggedModelOutput(m.model_id, 1)])
    if name == "old":
        c.delete_logged_model(m.model_id)
c.create_registered_model(n + "-model", tags={"a": "b"})
for i in range(3):
    c.create_model_version(n + "-model", "s3://bucket/model", p)
c.delete_model_version(n + "-model", "2")
c.transition_model_version_stage(n + "-model", "3", "Staging")
c.set_registered_model_alias(n + "-model", "best", "3")
mlflow.set_experiment(n + " kept")
@mlflow.trace
def double(x):
    return x * 2
double(21)
mlflow.flush_trace_async_logging()
t = mlflow.get_last_active_trace_id()
c.delete_run(runs["gone"])
c.delete_experiment(gone)
# An id of its own for each copy.
traces = os.path.join(args["uri"], kept, "traces")
os.rename(os.path.join(traces, t), os.path.join(traces, "tr-" + n))
for folder, _, files in os.walk(traces):
    for f in files:
        path = os.path.join(folder, f)
        data = open(path, "rb").read()
        open(path, "wb").write(data.replace(t.encode(), ("tr-" + n).encode()))
`;

const READ = `
import json, mlflow
from mlflow import MlflowClient
from mlflow.entities import ViewType
mlflow.set_tracking_uri(args["uri"])
mlflow.set_registry_uri(args["uri"])
c = MlflowClient()
answers = []
for n in args["names"]:
    answer = {}
    ids = {}
    for e in c.search_experiments(ViewType.ALL, filter_string=f"name LIKE '{n}%'", order_by=["name"]):
        if e.lifecycle_stage == "deleted":
            c.restore_experiment(e.experiment_id)
        runs = c.search_runs([e.experiment_id], "", ViewType.ALL)
        ids.update({r.info.run_id: r.data.tags["mlruns.source.runId"] for r in runs})
        answer[e.name] = {
            "stage": e.lifecycle_stage,
            "tags": {k: v for k, v in e.tags.items() if not k.startswith("mlruns.source.")},
            "runs": {r.info.run_name: {
                "stage": r.info.lifecycle_stage, "status": r.info.status, "times": [r.info.start_time, r.info.end_time],
                "params": r.data.params, "parent": ids.get(r.data.tags.get("mlflow.parentRunId"), r.data.tags.get("mlflow.parentRunId")),
                "tags": {k: v for k, v in r.data.tags.items() if k != "mlflow.parentRunId"},
                "points": sorted((k, m.step, m.timestamp, m.value) for k in r.data.metrics for m in c.get_metric_history(r.info.run_id, k)),
                "datasets": [d.dataset.name for d in r.inputs.dataset_inputs],
                "models": len(r.outputs.model_outputs) if r.outputs else 0,
                "files": [(f.path, f.file_size) for f in c.list_artifacts(r.info.run_id, "notes")] if r.info.lifecycle_stage == "active" else None,
            } for r in sorted(runs, key=lambda r: r.info.run_name)},
        }
        if e.name.endswith("kept"):
            answer["models"] = [{"name": m.name, "status": m.status.value, "metrics": [(x.key, x.value, x.step) for x in m.metrics or []],
                                 "run": ids.get(m.source_run_id)} for m in c.search_logged_models([e.experiment_id])]
            answer["traces"] = [(t.info.trace_id, [s.name for s in t.data.spans]) for t in c.search_traces(locations=[e.experiment_id])]
    answer["versions"] = sorted((str(v.version), v.current_stage) for v in c.search_model_versions(f"name = '{n}-model'"))
    answer["aliases"] = {k: str(v) for k, v in c.get_registered_model(n + "-model").aliases.items()}
    answers.append(answer)
print(json.dumps(answers))
`;
