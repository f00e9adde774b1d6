import { ensureChromium } from "../../.ci/ensure.mjs";
import { inTempFolder, timeRow } from "./measure.mjs";
import { serveMlflow, serveOurs } from "./rivals.mjs";
import { cached } from "./trees.mjs";
import {
  hover,
  inBrowser,
  mainThreadOf,
  medianOf,
  openFresh,
  plainRows,
  scroll,
  UNLIMITED_FRAMES,
} from "./viewer-page.mjs";
import { HOVERED_LINES, makeTree, runIdOf, writeLongRuns } from "./viewer-tree.mjs";

/** @typedef {import("./measure.mjs").Row} Row */
/** @typedef {import("playwright-core").Page} Page */

/** Runs of the trees. */
const SIZES = (process.env.BENCH_VIEWER_RUNS ?? "100,1000,10000")
  .split(",")
  .filter((size) => size !== "")
  .map(Number);
/** How many times sooner than MLflow's page; with 10,000 runs that one shows none. */
const SOONER_THAN_MLFLOW = /** @type {Readonly<Record<number, number>>} */ ({ 100: 20, 1000: 50 });
/** Seconds. */
const FIRST_ROW_BUDGET = /** @type {Readonly<Record<number, number>>} */ ({
  100: 0.3,
  1000: 0.5,
  10000: 1,
});
const MLFLOW_PATIENCE_MS = 180_000;
const SCROLL_STEP = 400;
/** A page of so many plain rows has as many elements in view as the table; there is enough to scroll over. */
const PLAIN_ROWS = 1_500;
const PLAIN_CELLS = 14;
/** `BENCH_VIEWER_MLFLOW=0` leaves MLflow's pages out, which take a minute each; `BENCH_VIEWER_CHARTS=0` the charts. */
const HAS_MLFLOW = process.env.BENCH_VIEWER_MLFLOW !== "0";
const HAS_CHARTS = process.env.BENCH_VIEWER_CHARTS !== "0";

/**
 * The budgets of the viewer in a headless Chromium, one page after the other, beside MLflow's own pages over the same
 * tree where there are such pages. A budget stands in the column of theirs with "budget" as its name.
 *
 * @returns {Promise<Row[]>}
 */
export async function run() {
  const executablePath = await ensureChromium();
  return inTempFolder(async (folder) => {
    const rows = [];
    for (const size of SIZES) {
      const tree = await cached(`viewer-${size}`, (target) => makeTree(target, size));
      rows.push(...(await measureTable(executablePath, tree, size, folder)));
    }
    if (!HAS_CHARTS) return rows;
    const long = await cached("viewer-long", (target) => {
      makeTree(target, 0);
      writeLongRuns(target);
    });
    rows.push(...(await measureCharts(executablePath, long, folder)));
    return rows;
  });
}

/**
 * First row, what was loaded for it, sorting, filtering, scrolling and the heap.
 *
 * @param {string} executablePath
 * @param {string} root
 * @param {number} size
 * @param {string} folder - for what the servers keep
 */
async function measureTable(executablePath, root, size, folder) {
  const rows = [];
  const server = await serveOurs(root, folder);
  const address = `http://127.0.0.1:${server.port}/#/experiments/0`;
  // Once for the catalog: warm is what the budget speaks of.
  await openFresh(executablePath, address, ".run-row", 600_000);
  const ours = await medianOf(() => openFresh(executablePath, address, ".run-row", 120_000));
  const budget = FIRST_ROW_BUDGET[size];
  const name = `${size.toLocaleString("en-US")} runs`;
  const wanted = SOONER_THAN_MLFLOW[size];
  if (wanted !== undefined && HAS_MLFLOW) {
    const mlflow = await serveMlflow(root, folder);
    const theirs = await openFresh(
      executablePath,
      `http://127.0.0.1:${mlflow.port}/#/experiments/0/runs`,
      'a[href*="/runs/a0000"]',
      MLFLOW_PATIENCE_MS,
    );
    await mlflow.stop();
    rows.push(
      timeRow(`first row, ${name}`, ours.seconds, "MLflow's page", theirs.seconds, wanted),
      timeRow(
        `scripts, ${name}`,
        ours.script / 1e3,
        "MLflow's page",
        theirs.script / 1e3,
        100,
        "KB",
      ),
      timeRow(
        `requests before the first row, ${name}`,
        ours.requests,
        "MLflow's page",
        theirs.requests,
        undefined,
        "",
      ),
    );
  }
  if (budget !== undefined) rows.push(budgetRow(`first row, ${name}`, ours.seconds, budget, "s"));
  if (size === Math.max(...SIZES)) {
    rows.push(budgetRow("requests before the first row", ours.requests, 6, ""));
    rows.push(budgetRow(`runs data, ${name}`, ours.data / 1e6, 1.5, "MB"));
    rows.push(...(await measureUse(executablePath, address, name)));
    rows.push(...(await measureScroll(executablePath, address, name)));
  }
  await server.stop();
  return rows;
}

/**
 * Sorting, filtering and scrolling a table that is open.
 *
 * @param {string} executablePath
 * @param {string} address
 * @param {string} name
 */
function measureUse(executablePath, address, name) {
  return inBrowser(executablePath, async (page) => {
    await page.goto(address);
    await page.locator(".run-row").first().waitFor();
    await page.waitForTimeout(1_000);
    const session = await page.context().newCDPSession(page);
    await session.send("HeapProfiler.collectGarbage");
    const heap = await page.evaluate(() => /** @type {any} */ (performance).memory.usedJSHeapSize);
    const sort = await mainThreadOf(page, () => {
      location.hash += "?s=-metrics.metric_0";
    });
    // The language of filters is a chunk of its own: the second filter is what typing feels like.
    await mainThreadOf(page, () => {
      location.hash = location.hash.replace(/\?.*/, "?q=metrics.metric_1%20%3E%200");
    });
    const filter = await mainThreadOf(page, () => {
      location.hash = location.hash.replace(/\?.*/, "?q=metrics.metric_1%20%3E%200.5");
    });
    return [
      budgetRow(`heap, ${name}`, heap / 1e6, 150, "MB"),
      budgetRow(`sort, ${name}`, sort, 100, "ms"),
      budgetRow(`filter, ${name}`, filter, 100, "ms"),
    ];
  });
}

/**
 * What frames cost while the table is scrolled, beside a page of plain rows that the browser scrolls by itself.
 *
 * @param {string} executablePath
 * @param {string} address
 * @param {string} name
 */
async function measureScroll(executablePath, address, name) {
  const open = (/** @type {(page: Page) => Promise<number>} */ action) =>
    inBrowser(executablePath, action, UNLIMITED_FRAMES);
  const ours = await open(async (page) => {
    await page.goto(address);
    await page.locator(".run-row").first().waitFor();
    await page.waitForTimeout(1_000);
    return scroll(page, SCROLL_STEP);
  });
  const plain = await open(async (page) => {
    await page.setContent(plainRows(PLAIN_ROWS, PLAIN_CELLS));
    return scroll(page, SCROLL_STEP);
  });
  const what = `scroll of ${SCROLL_STEP} px a frame, p95`;
  return [
    budgetRow(what, ours, 16, "ms"),
    timeRow(`${what}, ${name}`, ours, "plain rows", plain, undefined, "ms"),
  ];
}

/**
 * Long histories and many lines.
 *
 * @param {string} executablePath
 * @param {string} root
 * @param {string} folder - for what the server keeps
 */
async function measureCharts(executablePath, root, folder) {
  const server = await serveOurs(root, folder);
  const at = (/** @type {string} */ key, /** @type {string} */ runs) =>
    `http://127.0.0.1:${server.port}/#/metric/${key}?runs=${runs}`;
  const first = (/** @type {string} */ address) =>
    medianOf(() => openFresh(executablePath, address, ".metric-chart-page .uplot", 60_000));
  await openFresh(executablePath, at("middle", runIdOf(0)), ".metric-chart-page .uplot", 60_000);
  const middle = await first(at("middle", runIdOf(0)));
  const long = await first(at("long", runIdOf(0)));
  const ids = Array.from({ length: HOVERED_LINES }, (_, i) => runIdOf(i)).join(",");
  const moved = await inBrowser(
    executablePath,
    async (page) => {
      await page.goto(at("many", ids));
      await page.locator(".metric-chart-page .u-over").waitFor();
      await page.waitForTimeout(2_000);
      return hover(page);
    },
    UNLIMITED_FRAMES,
  );
  await server.stop();
  return [
    budgetRow("picture of 100,000 points, with the page", middle.seconds, 0.3 + 0.4, "s"),
    budgetRow("picture of 1,000,000 points, with the page", long.seconds, 1.5, "s"),
    budgetRow("cursor over 20 lines of 5,000 points, p95", moved, 16, "ms"),
  ];
}

/**
 * @param {string} what
 * @param {number} ours
 * @param {number} budget
 * @param {string} unit
 */
function budgetRow(what, ours, budget, unit) {
  // No long task at all is well within any budget.
  return timeRow(what, Math.max(ours, budget / 100), "the budget", budget, 1, unit);
}
