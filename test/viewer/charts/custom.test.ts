import fc from "fast-check";
import { expect, test } from "vitest";
import type { StyledRun } from "../../../viewer/charts/chart-run.ts";
import {
  type CustomChart,
  changedChart,
  customGroups,
  customQuery,
  customRuns,
  readCustomCharts,
  titleOf,
  withoutChart,
} from "../../../viewer/charts/custom.ts";
import { hotLine, lineId } from "../../../viewer/charts/line-id.ts";
import { formatHash, parseHash, withQuery } from "../../../viewer/state/url.ts";

const losses: CustomChart = {
  title: "losses",
  metrics: ["train/loss", "val/loss, best"],
  runIds: ["a", "b"],
};

const run = (runId: string, color: number, ...metrics: string[]): StyledRun => ({
  runId,
  experimentId: "0",
  name: `run ${runId}`,
  startTime: 0,
  metrics: new Map(metrics.map((key) => [key, { count: 2, last: 1, step: 1 }])),
  style: { color, dash: 0 },
});

const linesOf = (chart: CustomChart, runs: readonly StyledRun[]) =>
  customRuns(chart, runs).map(({ runId, name, style, metrics }) => ({
    runId,
    name,
    ...style,
    isDrawn: metrics.has(chart.title),
  }));

test("a chart that was put together reads back from the address as it was written", () => {
  const text = fc.string({ minLength: 1, unit: "grapheme" });
  const chart = fc.record({
    title: text,
    metrics: fc.array(text, { minLength: 1 }),
    runIds: fc.option(fc.array(text, { minLength: 1 })),
  });
  fc.assert(
    fc.property(chart, (made) => {
      const hash = formatHash(
        withQuery({ path: ["experiments", "0"], query: new Map() }, customQuery(made)),
      );
      expect(readCustomCharts(parseHash(hash).query)).toEqual([made]);
    }),
  );
});

test("a chart under another title keeps its settings, and one that is removed leaves nothing", () => {
  const page = parseHash("#/experiments/0?y=log&y@losses=linear&sm@losses=0.5");
  const made = withQuery(page, customQuery(losses));
  const renamed = withQuery(
    made,
    changedChart(made.query, losses, { ...losses, title: "all losses", runIds: null }),
  );

  expect([...renamed.query]).toEqual([
    ["y", "log"],
    ["y@all losses", "linear"],
    ["sm@all losses", "0.5"],
    ["card@all losses", "train/loss,val/loss\\, best"],
  ]);
  expect([...withQuery(renamed, withoutChart("all losses")).query]).toEqual([["y", "log"]]);
});

test("a title says what is drawn and is no other chart's", () => {
  expect(titleOf(["a", "b"], null, new Set())).toBe("a, b");
  expect(titleOf(["a"], 2, new Set())).toBe("a (2 runs)");
  expect(titleOf(["a"], null, new Set(["a", "a 2"]))).toBe("a 3");
});

test("colours are runs and dashes are metrics; of a single run, colours are its metrics", () => {
  const runs = [run("a", 3, "train/loss", "val/loss, best"), run("b", 7, "train/loss")];

  expect(linesOf(losses, runs)).toEqual([
    { runId: "a\ntrain/loss", name: "train/loss · run a", color: 3, dash: 0, isDrawn: true },
    { runId: "b\ntrain/loss", name: "train/loss · run b", color: 7, dash: 0, isDrawn: true },
    {
      runId: "a\nval/loss, best",
      name: "val/loss, best · run a",
      color: 3,
      dash: 1,
      isDrawn: true,
    },
  ]);
  const [train, val] = linesOf(losses, runs.slice(0, 1));
  expect([train?.name, val?.name]).toEqual(["train/loss", "val/loss, best"]);
  expect(train?.color).not.toBe(val?.color);
  expect(linesOf({ ...losses, metrics: ["train/loss"] }, runs).map(({ name }) => name)).toEqual([
    "run a",
    "run b",
  ]);
});

test("groups of runs are groups of lines, one a metric", () => {
  const group = {
    id: '["0.1"]',
    name: "0.1 (2)",
    runIds: ["a", "b"],
    style: { color: 2, dash: 0 },
  };

  expect(customGroups({ ...losses, runIds: null }, [group])).toEqual([
    {
      id: '["0.1"]\ntrain/loss',
      name: "train/loss",
      runIds: ["a\ntrain/loss", "b\ntrain/loss"],
      style: { color: 2, dash: 0 },
    },
    {
      id: '["0.1"]\nval/loss, best',
      name: "val/loss, best",
      runIds: ["a\nval/loss, best", "b\nval/loss, best"],
      style: { color: 2, dash: 1 },
    },
  ]);
});

test("a run that is pointed at in one chart is found in a chart of several metrics, and back", () => {
  const several = [lineId("a", "x"), lineId("b", "x"), lineId("a", "y")];

  expect(hotLine(several, lineId("a", "y"))).toBe(lineId("a", "y"));
  expect(hotLine(several, "b")).toBe(lineId("b", "x"));
  expect(hotLine(["a", "b"], lineId("b", "x"))).toBe("b");
  expect(hotLine(several, "c")).toBe(null);
});
