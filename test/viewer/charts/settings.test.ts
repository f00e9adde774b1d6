import fc from "fast-check";
import { expect, test } from "vitest";
import { barsOf } from "../../../viewer/charts/bars.ts";
import { cursorRows, nearestLine } from "../../../viewer/charts/cursor.ts";
import { groupLines, groupsAsRuns } from "../../../viewer/charts/group-lines.ts";
import { makePlot, plotLine } from "../../../viewer/charts/plot.ts";
import {
  inOrder,
  metricFilter,
  movedSection,
  sectionsOf,
} from "../../../viewer/charts/sections.ts";
import {
  type ChartSettings,
  cardQuery,
  DEFAULT_SETTINGS,
  ownSettings,
  readCardSettings,
  readSettings,
  settingsQuery,
} from "../../../viewer/charts/settings.ts";
import { sparklinePath } from "../../../viewer/charts/sparkline.ts";
import { chartSummary } from "../../../viewer/charts/summary.ts";

const line = (x: number[], y: number[], exact = true) => ({
  x: Float64Array.from(x),
  y: Float64Array.from(y),
  order: null,
  exact,
});

const axis = fc.oneof(
  fc.constantFrom(
    { kind: "step" as const },
    { kind: "relative" as const },
    { kind: "time" as const },
  ),
  fc.string({ minLength: 1 }).map((key) => ({ kind: "metric" as const, key })),
);

test("settings read back from the address as they were written", () => {
  const settings: fc.Arbitrary<ChartSettings> = fc.record(
    {
      x: axis,
      logX: fc.boolean(),
      logY: fc.boolean(),
      clip: fc.boolean(),
      stroke: fc.constantFrom("line" as const, "points" as const, "both" as const),
      smoothing: fc.integer({ min: 0, max: 99 }).map((n) => n / 100),
      spread: fc.constantFrom("sd" as const, "minmax" as const, "ci95" as const),
      showsMembers: fc.boolean(),
      low: fc.double({ noNaN: true, noDefaultInfinity: true }),
      high: fc.double({ noNaN: true, noDefaultInfinity: true }),
    },
    {
      requiredKeys: ["x", "logX", "logY", "clip", "stroke", "smoothing", "spread", "showsMembers"],
    },
  );
  fc.assert(
    fc.property(settings, (written) => {
      const query = new Map(
        Object.entries(settingsQuery(written)).filter(
          (entry): entry is [string, string] => entry[1] !== undefined,
        ),
      );
      // Addresses have one zero.
      const expected = JSON.parse(JSON.stringify(written));
      expect(JSON.parse(JSON.stringify(readSettings(query)))).toEqual(expected);
    }),
  );
});

test("a fresh page has no settings in its address, and nonsense is left out", () => {
  expect(Object.values(settingsQuery(DEFAULT_SETTINGS))).toEqual([undefined, undefined, undefined]);
  expect(
    readSettings(
      new Map([
        ["x", "constructor"],
        ["y", "..,bad"],
        ["sm", "7"],
      ]),
    ),
  ).toEqual({
    ...DEFAULT_SETTINGS,
    smoothing: 0.99,
  });
});

test("a card has keys of its own for what it draws otherwise than its panel, a default included", () => {
  const panel = { ...DEFAULT_SETTINGS, logY: true, smoothing: 0.5 };
  const card = { ...DEFAULT_SETTINGS, smoothing: 0.5, x: { kind: "time" as const } };
  const changes = cardQuery("train/loss", card, panel);

  expect(changes).toEqual({
    "x@train/loss": "time",
    "y@train/loss": "linear",
    "sm@train/loss": undefined,
  });
  const query = new Map(
    Object.entries({ ...settingsQuery(panel), ...changes }).filter(
      (entry): entry is [string, string] => entry[1] !== undefined,
    ),
  );
  expect(readCardSettings(query, "train/loss")).toEqual(card);
  expect(readCardSettings(query, "loss")).toEqual(panel);
  expect(ownSettings(query, "train/loss")).toEqual(["x", "y"]);
  expect(Object.values(cardQuery("loss", panel, panel))).toEqual([undefined, undefined, undefined]);
});

test("metrics are in sections by prefix, as in the table: validation first, machine metrics last", () => {
  expect(
    sectionsOf(["system/cpu", "train/loss", "val/b10", "val/b9", "val/loss", "loss", "a/b/c"]),
  ).toEqual([
    { prefix: "val/", metrics: ["val/loss", "val/b9", "val/b10"] },
    { prefix: "", metrics: ["loss"] },
    { prefix: "a/", metrics: ["a/b/c"] },
    { prefix: "train/", metrics: ["train/loss"] },
    { prefix: "system/", metrics: ["system/cpu"] },
  ]);
});

test("a search takes words or a regular expression; a broken one finds nothing", () => {
  const metrics = ["train/loss", "val/loss", "val/acc"];
  const found = (search: string): string[] => metrics.filter(metricFilter(search));

  expect(found("LOSS val")).toEqual(["val/loss"]);
  expect(found("/^val/")).toEqual(["val/loss", "val/acc"]);
  expect(found("/(/")).toEqual([]);
  expect(found("")).toEqual(metrics);
});

test("the table at the cursor has each line's nearest point, as the lines lie, NaN last", () => {
  const lines = [
    plotLine("low", line([0, 10, 20], [1, 2, 3]), 0),
    plotLine("nan", line([0, 10], [1, Number.NaN]), 0),
    plotLine("high", line([0, 5], [9, 8]), 0),
    plotLine("none", line([], []), 0),
  ];

  expect(cursorRows(lines, 11).map(({ id, x, value }) => [id, x, value])).toEqual([
    ["high", 5, 8],
    ["low", 10, 2],
    ["nan", 10, Number.NaN],
  ]);
  expect(cursorRows(lines, null)[1]).toMatchObject({ id: "low", x: 20, value: 3 });
});

test("a point of a pyramid tells what it stands for, not a value", () => {
  const [row] = cursorRows([plotLine("p", line([0, 255, 256, 511], [1, 5, 2, 9], false), 0)], 300);

  expect(row?.span).toEqual([2, 9]);
});

test("the line nearest to the mouse is the one in focus", () => {
  const lines = [plotLine("a", line([0, 1], [0, 0]), 0), plotLine("b", line([0, 1], [10, 10]), 0)];
  const plot = makePlot(lines, {
    ...DEFAULT_SETTINGS,
    xKind: "step",
    width: 100,
    height: 100,
  });
  if (plot === undefined) throw new Error("no plot");

  expect(nearestLine(lines, plot, 0.5, 4)).toBe("a");
  expect(nearestLine(lines, plot, 0.5, 6)).toBe("b");
});

test("a group is the mean of its smoothed runs, with a band, and its members when asked", () => {
  const style = { color: 1, dash: 0 };
  const groups = [{ id: "g", name: "g (2)", runIds: ["a", "b", "absent"], style }];
  const lines = [
    plotLine("a", line([0, 1], [0, 10]), 0.5),
    plotLine("b", line([0, 1], [4, 4]), 0.5),
  ];

  const [group] = groupLines(lines, groups, "minmax", true);
  expect([...(group?.line.y ?? [])]).toEqual([2, (10 / 1.5 + 4) / 2]);
  expect([...(group?.band?.high ?? [])]).toEqual([4, 10 / 1.5]);
  expect(group?.members).toHaveLength(2);

  const run = (runId: string, last: number) => ({
    runId,
    experimentId: "1",
    name: runId,
    startTime: 0,
    metrics: new Map([["m", { count: 2, last, step: 1 }]]),
  });
  expect(groupsAsRuns(groups, [run("a", 10), run("b", 4)])[0]?.metrics.get("m")).toEqual({
    count: 4,
    last: 7,
    step: 1,
  });
});

test("a band and the members of a group are drawn, and count for the range", () => {
  const plot = makePlot(
    [
      {
        ...plotLine("g", line([0, 1], [1, 1]), 0),
        band: { low: Float64Array.from([0, 0]), high: Float64Array.from([2, 2]) },
        members: [line([0, 1], [-5, 5])],
      },
    ],
    { ...DEFAULT_SETTINGS, xKind: "step", width: 100, height: 100 },
  );

  expect(plot).toMatchObject({
    bands: [{ line: 0, low: [0, 0], high: [2, 2] }],
    raw: [[-5, 5]],
    rawOf: [0],
    y: { low: -5.5, high: 5.5 },
  });
});

test("bars start at zero on one scale, the greatest first, NaN last", () => {
  const run = (runId: string, last: number) => ({
    ...{ runId, experimentId: "1", name: runId, startTime: 0, style: { color: 1, dash: 0 } },
    metrics: new Map([["m", { count: 1, last, step: 0 }]]),
  });

  const bars = barsOf([run("a", -1), run("b", Number.NaN), run("c", 3)], "m");
  expect(bars.map(({ run: { runId }, left, width }) => [runId, left, width])).toEqual([
    ["c", 25, 75],
    ["a", 0, 25],
    ["b", 25, 0.6],
  ]);
});

test("a sparkline fits its box and breaks at NaN", () => {
  const history = {
    steps: Float64Array.from([0, 1, 2]),
    values: Float64Array.from([0, Number.NaN, 1]),
    timestamps: Float64Array.from([0, 0, 0]),
  };

  expect(sparklinePath(history, true, 84, 20)).toBe("M2.0 18.0M82.0 2.0");
});

test("a chart in words names the least, greatest and last value of each line", () => {
  const lines = [plotLine("a", line([0, 1], [3, 1]), 0), plotLine("b", line([0], [Number.NaN]), 0)];

  expect(chartSummary("loss", lines, (id) => `run ${id}`)).toBe(
    "Line chart of loss. run a: minimum 1, maximum 3, last 1. run b: no finite value",
  );
});

test("a section moves among those that are shown, and keeps its place on other pages", () => {
  const sections = sectionsOf(["a/x", "b/x", "c/x"]);
  const order = movedSection(["a/", "b/", "c/"], ["z/"], "c/", -1);

  expect(order).toEqual(["a/", "c/", "b/", "z/"]);
  expect(inOrder(sections, order).map(({ prefix }) => prefix)).toEqual(["a/", "c/", "b/"]);
  expect(movedSection(["a/", "b/"], order, "a/", -1)).toEqual(order);
});
