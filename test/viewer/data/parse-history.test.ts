import fc from "fast-check";
import { expect, test } from "vitest";
import { DATA_PATH } from "../../../lib/wire/data-paths.ts";
import {
  parseBinaryHistory,
  parsePyramid,
  parseTextHistory,
} from "../../../viewer/data/parse-history.ts";
import { golden, makeTree, TREE_NAMES } from "../../helpers/tree.ts";
import { siteFiles } from "../site-files.ts";

function parseText(text: string): {
  points: number[][];
  consumed: number;
} {
  const { steps, values, timestamps, consumed } = parseTextHistory(new TextEncoder().encode(text));
  const points = [...steps].map((step, i) => [timestamps[i], values[i], step] as number[]);
  return { points, consumed };
}

test("metric lines of every MLflow version are read: without a step, with one, with a dataset", () => {
  expect(parseText("100 0.5\n200 1e-07 2\n300 -inf -3 data digest\n400 nan 4\n")).toEqual({
    points: [
      [100, 0.5, 0],
      [200, 1e-7, 2],
      [300, Number.NEGATIVE_INFINITY, -3],
      [400, Number.NaN, 4],
    ],
    consumed: 54,
  });
});

test("a line that is still being written is left for later", () => {
  const { points, consumed } = parseText("100 0.5 1\n200 0.2");

  expect(points).toEqual([[100, 0.5, 1]]);
  expect(consumed).toBe(10);
});

test("lines that are no metric lines are left out", () => {
  expect(parseText("100 0.5 1\nlos\n\n200 x 2\n300 0.1 y\n400 0.2 3\n")).toEqual({
    points: [
      [100, 0.5, 1],
      [400, 0.2, 3],
    ],
    consumed: 43,
  });
});

test.each(["", "100 0.5 1"])("'%s' has no whole line", (text) => {
  expect(parseText(text)).toEqual({ points: [], consumed: 0 });
});

test.each(TREE_NAMES)("the histories of %s read as MLflow reads them", async (name) => {
  const files = siteFiles(await makeTree(name));
  const { runs } = await golden(name);
  for (const [runId, { metric_history }] of Object.entries(runs)) {
    for (const [key, history] of Object.entries(metric_history ?? {})) {
      const file = await files(DATA_PATH.historyText(runId, key));

      const { points } = parseText(file.kind === "text" ? file.text : "");

      expect(points).toEqual(
        history.map(({ timestamp, value, step, dataset_name }, i) => [
          timestamp,
          Number(value),
          // MLflow answers 0 for points with a dataset; the file knows better.
          dataset_name === undefined ? step : points[i]?.[2],
        ]),
      );
    }
  }
});

test("records read back, and a record that is still being written is left for later", () => {
  const record = fc.tuple(fc.double(), fc.double(), fc.double());
  fc.assert(
    fc.property(fc.array(record), fc.nat(23), (records, rest) => {
      const bytes = new Uint8Array(records.length * 24 + rest);
      const view = new DataView(bytes.buffer);
      for (const [i, number] of records.flat().entries()) view.setFloat64(i * 8, number, true);

      const parsed = parseBinaryHistory(bytes);

      expect([...parsed.steps]).toEqual(records.map(([step]) => step));
      expect([...parsed.values]).toEqual(records.map(([, value]) => value));
      expect([...parsed.timestamps]).toEqual(records.map(([, , time]) => time));
      expect(parsed.consumed).toBe(records.length * 24);
    }),
  );
});

test("a pyramid has a column for each end", () => {
  const bytes = new Uint8Array(new Float64Array([1, 2, 3, 4, 5, 6]).buffer);

  expect(parsePyramid(bytes)).toEqual({
    stepMin: new Float64Array([1]),
    stepMax: new Float64Array([2]),
    timeMin: new Float64Array([3]),
    timeMax: new Float64Array([4]),
    valueMin: new Float64Array([5]),
    valueMax: new Float64Array([6]),
  });
});
