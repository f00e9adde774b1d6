/** A run that went on at its source after it was imported: the next import brings it up to date and loses nothing. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { MlrunsClient } from "../../lib/client/client.ts";
import { importInto } from "../../lib/exchange/import.ts";
import type { PythonSession } from "../helpers/python.ts";
import { makeTempFolder } from "../helpers/tree.ts";
import { answersOf, startMlflow } from "./answers.ts";

let python: PythonSession;

beforeAll(async () => {
  python = await startMlflow("3.17.2");
}, 120_000);

/** A database with a run that goes on. */
async function begin(): Promise<{ uri: string; folder: string; runId: string }> {
  const folder = await makeTempFolder();
  const uri = `sqlite:///${join(folder, "mlflow.db")}`;
  const printed = await python.run(BEGIN, { uri, folder });
  return { uri, folder, runId: printed.trim().split("\n").at(-1) ?? "" };
}

const BEGIN = `
import os, mlflow
from mlflow import MlflowClient
os.chdir(args["folder"])
mlflow.set_tracking_uri(args["uri"])
c = MlflowClient()
e = c.create_experiment("long")
r = c.create_run(e, start_time=1700000000000, run_name="begun", tags={"phase": "warm up", "note": "first"})
i = r.info.run_id
for step in range(3):
    c.log_metric(i, "loss", 1 / (step + 1), timestamp=1700000000000 + step, step=step)
c.log_param(i, "lr", "0.1")
c.log_text(i, "one", "log.txt")
c.log_text(i, "same", "kept.txt")
m = c.create_logged_model(e, name="net", source_run_id=i)
print(i)
`;

const GO_ON = `
import os, mlflow
from mlflow import MlflowClient
from mlflow.entities import Dataset, DatasetInput, LoggedModelOutput
os.chdir(args["folder"])
mlflow.set_tracking_uri(args["uri"])
c = MlflowClient()
i = args["runId"]
for step in range(3, 6):
    c.log_metric(i, "loss", 1 / (step + 1), timestamp=1700000000000 + step, step=step)
c.log_metric(i, "auc", 0.9, timestamp=1700000000100, step=5)
c.log_param(i, "late", "1")
c.set_tag(i, "phase", "done")
c.set_tag(i, "new", "tag")
c.set_tag(i, "note", "theirs")
c.log_text(i, "one and two", "log.txt")
c.log_text(i, "added", "more/added.txt")
c.log_inputs(i, [DatasetInput(Dataset("train", "d1", "local", "{}", None, None), [])])
[m] = c.search_logged_models([c.get_run(i).info.experiment_id])
c.log_metric(i, "auc", 0.8, timestamp=1700000000200, step=6, model_id=m.model_id)
c.set_logged_model_tags(m.model_id, {"late": "yes"})
c.finalize_logged_model(m.model_id, "READY")
c.log_outputs(i, [LoggedModelOutput(m.model_id, 5)])
c.set_terminated(i, "FINISHED", 1700000100000)
`;

test("a run that was left alone here answers as at its source again", {
  timeout: 120_000,
}, async () => {
  const { uri, folder, runId } = await begin();
  const root = join(folder, "tree", "mlruns");
  await importInto(root, uri);
  await python.run(GO_ON, { uri, folder, runId });

  const { counts, failures, metricPoints } = await importInto(root, uri);

  expect(failures).toEqual([]);
  expect(metricPoints).toBe(5);
  expect([counts.run, counts.loggedModel]).toEqual([
    { carried: 0, updated: 1, there: 0 },
    { carried: 0, updated: 1, there: 0 },
  ]);
  expect(await answersOf(python, root, join(folder, "tree"))).toEqual(
    await answersOf(python, uri, folder),
  );
  const again = await importInto(root, uri);
  expect([again.counts.run.there, again.metricPoints, again.artifacts.files]).toEqual([1, 0, 0]);
});

test("what was changed here stays, and what was changed on both sides is told once", {
  timeout: 120_000,
}, async () => {
  const { uri, folder, runId } = await begin();
  const root = join(folder, "tree", "mlruns");
  await importInto(root, uri);
  const client = new MlrunsClient(root);
  client.setTag(runId, "note", "ours");
  client.setTag(runId, "mine", "1");
  client.logMetric(runId, "loss", 7, { step: 9, timestamp: 9 });
  client.flush();
  const { experimentId } = (await client.getRun(runId)).info;
  const artifacts = join(root, experimentId, runId, "artifacts");
  writeFileSync(join(artifacts, "log.txt"), "written here");
  writeFileSync(join(artifacts, "kept.txt"), "written here, too");
  await python.run(GO_ON, { uri, folder, runId });

  const { failures } = await importInto(root, uri);

  expect(failures.map(({ kind, id }) => `${kind}: ${id}`)).toEqual([
    `run ${runId}: tags/note`,
    `artifacts of run ${runId}: log.txt`,
  ]);
  const { info, data } = await new MlrunsClient(root).getRun(runId);
  expect(info).toMatchObject({ status: "FINISHED", endTime: 1_700_000_100_000 });
  expect(data.tags).toMatchObject({ note: "ours", mine: "1", phase: "done", new: "tag" });
  expect(data.params).toEqual({ lr: "0.1", late: "1" });
  const history = await client.getMetricHistory(runId, "loss");
  expect(history.map(({ step }) => step).sort()).toEqual([0, 1, 2, 3, 4, 5, 9]);
  expect(await client.listArtifacts(runId)).toMatchObject([
    { path: "kept.txt", fileSize: 17 },
    { path: "log.txt", fileSize: 12 },
    { path: "more" },
  ]);
  expect((await importInto(root, uri)).failures).toEqual([]);
});
