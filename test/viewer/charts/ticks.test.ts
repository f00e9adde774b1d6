import { expect, test } from "vitest";
import { logScale } from "../../../viewer/charts/scale.ts";
import { linearTicks, logTicks, type Tick } from "../../../viewer/charts/ticks.ts";
import { clockTicks, durationLabel, durationTicks } from "../../../viewer/charts/time-ticks.ts";

const labels = (ticks: readonly Tick[]): string[] => ticks.map((tick) => tick.label);

test.each([
  [0, 120, 6, ["0", "20", "40", "60", "80", "100", "120"]],
  [0.17, 0.93, 4, ["0.2", "0.4", "0.6", "0.8"]],
  [-0.35, 0.35, 3, ["−0.2", "0.0", "0.2"]],
  [0, 0.0031, 4, ["0.000", "0.001", "0.002", "0.003"]],
  [0, 1e-7, 5, ["0", "2e−8", "4e−8", "6e−8", "8e−8", "1e−7"]],
  [0, 100_000, 2, ["0", "50k", "100k"]],
  [0, 2_500_000, 4, ["0", "0.5M", "1.0M", "1.5M", "2.0M", "2.5M"]],
  [0, 40_000_000, 4, ["0", "10M", "20M", "30M", "40M"]],
  [1000.001, 1000.004, 4, ["1000.001", "1000.002", "1000.003", "1000.004"]],
])("an axis from %d to %d has round ticks written alike", (low, high, most, expected) => {
  expect(labels(linearTicks(low, high, most))).toEqual(expected);
});

test("steps are whole numbers however few there are", () => {
  expect(labels(linearTicks(0, 2, 8, 1))).toEqual(["0", "1", "2"]);
});

test("a log axis shows powers of ten, and 2 and 5 between few of them", () => {
  const log = logScale([[1e-5, 10]]);

  expect(labels(logTicks(log, -5, 1, 10))).toEqual([
    "1e−5",
    "1e−4",
    "0.001",
    "0.01",
    "0.1",
    "1",
    "10",
  ]);
  expect(labels(logTicks(log, -5, 1, 3))).toEqual(["1e−5", "0.01", "10"]);
  expect(labels(logTicks(log, -1, 0, 6))).toEqual(["0.1", "0.2", "0.5", "1"]);
  expect(logTicks(log, -5, 1, 10)[0]?.at).toBe(-5);
});

test("a log axis over less than a decade shows round numbers", () => {
  expect(labels(logTicks(logScale([[3]]), Math.log10(3.1), Math.log10(3.9), 4))).toEqual([
    "3.2",
    "3.4",
    "3.6",
    "3.8",
  ]);
});

test("an axis with zero or less is symlog: linear about zero, powers of ten on both sides", () => {
  const scale = logScale([[-100, 0, 0.01, 1000]]);

  expect(scale).toEqual({ kind: "symlog", threshold: 0.01 });
  const ticks = logTicks(scale, -4.1, 5.1, 20);
  expect(labels(ticks)).toEqual([
    ...["−100", "−10", "−1", "−0.1", "−0.01", "0", "0.01", "0.1", "1", "10", "100", "1000"],
  ]);
  expect(ticks.find((tick) => tick.label === "0")?.at).toBe(0);
});

test("lengths of time tick at round minutes and hours", () => {
  expect(labels(durationTicks(0, 90_000, 4))).toEqual(["0", "30 s", "1 min", "1 min 30 s"]);
  expect(labels(durationTicks(0, 5 * 3_600_000, 6))).toEqual([
    "0",
    "1 h",
    "2 h",
    "3 h",
    "4 h",
    "5 h",
  ]);
});

test.each([
  [0, "0"],
  [250, "250 ms"],
  [1_500, "1.5 s"],
  [5_400_000, "1 h 30"],
  [3_599_999, "1 h"],
  [187_200_000, "2 d 4 h"],
  [-60_000, "−1 min"],
])("%d ms reads %s", (ms, label) => {
  expect(durationLabel(ms)).toBe(label);
});

test("clock ticks stand at round local times and name the day at midnight", () => {
  const start = new Date(2026, 10, 21, 21, 50).getTime();

  expect(labels(clockTicks(start, start + 5 * 3_600_000, 6))).toEqual([
    "22:00",
    "23:00",
    "22 Nov",
    "01:00",
    "02:00",
  ]);
  expect(labels(clockTicks(start, start + 3 * 86_400_000, 4))).toEqual([
    "22 Nov",
    "23 Nov",
    "24 Nov",
  ]);
});
