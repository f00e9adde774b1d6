import { ensureChromium } from "../../.ci/ensure.mjs";
import { inTempFolder } from "./measure.mjs";
import { cached } from "./trees.mjs";
import { measureCharts, measureLive } from "./viewer-charts.mjs";
import { measureFirstRow, measureUse, measureWide } from "./viewer-table.mjs";
import { makeTree, writeLongRuns } from "./viewer-tree.mjs";

/** Runs of the trees. */
const SIZES = (process.env.BENCH_VIEWER_RUNS ?? "100,1000,10000")
  .split(",")
  .filter((size) => size !== "")
  .map(Number);
/** `BENCH_VIEWER_CHARTS=0` leaves the charts out, `BENCH_VIEWER_RUNS=` the table. */
const HAS_CHARTS = process.env.BENCH_VIEWER_CHARTS !== "0";

/**
 * The budgets of the viewer in a headless Chromium, one page after the other, beside MLflow's own pages over the same
 * tree where there are such pages, and beside bare pages that do the same without us. A budget stands in the column of
 * theirs with "budget" as its name.
 *
 * @returns {Promise<import("./measure.mjs").Row[]>}
 */
export async function run() {
  const executablePath = await ensureChromium();
  return inTempFolder(async (folder) => {
    const rows = [];
    for (const size of SIZES) {
      const tree = await cached(`viewer-${size}`, (target) => makeTree(target, size));
      const bench = { executablePath, root: tree, folder, size };
      rows.push(...(await measureFirstRow(bench)));
      if (size !== Math.max(...SIZES)) continue;
      rows.push(...(await measureUse(bench)));
      rows.push(...(await measureWide(bench)));
    }
    if (!HAS_CHARTS) return rows;
    const long = await cached("viewer-long", (target) => {
      makeTree(target, 0);
      writeLongRuns(target);
    });
    rows.push(...(await measureCharts({ executablePath, root: long, folder })));
    rows.push(...(await measureLive({ executablePath, folder })));
    return rows;
  });
}
