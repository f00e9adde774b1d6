import { createHash } from "node:crypto";
import type { ActiveRun } from "../../client/active-run.ts";
import { MlrunsClient } from "../../client/client.ts";
import { startRun } from "../../client/start-run.ts";
import type { DatasetInput } from "../../entities/dataset.ts";
import { MLFLOW_TAG } from "../../entities/tag.ts";
import { type Network, predict } from "./network.ts";
import { plotBoundary } from "./plot.ts";
import { encodePng } from "./png.ts";
import {
  type DataSplit,
  DivergedError,
  type EpochResult,
  score,
  type TrainOptions,
  train,
} from "./train.ts";
import { type Sample, twoMoons } from "./two-moons.ts";

const EXPERIMENT = "two-moons";
const EXPERIMENT_NOTE = `Can a model tell two interleaving half circles apart?

Each run here was really trained, by gradient descent in TypeScript, when this demo was made. Logistic regression draws a
straight line; networks with one hidden layer bend it.`;

const NOISE = 0.25;

const DEFAULTS: TrainOptions = {
  hiddenUnits: 0,
  learningRate: 0.1,
  momentum: 0.9,
  weightDecay: 0.0001,
  batchSize: 32,
  epochs: 300,
  seed: 7,
};

/** After these epochs the boundary is drawn. */
const SNAPSHOTS = [1, 3, 10, 30, 100, 300];

interface Trial {
  readonly name: string;
  readonly note: string;
  readonly options: Partial<TrainOptions>;
}

const LOGISTIC: Trial = {
  name: "logistic-regression",
  note: "The baseline: a straight line.",
  options: { learningRate: 0.02, momentum: 0 },
};
const SWEEP: readonly Trial[] = [4, 8, 24].map((hiddenUnits) => ({
  name: `hidden-${hiddenUnits}`,
  note: `One hidden layer of ${hiddenUnits} tanh units.`,
  options: { hiddenUnits },
}));
const OVERFIT: Trial = {
  name: "no-weight-decay",
  note: "A hot start and nothing that holds the weights back: the validation loss turns up while the training loss still falls.",
  options: { hiddenUnits: 24, learningRate: 0.3, weightDecay: 0, seed: 11 },
};
const DIVERGING: Trial = {
  name: "momentum-too-high",
  note: "A momentum above 1 feeds on itself, and the training is given up.",
  options: { hiddenUnits: 16, learningRate: 0.02, momentum: 1.005 },
};

/**
 * Fills a tree with a small experiment by really training: a logistic regression and networks of several sizes, one of
 * them diverging, with params, metrics, images and tables. Takes a few seconds.
 *
 * @param onRun - told the name of each run when it is over
 */
export async function createDemo(root: string, onRun: (name: string) => void): Promise<void> {
  const client = new MlrunsClient(root);
  const experimentId = await client.createExperiment(EXPERIMENT);
  await client.setExperimentTag(experimentId, MLFLOW_TAG.note, EXPERIMENT_NOTE);
  const data = { train: twoMoons(400, NOISE, 1), validation: twoMoons(200, NOISE, 2) };

  const runTrial = async (trial: Trial, parent?: ActiveRun): Promise<Network> => {
    const options = { ...DEFAULTS, ...trial.options };
    const network = await startRun(
      {
        client,
        experimentId,
        runName: trial.name,
        description: trial.note,
        tags: { [MLFLOW_TAG.sourceName]: "mlruns demo", model: modelName(options) },
        ...(parent && { parent }),
      },
      (run) => trainAndLog(run, data, options),
    );
    onRun(trial.name);
    return network;
  };

  await runTrial(LOGISTIC);
  await startRun(
    {
      client,
      experimentId,
      runName: "hidden-units-sweep",
      description: "Compares sizes of the hidden layer. Its metrics are those of the best child.",
      tags: { [MLFLOW_TAG.sourceName]: "mlruns demo" },
    },
    async (sweep) => {
      const scores = [];
      for (const trial of SWEEP) scores.push(score(await runTrial(trial, sweep), data.validation));
      const best = scores.reduce((a, b) => (b.loss < a.loss ? b : a));
      sweep.logMetrics({ "val/loss": best.loss, "val/accuracy": best.accuracy });
    },
  );
  await runTrial(OVERFIT);
  try {
    await runTrial(DIVERGING);
  } catch (error) {
    if (!(error instanceof DivergedError)) throw error;
    onRun(DIVERGING.name);
  }
}

async function trainAndLog(
  run: ActiveRun,
  data: DataSplit,
  options: TrainOptions,
): Promise<Network> {
  run.logParams({ model: modelName(options), noise: NOISE, ...options });
  run.logInputs([
    datasetInput("training", data.train),
    datasetInput("validation", data.validation),
  ]);

  const snapshots: { step: number; network: Network }[] = [];
  try {
    const network = train(data, options, (result, current) => {
      run.logMetrics(metricsOf(result), { step: result.epoch });
      if (SNAPSHOTS.includes(result.epoch)) {
        snapshots.push({
          step: result.epoch,
          network: { ...current, parameters: current.parameters.slice() },
        });
      }
    });
    await logResult(run, network, data);
    return network;
  } finally {
    for (const { step, network } of snapshots) {
      await run.logImage(encodePng(plotBoundary(network, data.train, 320)), {
        key: "boundary",
        step,
      });
    }
  }
}

function metricsOf({ learningRate, train, validation }: EpochResult): Record<string, number> {
  return {
    "train/loss": train.loss,
    "train/accuracy": train.accuracy,
    "val/loss": validation.loss,
    "val/accuracy": validation.accuracy,
    learning_rate: learningRate,
  };
}

async function logResult(
  run: ActiveRun,
  network: Network,
  { validation }: DataSplit,
): Promise<void> {
  const predictions = validation.map(({ x, y, label }) => {
    const probability = predict(network, x, y);
    return { x, y, label, predicted: probability >= 0.5 ? 1 : 0, probability };
  });
  const count = (label: number, predicted: number): number =>
    predictions.filter((row) => row.label === label && row.predicted === predicted).length;

  await run.logImage(
    encodePng(plotBoundary(network, validation, 640)),
    "plots/decision-boundary.png",
  );
  await run.logTable(predictions, "predictions.json");
  await run.logTable(
    {
      label: [0, 1],
      "predicted 0": [count(0, 0), count(1, 0)],
      "predicted 1": [count(0, 1), count(1, 1)],
    },
    "confusion-matrix.json",
  );
  await run.logDict(
    { hiddenUnits: network.hiddenUnits, parameters: [...network.parameters] },
    "model/weights.json",
  );
}

function datasetInput(context: string, samples: readonly Sample[]): DatasetInput {
  const text = JSON.stringify(samples);
  return {
    dataset: {
      name: `two-moons-${context}`,
      digest: createHash("md5").update(text).digest("hex").slice(0, 8),
      sourceType: "code",
      source: JSON.stringify({ tags: { "mlflow.source.name": "mlruns demo" } }),
      schema: null,
      profile: JSON.stringify({ num_rows: samples.length }),
    },
    tags: { "mlflow.data.context": context },
  };
}

function modelName({ hiddenUnits }: TrainOptions): string {
  return hiddenUnits === 0 ? "logistic regression" : "neural network";
}
