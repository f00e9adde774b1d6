import { join } from "node:path";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import { type TfjsCallbacks, type TfjsModel, tfjs } from "../../../lib/client/autolog/tfjs.ts";
import { MlrunsClient } from "../../../lib/client/client.ts";
import { startRun } from "../../../lib/client/start-run.ts";
import type { Run } from "../../../lib/entities/run.ts";
import { makeTempFolder } from "../../helpers/tree.ts";

/** Calls callbacks in the order and with the logs of `LayersModel.fit` of TensorFlow.js 4.22, two epochs of two batches. */
async function trainModel(callbacks: TfjsCallbacks): Promise<void> {
  await callbacks.onTrainBegin();
  for (let epoch = 0; epoch < 2; epoch++) {
    for (let batch = 0; batch < 2; batch++) {
      const loss = 1 / (1 + 2 * epoch + batch);
      await callbacks.onBatchEnd(batch, { batch, size: 32, loss, acc: 1 - loss });
    }
    const loss = 1 / (epoch + 1);
    await callbacks.onEpochEnd(epoch, { loss, acc: 1 - loss, val_loss: 2 * loss });
  }
}

const MODEL: TfjsModel = {
  summary: (_length, _positions, print = console.log) => {
    print("Layer (type)");
    print("dense_Dense1 (Dense)");
  },
  optimizer: {
    getClassName: () => "Adam",
    getConfig: () => ({ learningRate: 0.001, beta1: 0.9 }),
  },
};

async function train(options: Parameters<typeof tfjs>[1]): Promise<{
  readonly run: Run;
  readonly client: MlrunsClient;
  readonly points: (key: string) => Promise<(readonly [number, number])[]>;
}> {
  const client = new MlrunsClient(join(await makeTempFolder(), "mlruns"));
  const runId = await startRun({ client }, async (run) => {
    await trainModel(tfjs(run, options));
    return run.runId;
  });
  const points = async (key: string) =>
    (await client.getMetricHistory(runId, key)).map(({ step, value }) => [step, value] as const);
  return { run: await client.getRun(runId), client, points };
}

test("each epoch's metrics are points; the model tells its optimizer and layers", async () => {
  const { run, client, points } = await train({ model: MODEL });
  const summary = await client.readArtifact(run.info.runId, "model_summary.txt");

  expect(run.data.params).toEqual({
    optimizer_name: "Adam",
    optimizer_learningRate: "0.001",
    optimizer_beta1: "0.9",
  });
  expect(await text(summary)).toBe("Layer (type)\ndense_Dense1 (Dense)");
  expect(Object.keys(run.data.metrics)).toEqual(["acc", "loss", "val_loss"]);
  expect(await points("loss")).toEqual([
    [0, 1],
    [1, 0.5],
  ]);
});

test("every n-th batch is a point when asked for, and validation stands at the batch it came after", async () => {
  const { run, points } = await train({ logEveryNSteps: 2 });

  expect(run.data.params).toEqual({});
  expect(Object.keys(run.data.metrics)).toEqual(["acc", "loss", "val_loss"]);
  expect(await points("loss")).toEqual([
    [2, 0.5],
    [4, 0.25],
  ]);
  expect(await points("val_loss")).toEqual([
    [2, 2],
    [4, 1],
  ]);
});
