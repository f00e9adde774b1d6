import { addGradient, createNetwork, lossOf, type Network, predict } from "./network.ts";
import { seededRandom, shuffle } from "./random.ts";
import type { Sample } from "./two-moons.ts";

export interface TrainOptions {
  /** None makes it a logistic regression. */
  readonly hiddenUnits: number;
  /** At the start; it falls to nothing along half a cosine wave. */
  readonly learningRate: number;
  readonly momentum: number;
  /** Pulls parameters to zero by this share of them. */
  readonly weightDecay: number;
  readonly batchSize: number;
  readonly epochs: number;
  readonly seed: number;
}

export interface EpochResult {
  /** Counts from 1. */
  readonly epoch: number;
  readonly learningRate: number;
  readonly train: Score;
  readonly validation: Score;
}

export interface Score {
  /** Mean cross entropy. */
  readonly loss: number;
  /** Share of samples that fall on their side of the boundary. */
  readonly accuracy: number;
}

export interface DataSplit {
  readonly train: readonly Sample[];
  readonly validation: readonly Sample[];
}

/** Guessing has a loss of 0.69: what gets this far away does not come back. */
const DIVERGED = 5;

/** A training that was given up. */
export class DivergedError extends Error {}

/**
 * Trains a network by gradient descent in small batches, with momentum.
 *
 * @param onEpoch - told the scores after each epoch
 * @throws DivergedError
 */
export function train(
  data: DataSplit,
  options: TrainOptions,
  onEpoch: (result: EpochResult, network: Network) => void,
): Network {
  const random = seededRandom(options.seed);
  const network = createNetwork(options.hiddenUnits, random);
  const velocity = new Float64Array(network.parameters.length);
  const order = data.train.map((_, index) => index);

  for (let epoch = 1; epoch <= options.epochs; epoch++) {
    const progress = (epoch - 1) / options.epochs;
    const learningRate = (options.learningRate * (1 + Math.cos(Math.PI * progress))) / 2;
    shuffle(order, random);
    for (let start = 0; start < order.length; start += options.batchSize) {
      const batch = order.slice(start, start + options.batchSize);
      step(
        network,
        velocity,
        batch.map((index) => data.train[index] as Sample),
        learningRate,
        options,
      );
    }
    const result = {
      epoch,
      learningRate,
      train: score(network, data.train),
      validation: score(network, data.validation),
    };
    onEpoch(result, network);
    if (!(result.train.loss < DIVERGED)) {
      throw new DivergedError(
        `training diverged: the loss is ${result.train.loss} after epoch ${epoch}`,
      );
    }
  }
  return network;
}

export function score(network: Network, samples: readonly Sample[]): Score {
  let loss = 0;
  let right = 0;
  for (const sample of samples) {
    loss += lossOf(network, sample);
    if (predict(network, sample.x, sample.y) >= 0.5 === (sample.label === 1)) right++;
  }
  return { loss: loss / samples.length, accuracy: right / samples.length };
}

/** Moves the parameters once, against the mean gradient of a batch. */
function step(
  { hiddenUnits, parameters }: Network,
  velocity: Float64Array,
  batch: readonly Sample[],
  learningRate: number,
  { momentum, weightDecay }: TrainOptions,
): void {
  const gradient = new Float64Array(parameters.length);
  for (const sample of batch) addGradient({ hiddenUnits, parameters }, sample, gradient);
  for (const [index, value] of parameters.entries()) {
    const slope = (gradient[index] as number) / batch.length + weightDecay * value;
    velocity[index] = momentum * (velocity[index] as number) - learningRate * slope;
    parameters[index] = value + velocity[index];
  }
}
