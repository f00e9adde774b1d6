import { normal } from "./random.ts";
import type { Sample } from "./two-moons.ts";

/**
 * A classifier of points: one hidden layer of tanh units, or logistic regression when it has none.
 * All parameters lie in one array, so that an optimiser needs to know nothing about them.
 */
export interface Network {
  readonly hiddenUnits: number;
  /** For each hidden unit: weight of x, weight of y, bias, weight to the output. Then the output's bias. Without hidden units: x, y, bias. */
  readonly parameters: Float64Array;
}

const PER_UNIT = 4;

export function createNetwork(hiddenUnits: number, random: () => number): Network {
  const size = hiddenUnits === 0 ? 3 : hiddenUnits * PER_UNIT + 1;
  return { hiddenUnits, parameters: Float64Array.from({ length: size }, () => normal(random)) };
}

/** The log odds that a point is of class 1. */
export function logit({ hiddenUnits, parameters }: Network, x: number, y: number): number {
  if (hiddenUnits === 0) return at(parameters, 0) * x + at(parameters, 1) * y + at(parameters, 2);
  let sum = at(parameters, hiddenUnits * PER_UNIT);
  for (let unit = 0; unit < hiddenUnits; unit++) {
    sum += at(parameters, unit * PER_UNIT + 3) * activation(parameters, unit, x, y);
  }
  return sum;
}

/** The probability that a point is of class 1. */
export function predict(network: Network, x: number, y: number): number {
  return 1 / (1 + Math.exp(-logit(network, x, y)));
}

/** Cross entropy of one answer, computed from the log odds so that a sure answer cannot overflow. */
export function lossOf(network: Network, sample: Sample): number {
  const odds = logit(network, sample.x, sample.y);
  const towardsLabel = sample.label === 1 ? odds : -odds;
  return Math.max(0, -towardsLabel) + Math.log1p(Math.exp(-Math.abs(towardsLabel)));
}

/** Adds the gradient of one sample's loss to `gradient`, which is laid out as the parameters are. */
export function addGradient(
  network: Network,
  { x, y, label }: Sample,
  gradient: Float64Array,
): void {
  const { hiddenUnits, parameters } = network;
  const error = predict(network, x, y) - label;
  if (hiddenUnits === 0) {
    add(gradient, 0, error * x);
    add(gradient, 1, error * y);
    add(gradient, 2, error);
    return;
  }
  for (let unit = 0; unit < hiddenUnits; unit++) {
    const first = unit * PER_UNIT;
    const active = activation(parameters, unit, x, y);
    const inner = error * at(parameters, first + 3) * (1 - active * active);
    add(gradient, first, inner * x);
    add(gradient, first + 1, inner * y);
    add(gradient, first + 2, inner);
    add(gradient, first + 3, error * active);
  }
  add(gradient, hiddenUnits * PER_UNIT, error);
}

function activation(parameters: Float64Array, unit: number, x: number, y: number): number {
  const first = unit * PER_UNIT;
  return Math.tanh(
    at(parameters, first) * x + at(parameters, first + 1) * y + at(parameters, first + 2),
  );
}

function at(numbers: Float64Array, index: number): number {
  return numbers[index] as number;
}

function add(numbers: Float64Array, index: number, value: number): void {
  numbers[index] = at(numbers, index) + value;
}
