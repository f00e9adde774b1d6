import { createServer } from "node:http";
import { timeRow } from "./measure.mjs";
import { serveMlflow, serveOurs } from "./rivals.mjs";
import {
  budgetRow,
  inBrowser,
  medianOf,
  openFresh,
  shownAfter,
  slowFrame,
  UNLIMITED_FRAMES,
  workPerFrame,
} from "./viewer-page.mjs";
import { wideRuns } from "./viewer-tree.mjs";

/** @typedef {import("playwright-core").Page} Page */
/**
 * @typedef {object} TableBench
 * @property {string} executablePath
 * @property {string} root
 * @property {string} folder - for what the servers keep
 * @property {number} size - runs
 */

/** How many times sooner than MLflow's page; with 10,000 runs that one shows none. */
const SOONER_THAN_MLFLOW = /** @type {Readonly<Record<number, number>>} */ ({ 100: 20, 1000: 50 });
/** Seconds. */
const FIRST_ROW_BUDGET = /** @type {Readonly<Record<number, number>>} */ ({
  100: 0.3,
  1000: 0.5,
  10000: 1,
});
const MLFLOW_PATIENCE_MS = 180_000;
/** `BENCH_VIEWER_MLFLOW=0` leaves MLflow's pages out, which take a minute each. */
const HAS_MLFLOW = process.env.BENCH_VIEWER_MLFLOW !== "0";
const SCROLL_STEP = 400;
const SCROLL_FRAMES = 90;
const WIDE_COLUMNS = 100;
/** A page of so many plain rows has as many elements in view as the table; there is enough to scroll over. */
const PLAIN_ROWS = 1_500;
const PLAIN_CELLS = 14;

const SHOWN_ROW = ".run-row";
/** In a page that has all of its code: the first rows come before. */
const WHOLE_PAGE_ROW = ".app:not([aria-busy]) .run-row";

/**
 * The first row and what was loaded for it, without an index and with one, beside MLflow's page and one with a row alone.
 *
 * @param {TableBench} bench
 */
export async function measureFirstRow({ executablePath, root, folder, size }) {
  const rows = [];
  const name = `${size.toLocaleString("en-US")} runs`;
  const server = await serveOurs(root, folder);
  const address = `http://127.0.0.1:${server.port}/#/experiments/0`;
  const cold = await openFresh(executablePath, address, SHOWN_ROW, 600_000);
  await untilRead(server.port);
  const ours = await medianOf(() => openFresh(executablePath, address, SHOWN_ROW, 120_000));
  const whole = await medianOf(() => openFresh(executablePath, address, WHOLE_PAGE_ROW, 120_000));
  const bare = await openBare(executablePath);
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
    const [script, theirScript] = [ours.script / 1e3, theirs.script / 1e3];
    const requests = `requests before the first row, ${name}`;
    rows.push(
      timeRow(`first row, ${name}`, ours.seconds, "MLflow's page", theirs.seconds, wanted),
      timeRow(`scripts, ${name}`, script, "MLflow's page", theirScript, 100, "KB"),
      timeRow(requests, ours.requests, "MLflow's page", theirs.requests, undefined, ""),
    );
  }
  const budget = FIRST_ROW_BUDGET[size];
  if (budget !== undefined) rows.push(budgetRow(`first row, ${name}`, ours.seconds, budget, "s"));
  rows.push(
    timeRow(`first row, ${name}`, ours.seconds, "a page of one row", bare.seconds),
    timeRow(`page that answers, ${name}`, whole.seconds, "a page of one row", bare.seconds),
  );
  if (size >= 10_000) {
    rows.push(
      budgetRow(`first row without an index, ${name}`, cold.seconds, 1.5, "s"),
      budgetRow("requests before the first row", ours.requests, 6, ""),
      budgetRow(`runs data, ${name} × 30 columns`, ours.data / 1e6, 1.5, "MB"),
      budgetRow(`longest task while loading, ${name}`, ours.longestTask, 200, "ms"),
    );
  }
  await server.stop();
  return rows;
}

/**
 * Sorting and filtering a table that is open, and what it holds.
 *
 * @param {TableBench} bench
 */
export async function measureUse({ executablePath, root, folder, size }) {
  const name = `${size.toLocaleString("en-US")} runs`;
  const server = await serveOurs(root, folder);
  await untilRead(server.port);
  const rows = await inBrowser(executablePath, async (page) => {
    await openWhole(page, `http://127.0.0.1:${server.port}/#/experiments/0`, size);
    const session = await page.context().newCDPSession(page);
    await session.send("HeapProfiler.collectGarbage");
    const heap = await page.evaluate(() => /** @type {any} */ (performance).memory.usedJSHeapSize);
    const search = (/** @type {string} */ query, /** @type {string} */ isShown) =>
      shownAfter(page, `location.hash = location.hash.replace(/\\?.*|$/, "?${query}")`, isShown);
    const sort = await search(
      "s=-metrics.metric_0",
      `document.querySelector("[aria-sort=descending]") !== null`,
    );
    const count = `document.querySelector(".page-foot b").textContent`;
    // The language of filters is a chunk of its own: the second filter is what typing feels like.
    await search("q=metrics.metric_1%20%3E%200", `${count} !== "${size.toLocaleString("en-US")}"`);
    const first = await page.evaluate(count);
    const filter = await search("q=metrics.metric_1%20%3E%200.5", `${count} !== "${first}"`);
    return [
      budgetRow(`heap, ${name}`, heap / 1e6, 150, "MB"),
      budgetRow(`sort, ${name}, until it is shown`, sort, 100, "ms"),
      budgetRow(`filter, ${name}, until it is shown`, filter, 100, "ms"),
    ];
  });
  await server.stop();
  return rows;
}

/**
 * What frames cost while a wide table is scrolled, beside a page of plain rows that the browser scrolls by itself.
 *
 * @param {TableBench} bench
 */
export async function measureWide({ executablePath, root, folder, size }) {
  const server = await serveOurs(root, folder);
  const wide = wideRuns(size, WIDE_COLUMNS);
  const ours = await inBrowser(
    executablePath,
    async (page) => {
      await page.route("**/data/runs/**", (route) =>
        route.fulfill({ contentType: "application/json", body: wide.file }),
      );
      const query = `c=${wide.columns.join(",")}`;
      await openWhole(page, `http://127.0.0.1:${server.port}/#/experiments/0?${query}`, size);
      return scroll(page);
    },
    UNLIMITED_FRAMES,
  );
  await server.stop();
  const plain = await inBrowser(
    executablePath,
    async (page) => {
      await page.setContent(plainRows(PLAIN_ROWS, PLAIN_CELLS));
      return scroll(page);
    },
    UNLIMITED_FRAMES,
  );
  const name = `${size.toLocaleString("en-US")} × ${WIDE_COLUMNS}`;
  const what = `scroll of ${SCROLL_STEP} px a frame, ${name}`;
  return [
    budgetRow(`${what}: work of the page, p95`, ours.work, 16, "ms"),
    timeRow(`${what}: frame, p95`, ours.frame, "plain rows", plain.frame, undefined, "ms"),
    timeRow(`${what}: work, p95`, ours.work, "plain rows", plain.work, undefined, "ms"),
    budgetRow(`${what}: longest without all rows`, ours.blank, 100, "ms"),
  ];
}

/**
 * Scrolls a table by a step a frame.
 *
 * @param {Page} page
 */
async function scroll(page) {
  let blank = 0;
  const frames = await workPerFrame(page, async () => {
    blank = await page.evaluate(
      async ({ count, step }) => {
        const box = /** @type {HTMLElement} */ (document.querySelector(".run-table"));
        const { left, bottom } = box.getBoundingClientRect();
        const isBlank = () =>
          document.elementFromPoint(left + 300, bottom - 40)?.closest(".run-row") === null;
        let longest = 0;
        /** @type {number | undefined} */
        let since;
        for (let i = 0; i < count; i++) {
          performance.mark("frame");
          box.scrollTop += step;
          if (isBlank()) since ??= performance.now();
          await new Promise(requestAnimationFrame);
          if (since !== undefined && !isBlank()) {
            longest = Math.max(longest, performance.now() - since);
            since = undefined;
          }
        }
        performance.mark("frame");
        return longest;
      },
      { count: SCROLL_FRAMES, step: SCROLL_STEP },
    );
  });
  return { blank, ...slowFrame(frames) };
}

/**
 * Opens a table and waits until all of its rows are there.
 *
 * @param {Page} page
 * @param {string} address
 * @param {number} size
 */
async function openWhole(page, address, size) {
  await page.goto(address);
  await page.locator(`.run-table[aria-rowcount="${size + 1}"]`).waitFor({ timeout: 60_000 });
  await page.waitForTimeout(1_000);
}

/**
 * Waits until a server has read its whole tree.
 *
 * @param {number} port
 */
async function untilRead(port) {
  const response = await fetch(`http://127.0.0.1:${port}/api/2.0/mlflow/runs/search`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ experiment_ids: ["0"], max_results: 1 }),
  });
  if (!response.ok) throw new Error(`The tree was not read: ${await response.text()}`);
}

/**
 * A page that is nothing but a row: what any page costs here.
 *
 * @param {string} executablePath
 */
async function openBare(executablePath) {
  const server = createServer((_, response) => {
    response.setHeader("content-type", "text/html").end("<!doctype html><p class=run-row>run</p>");
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  const address = server.address();
  const port = typeof address === "object" ? address?.port : undefined;
  const bare = await medianOf(() =>
    openFresh(executablePath, `http://127.0.0.1:${port}/`, SHOWN_ROW, 60_000),
  );
  server.closeAllConnections();
  server.close();
  return bare;
}

/**
 * A page of nothing but rows, as many cells a row as the table shows, that scrolls by itself: what any page costs here.
 *
 * @param {number} rows
 * @param {number} cells
 */
function plainRows(rows, cells) {
  const row = `<div class="run-row">${"<div>0.1234</div>".repeat(cells)}</div>`;
  return `<!doctype html><style>.run-table{height:800px;overflow:auto;font:13px sans-serif}
.run-row{display:flex;height:27px;border-bottom:1px solid #ddd;contain:layout style}.run-row div{width:80px;flex:none}</style>
<div class="run-table">${row.repeat(rows)}</div>`;
}
