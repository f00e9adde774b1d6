/** Real MLflow and we write experiments and runs of one tree in turn. Neither loses what the other wrote. */
import { appendFile, readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { MlrunsClient } from "../../lib/client/client.ts";
import { type MlflowVersion, type PythonSession, startPython } from "../helpers/python.ts";
import { makeTempFolder, makeTree } from "../helpers/tree.ts";
import { readByMlflow, readByUs, writeByMlflow } from "../helpers/whole-tree.ts";

const VERSIONS: readonly MlflowVersion[] = ["3.17.2", "2.22.5"];
const pythons = new Map<MlflowVersion, PythonSession>();

beforeAll(async () => {
  for (const version of VERSIONS) pythons.set(version, await startPython({ mlflow: version }));
});

function pythonOf(version: MlflowVersion): PythonSession {
  return pythons.get(version) as PythonSession;
}

async function newClient(): Promise<MlrunsClient> {
  return new MlrunsClient(join(await makeTempFolder(), "mlruns"));
}

describe.each(VERSIONS)("MLflow %s", (version) => {
  async function expectOneMind(root: string): Promise<void> {
    expect(await readByUs(root)).toEqual(await readByMlflow(pythonOf(version), root));
  }

  test("we write, MLflow reads and updates, we read back", async () => {
    const client = await newClient();
    const experimentId = await client.createExperiment("yes: no", { tags: { note: "a\nb" } });
    const run = await client.createRun(experimentId, {
      runName: "1e3",
      tags: { "mlflow.user": "ada", "a/b": "ü", empty: "" },
    });
    const { runId } = run.info;
    client.logParams(runId, { lr: 0.1, "opt/name": "ad\r\nam", list: [1, "x"], yes: true });
    for (const value of [1, Number.NaN, Number.POSITIVE_INFINITY, 1e-7, -0, 1e22]) {
      client.logMetric(runId, "loss", value, { step: 3 });
    }
    client.logMetric(runId, "val/loss", 0.25, { step: -2, timestamp: 12345 });
    client.logInputs(runId, [
      {
        dataset: {
          name: "träin",
          digest: "d1",
          sourceType: "local",
          source: '{"uri": "x.csv"}',
          schema: null,
          profile: '{"rows": 3}',
        },
        tags: { "mlflow.data.context": "training" },
      },
    ]);
    const child = await client.createRun(experimentId, {
      tags: { "mlflow.parentRunId": runId, "mlflow.note.content": "# Note" },
    });
    await client.setTerminated(child.info.runId, "FAILED");
    await client.deleteRun(child.info.runId);
    const gone = await client.createExperiment("gone");
    await client.createRun(gone);
    await client.deleteExperiment(gone);
    await client.logText(runId, "text", "a/notes.txt");
    await expectOneMind(client.root);

    await writeByMlflow(
      pythonOf(version),
      client.root,
      `
from mlflow.entities import Metric, Param, RunTag, Dataset, DatasetInput, InputTag
run = given["run"]
client.log_param(run, "more", "1")
client.log_param(run, "lr", "0.1")
client.log_metric(run, "loss", 2.5, step=4)
client.log_batch(run, [Metric("b", 1, 5, 0)], [Param("bp", "x")], [RunTag("bt", "y")])
client.set_tag(run, "a/b", "changed")
client.delete_tag(run, "empty")
client.update_run(run, name="renamed by MLflow")
client.log_inputs(run, [DatasetInput(Dataset("other", "d2", "http", "{}"), [InputTag("mlflow.data.context", "eval")])])
client.log_text(run, "theirs", "b/theirs.txt")
assert client.download_artifacts(run, "a/notes.txt").endswith("notes.txt")
client.set_terminated(run)
client.restore_run(given["child"])
client.rename_experiment(given["experiment"], "renamed")
client.set_experiment_tag(given["experiment"], "more", "1")
client.restore_experiment(given["gone"])
client.create_run(given["experiment"], run_name="theirs")
`,
      { run: runId, child: child.info.runId, experiment: experimentId, gone },
    );
    await expectOneMind(client.root);
    const back = await client.getRun(runId);
    expect(back.info).toMatchObject({ runName: "renamed by MLflow", status: "FINISHED" });
    expect(back.data).toMatchObject({
      params: {
        lr: "0.1",
        "opt/name": "ad\r\nam",
        list: '[1,"x"]',
        yes: "true",
        more: "1",
        bp: "x",
      },
      tags: { "mlflow.runName": "renamed by MLflow", "a/b": "changed", bt: "y" },
    });
    expect(back.data.tags).not.toHaveProperty("empty");
    expect((await client.listArtifacts(runId)).map(({ path }) => path)).toEqual(["a", "b"]);
    const { runs } = await client.searchRuns([experimentId], {
      filter: "attributes.run_name = 'theirs'",
    });
    expect(runs[0]?.info.artifactUri).toBe(
      `mlruns/${experimentId}/${runs[0]?.info.runId}/artifacts`,
    );
  });

  test("MLflow wrote, we update, MLflow reads on; keys of a future version stay", async () => {
    const client = new MlrunsClient(await makeTree("v2-basic"));
    const { experiments } = await client.scanExperiments();
    const experimentId = experiments.find(({ experimentId: id }) => id !== "0")?.experimentId ?? "";
    const { runs } = await client.searchRuns([experimentId]);
    const runId = runs[0]?.info.runId ?? "";
    const files = [
      join(client.root, experimentId, "meta.yaml"),
      join(client.root, experimentId, runId, "meta.yaml"),
    ];
    for (const file of files) await appendFile(file, "zz_future: {nested: [1, two]}\n");

    await client.renameExperiment(experimentId, "by us");
    await client.setExperimentTag(experimentId, "by", "us");
    await client.updateRun(runId, { runName: "by us" });
    client.setTag(runId, "by", "us");
    client.logMetric(runId, "by us", 1);
    client.logParam(runId, "by us", 1);
    await client.setTerminated(runId, "KILLED", { endTime: 1 });
    await client.deleteRun(runId);
    await client.restoreRun(runId);

    await expectOneMind(client.root);
    for (const file of files) {
      expect(await readFile(file, "utf8")).toContain("zz_future:\n  nested:\n  - 1\n  - two\n");
    }
  });

  test("a run that MLflow and we log alike is the same file for file", async () => {
    const [ours, theirs] = [await newClient(), await newClient()];
    for (const client of [ours, theirs]) await client.createExperiment("e");
    const { info } = await ours.createRun("0", {
      runName: "alike",
      startTime: 1_700_000_000_000,
      tags: { "mlflow.user": "ada", "a/b": "multi\nline" },
    });
    ours.logParam(info.runId, "lr", 0.1);
    ours.logBatch(info.runId, {
      metrics: [1, 0.1, 1e-7, 1e22, 123456789012345680, Number.NaN, Number.NEGATIVE_INFINITY].map(
        (value, step) => ({ key: "loss", value, timestamp: 1000 + step, step }),
      ),
      params: [{ key: "p/q", value: "x" }],
      tags: [{ key: "t", value: "1e3" }],
    });
    ours.logInputs(info.runId, [
      {
        dataset: {
          name: "d",
          digest: "x",
          sourceType: "s",
          source: "{}",
          schema: null,
          profile: null,
        },
        tags: { "mlflow.data.context": "eval" },
      },
    ]);
    await ours.logText(info.runId, "t", "a.txt");
    await ours.setTerminated(info.runId, "FINISHED", { endTime: 1_700_000_001_000 });
    const theirId = await writeByMlflow(
      pythonOf(version),
      theirs.root,
      `
from mlflow.entities import Metric, Param, RunTag, Dataset, DatasetInput, InputTag
run = client.create_run("0", start_time=1700000000000, tags={"mlflow.user": "ada", "a/b": "multi\\nline"}, run_name="alike").info.run_id
client.log_param(run, "lr", 0.1)
values = [1.0, 0.1, 1e-7, 1e22, 123456789012345680.0, float("nan"), float("-inf")]
client.log_batch(run, [Metric("loss", v, 1000 + i, i) for i, v in enumerate(values)], [Param("p/q", "x")], [RunTag("t", "1e3")])
client.log_inputs(run, [DatasetInput(Dataset("d", "x", "s", "{}"), [InputTag("mlflow.data.context", "eval")])])
client.log_text(run, "t", "a.txt")
client.set_terminated(run, end_time=1700000001000)
print(run, end="")
`,
    );

    const [a, b] = [
      await filesOf(join(ours.root, "0", info.runId), info.runId),
      await filesOf(join(theirs.root, "0", theirId), theirId),
    ];
    // Every version reads both ids, and MLflow 3 writes only one of them.
    expect(a["meta.yaml"]).toBe(
      version === "3.17.2"
        ? b["meta.yaml"]?.replace("source_name:", "run_uuid: RUN\nsource_name:")
        : b["meta.yaml"],
    );
    expect({ ...a, "meta.yaml": "" }).toEqual({ ...b, "meta.yaml": "" });
    expect(await foldersOf(join(ours.root, "0", info.runId))).toEqual(
      await foldersOf(join(theirs.root, "0", theirId)),
    );
  });
});

/** Content of every file by path; ids that depend on the run's are put out. */
async function filesOf(folder: string, runId: string): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  for (const path of await readdir(folder, { recursive: true })) {
    if (!(await stat(join(folder, path))).isFile()) continue;
    const name = path.replace(/inputs\/[0-9a-f]{32}/, "inputs/INPUT");
    files[name] = (await readFile(join(folder, path), "utf8")).replaceAll(runId, "RUN");
  }
  return files;
}

async function foldersOf(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name.replace(/^[0-9a-f]{32}$/, "ID"))
    .sort();
}
