import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { MlrunsClient } from "../../lib/client/client.ts";
import { exportFrom } from "../../lib/exchange/export.ts";
import { importInto } from "../../lib/exchange/import.ts";
import { fixturesTrees } from "../helpers/paths.ts";
import { runPython } from "../helpers/python.ts";
import { makeTempFolder, makeTree } from "../helpers/tree.ts";
import { databaseEnvironment } from "./answers.ts";

async function only(root: string, name: string) {
  const client = new MlrunsClient(root);
  const experiment = await client.getExperimentByName(name);
  const { runs } = await client.searchRuns([experiment?.experimentId ?? ""], { viewType: "ALL" });
  return { client, runs };
}

describe("importing TensorBoard's event files", () => {
  test("gives a run a folder with scalars of both forms, hyperparameters and images", {
    timeout: 60_000,
  }, async () => {
    const folder = await makeTempFolder();
    await runPython(WRITE_EVENTS, { cwd: folder, env: databaseEnvironment("3.17.2") });
    const root = join(folder, "mlruns");

    const report = await importInto(root, join(folder, "logs"));

    const { client, runs } = await only(root, "logs");
    const names = runs.map(({ info }) => info.runName).sort();
    expect(report.failures).toEqual([]);
    expect(report.notes.map(({ message }) => message)).toEqual([
      "summaries other than scalars, images and hyperparameters are left out",
    ]);
    expect(names).toEqual(["a/b", "a/b/trial"]);
    const [run, trial] = names.map((name) => runs.find(({ info }) => info.runName === name));
    const history = await client.getMetricHistory(run?.info.runId ?? "", "train/loss");
    expect(history.map(({ value, step, timestamp }) => [value, step, timestamp])).toEqual([
      [0.5, 0, 1_700_000_000_250],
      [0.25, 1, 1_700_000_001_250],
      [Number.NaN, 2, 1_700_000_002_250],
    ]);
    expect(run?.data.metrics).toMatchObject({ tensor: 1.5, odd_key_: 2 });
    expect([run?.info.startTime, run?.info.endTime, run?.info.status]).toEqual([
      expect.any(Number),
      expect.any(Number),
      "FINISHED",
    ]);
    expect(trial?.data.params).toEqual({ lr: "0.1", layers: "3", act: "relu", bias: "True" });
    const files = await client.listArtifacts(run?.info.runId ?? "", "images/pic");
    expect(files.map(({ path }) => path)).toEqual(["images/pic/7.png"]);
    expect((await importInto(root, join(folder, "logs"))).counts.run).toEqual({
      carried: 0,
      updated: 0,
      there: 2,
    });
  });

  test("reads what TensorFlow 2 itself has written, where all values are tensors", async () => {
    const root = join(await makeTempFolder(), "mlruns");

    const report = await importInto(root, join(fixturesTrees, "..", "tensorboard", "tf2"));

    const { client, runs } = await only(root, "tf2");
    const [run] = runs;
    const runId = run?.info.runId ?? "";
    expect(report.failures).toEqual([]);
    expect(report.notes).toMatchObject([{ count: 2 }]);
    expect(run?.data.metrics).toEqual({ epoch_loss: 0.25, lr: Math.fround(0.1) });
    const history = await client.getMetricHistory(runId, "epoch_loss");
    expect(history.map(({ value, step }) => [value, step])).toEqual([
      [1, 0],
      [0.5, 1],
      [0.25, 2],
    ]);
    const images = await client.listArtifacts(runId, "images/digits");
    expect(images.map(({ path }) => path)).toEqual([
      "images/digits/1-0.png",
      "images/digits/1-1.png",
    ]);
  });

  test("takes what is whole of a file that is still being written, and refuses a folder without any", async () => {
    const folder = await makeTempFolder();
    await mkdir(join(folder, "empty"));
    await mkdir(join(folder, "logs"));
    await writeFile(join(folder, "logs", "events.out.tfevents.1.x"), Buffer.from([9, 0, 0, 0]));

    const { counts } = await importInto(join(folder, "mlruns"), join(folder, "logs"));

    expect(counts.run).toEqual({ carried: 1, updated: 0, there: 0 });
    await expect(importInto(join(folder, "mlruns"), join(folder, "empty"))).rejects.toThrow(
      "has no TensorBoard event files",
    );
  });
});

describe("importing a table", () => {
  test("that we have exported gives the runs again", async () => {
    const original = await makeTree("v3-basic");
    const folder = await makeTempFolder();
    const file = join(folder, "runs.csv");
    await exportFrom(original, file);

    const { failures } = await importInto(join(folder, "mlruns"), file);

    const summary = async (root: string): Promise<object[]> => {
      const client = new MlrunsClient(root);
      const { experiments } = await client.scanExperiments("ALL");
      const ids = experiments.map(({ experimentId }) => experimentId);
      const { runs } = await client.searchRuns(ids, { viewType: "ALL" });
      return runs
        .map(({ info, data }) => ({
          id: info.runId,
          status: info.status,
          stage: info.lifecycleStage,
          start: info.startTime,
          end: info.endTime,
          metrics: { ...data.metrics },
          params: withoutEmpty(data.params),
          tags: withoutEmpty(data.tags),
        }))
        .sort((a, b) => (a.id < b.id ? -1 : 1));
    };
    expect(failures).toEqual([]);
    expect(await summary(join(folder, "mlruns"))).toEqual(await summary(original));
  });

  test.each([
    ["what,run_name\n1,a\n", "has a column 'what', which has no meaning"],
    ["run_name,metrics.loss\na,0.5\nb,low\n", "could not convert string to float: 'low'"],
    ["run_name,start_time\na,soon\n", "'soon' is no time"],
    ["run_name,status\na,DONE\n", "Unknown status 'DONE'"],
  ])("refuses %j before anything is written", async (text, message) => {
    const folder = await makeTempFolder();
    await writeFile(join(folder, "t.csv"), text);

    await expect(importInto(join(folder, "mlruns"), join(folder, "t.csv"))).rejects.toThrow(
      message,
    );
    await expect(readFile(join(folder, "mlruns"))).rejects.toThrow("ENOENT");
  });
});

/** An empty field and none are the same in CSV. */
function withoutEmpty(entries: Readonly<Record<string, string>>): object {
  return Object.fromEntries(Object.entries(entries).filter(([, value]) => value !== ""));
}

const WRITE_EVENTS = `
import numpy
from tensorboardX import SummaryWriter
from tensorboardX.proto.summary_pb2 import Summary, SummaryMetadata
from tensorboardX.proto.tensor_pb2 import TensorProto
w = SummaryWriter("logs/a/b")
for step, value in enumerate([0.5, 0.25, float("nan")]):
    w.add_scalar("train/loss", value, step, walltime=1700000000.25 + step)
w.add_scalar("odd(key)", 2, 0)
plugin = SummaryMetadata(plugin_data=SummaryMetadata.PluginData(plugin_name="scalars"))
tensor = TensorProto(dtype=1, tensor_content=numpy.float32(1.5).tobytes())
w.file_writer.add_summary(Summary(value=[Summary.Value(tag="tensor", tensor=tensor, metadata=plugin)]), 3)
w.add_image("pic", numpy.zeros((3, 4, 4), dtype=numpy.uint8), 7)
w.add_histogram("weights", numpy.arange(10), 0)
w.add_hparams({"lr": 0.1, "layers": 3, "act": "relu", "bias": True}, {"final": 0.9}, name="trial")
w.close()
`;
