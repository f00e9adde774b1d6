import { expect, test } from "vitest";
import { addGradient, createNetwork, lossOf } from "../../../lib/cli/demo/network.ts";
import { seededRandom } from "../../../lib/cli/demo/random.ts";
import { type EpochResult, type TrainOptions, train } from "../../../lib/cli/demo/train.ts";
import { twoMoons } from "../../../lib/cli/demo/two-moons.ts";

const data = { train: twoMoons(200, 0.1, 1), validation: twoMoons(100, 0.1, 2) };
const options: TrainOptions = {
  hiddenUnits: 8,
  learningRate: 0.1,
  momentum: 0.9,
  weightDecay: 0.0001,
  batchSize: 20,
  epochs: 60,
  seed: 3,
};

function epochsOf(changes: Partial<TrainOptions>): EpochResult[] {
  const results: EpochResult[] = [];
  train(data, { ...options, ...changes }, (result) => results.push(result));
  return results;
}

test.each([0, 5])("with %d hidden units the gradient is the slope of the loss", (hiddenUnits) => {
  const network = createNetwork(hiddenUnits, seededRandom(1));
  const sample = { x: 0.3, y: -0.8, label: 1 } as const;
  const gradient = new Float64Array(network.parameters.length);
  addGradient(network, sample, gradient);

  const slopes = network.parameters.map((value, index) => {
    const lossAt = (moved: number): number => {
      const parameters = network.parameters.with(index, moved);
      return lossOf({ hiddenUnits, parameters }, sample);
    };
    return (lossAt(value + 1e-6) - lossAt(value - 1e-6)) / 2e-6;
  });

  for (const [index, slope] of slopes.entries()) expect(gradient[index]).toBeCloseTo(slope, 6);
});

test("the same seed trains the same way, another one another way", () => {
  expect(epochsOf({})).toEqual(epochsOf({}));
  expect(epochsOf({})).not.toEqual(epochsOf({ seed: 4 }));
});

test("a network learns what a straight line cannot", () => {
  const network = epochsOf({}).at(-1);
  const line = epochsOf({ hiddenUnits: 0, epochs: 200 }).at(-1);

  expect(network?.validation.accuracy).toBeGreaterThan(0.98);
  expect(line?.validation.accuracy).toBeLessThan(0.92);
  expect(network?.epoch).toBe(60);
});

test("a training that diverges is given up, after its last epoch was told", () => {
  const results: EpochResult[] = [];
  const diverging = { ...options, momentum: 1.02, epochs: 1000 };

  expect(() => train(data, diverging, (result) => results.push(result))).toThrow(
    /^training diverged: the loss is [\d.]+ after epoch \d+$/,
  );
  expect(results.at(-1)?.train.loss).toBeGreaterThanOrEqual(5);
  expect(results.length).toBeLessThan(1000);
});
