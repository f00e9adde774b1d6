import { expect, test } from "vitest";
import { csvField, historiesCsv } from "../../../viewer/charts/csv.ts";
import { DASHES, lineStyles } from "../../../viewer/charts/line-styles.ts";
import { nearestIndex } from "../../../viewer/charts/nearest.ts";
import { makePlot, plotLine } from "../../../viewer/charts/plot.ts";
import { chartSvg, SVG_PLOT } from "../../../viewer/charts/svg.ts";
import { runColor } from "../../../viewer/state/run-color.ts";

test("a CSV holds every point with its full value, and no cell that a spreadsheet would run", () => {
  const csv = historiesCsv([
    {
      runId: "r1",
      runName: '=HYPERLINK("x")',
      key: "a,b",
      history: {
        steps: Float64Array.from([-1, 2]),
        values: Float64Array.from([0.1 + 0.2, Number.NaN]),
        timestamps: Float64Array.from([1700, 1800]),
      },
    },
  ]);

  expect(csv).toBe(
    [
      "run_id,run_name,metric,step,timestamp,value",
      `r1,"'=HYPERLINK(""x"")","a,b",-1,1700,0.30000000000000004`,
      `r1,"'=HYPERLINK(""x"")","a,b",2,1800,NaN`,
      "",
    ].join("\r\n"),
  );
  expect([csvField("-1.5"), csvField("-x"), csvField("plain")]).toEqual(["-1.5", "'-x", "plain"]);
});

test("a saved picture names its runs and never lets a name become markup", () => {
  const line = {
    x: Float64Array.from([0, 1, 2]),
    y: Float64Array.from([0, Number.NaN, 2]),
    order: null,
    exact: true,
  };
  const plot = makePlot([plotLine("a", line, 0)], {
    xKind: "step",
    logX: false,
    logY: false,
    clip: false,
    ...SVG_PLOT,
  });
  if (plot === undefined) throw new Error("no plot");

  const theme = { ground: "#fff", text: "#000", label: "#666", grid: "#eee", axis: "#999" };
  const svg = chartSvg(
    "loss",
    plot,
    [{ name: "<script>&", color: "#0b6eae", dash: 2, stroke: "line" }],
    theme,
  );

  expect(svg).toContain("&lt;script&gt;&amp;");
  expect(svg).not.toContain("<script");
  expect(svg).toContain('stroke="#0b6eae" stroke-width="1.5" stroke-dasharray="2 3"');
  expect(svg.match(/d="M[\d. ]+M[\d. ]+"/)).not.toBeNull();
});

test("the nearest point wins; at one x the last written; between two the left", () => {
  const x = Float64Array.from([0, 2, 2, 10]);

  expect([-5, 0.9, 1, 1.5, 2, 6, 6.1, 99].map((at) => nearestIndex(x, at))).toEqual([
    0, 0, 0, 2, 2, 2, 3, 3,
  ]);
  expect(nearestIndex([], 1)).toBe(-1);
});

test("up to four lines are solid, except two of one colour", () => {
  const ids = Array.from({ length: 500 }, (_, i) => `run-${i}`);
  const first = ids[0] as string;
  const twin = ids.find((id) => id !== first && runColor(id) === runColor(first)) as string;

  const styles = [...lineStyles([first, twin]).values()];

  expect(styles.map((style) => style.dash)).toEqual([0, 1]);
});

test("twenty lines of one chart all look different", () => {
  const ids = Array.from({ length: 20 }, (_, i) => `run-${i}`);

  const looks = [...lineStyles(ids).values()].map(({ color, dash }) => `${color} ${dash}`);

  expect(new Set(looks).size).toBe(20);
  expect(DASHES.length).toBe(4);
});
