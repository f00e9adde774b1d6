import { appendFileSync } from "node:fs";
import { timeRow } from "./measure.mjs";
import { serveOurs } from "./rivals.mjs";
import {
  budgetRow,
  inBrowser,
  medianOf,
  openFresh,
  shownAfter,
  slowFrame,
  tasksDuring,
  UNLIMITED_FRAMES,
  workPerFrame,
} from "./viewer-page.mjs";
import { HOVERED_LINES, LIVE_METRIC, LIVE_POINTS, makeLiveTree, runIdOf } from "./viewer-tree.mjs";

/** @typedef {import("playwright-core").Page} Page */
/** @typedef {{ executablePath: string, root: string, folder: string }} ChartBench */

const HOVERED_FRAMES = 90;
/** A point that was logged is shown within this, whoever logged it. */
const LIVE_MS = 10_000;
/** How long a page is watched after it has shown the point. */
const WATCHED_MS = 1_500;

const CHART = ".metric-chart-page .uplot";
const NOTE = '(document.querySelector(".metric-chart-note")?.textContent ?? "")';

/**
 * Long histories and many lines.
 *
 * @param {ChartBench} bench
 */
export async function measureCharts({ executablePath, root, folder }) {
  const server = await serveOurs(root, folder);
  const hash = (/** @type {string} */ key, /** @type {string} */ runs) =>
    `#/metric/${key}?runs=${runs}`;
  const base = `http://127.0.0.1:${server.port}/`;
  const first = (/** @type {string} */ key) =>
    medianOf(() => openFresh(executablePath, base + hash(key, runIdOf(0)), CHART, 60_000));
  await openFresh(executablePath, base + hash("middle", runIdOf(0)), CHART, 60_000);
  const middlePage = await first("middle");
  const longPage = await first("long");
  const drawn = await inBrowser(executablePath, async (page) => {
    await page.goto(base + hash("many", runIdOf(0)));
    await page.locator(CHART).waitFor();
    await page.waitForTimeout(1_000);
    const show = (/** @type {string} */ key, /** @type {string} */ points) =>
      shownAfter(
        page,
        `location.hash = "${hash(key, runIdOf(0))}"`,
        `${NOTE} === "${points} points" && document.querySelector("h1").textContent === "${key}"`,
      );
    const middle = await show("middle", "100,000");
    const long = await show("long", "1,000,000");
    await page.waitForTimeout(500);
    // Twice, so that it is finer than the extremes that were sent.
    const zoom = `document.querySelector(".line-plot").dispatchEvent(new KeyboardEvent("keydown", { key: "+", bubbles: true }))`;
    await page.evaluate(() => {
      const { prototype } = CanvasRenderingContext2D;
      const { stroke } = prototype;
      Object.assign(window, { strokes: 0 });
      prototype.stroke = function (/** @type {any[]} */ ...path) {
        Object.assign(window, { strokes: /** @type {any} */ (window).strokes + 1 });
        return Reflect.apply(stroke, this, path);
      };
    });
    const zoomed = await shownAfter(page, zoom, "window.strokes > 0");
    await page.waitForTimeout(500);
    const exact = await shownAfter(page, zoom, `${NOTE}.includes(" of 1,000,000")`);
    return { middle, long, zoomed, exact };
  });
  const ids = Array.from({ length: HOVERED_LINES }, (_, i) => runIdOf(i)).join(",");
  const ours = await inBrowser(
    executablePath,
    async (page) => {
      await page.goto(base + hash("many", ids));
      await page.locator(".metric-chart-page .u-over").waitFor();
      await page.waitForTimeout(2_000);
      return hover(page, ".metric-chart-page .u-over");
    },
    UNLIMITED_FRAMES,
  );
  const plain = await inBrowser(
    executablePath,
    async (page) => {
      await page.setContent(PLAIN_CHART);
      await page.evaluate(drawPlainCursor);
      return hover(page, "canvas");
    },
    UNLIMITED_FRAMES,
  );
  await server.stop();
  const hovered = `cursor over ${HOVERED_LINES} lines of 5,000 points`;
  return [
    budgetRow("picture of 100,000 points", drawn.middle, 400, "ms"),
    budgetRow("picture of 100,000 points, with the page", middlePage.seconds, 0.3 + 0.4, "s"),
    budgetRow("picture of 1,000,000 points", drawn.long, 1_500, "ms"),
    budgetRow("picture of 1,000,000 points, with the page", longPage.seconds, 1.5, "s"),
    budgetRow("zoom into 1,000,000 points", drawn.zoomed, 100, "ms"),
    timeRow(
      "zoom into 1,000,000 points until every one is drawn",
      drawn.exact,
      "the first picture",
      drawn.zoomed,
      undefined,
      "ms",
    ),
    budgetRow(`${hovered}: work of the page, p95`, ours.work, 16, "ms"),
    timeRow(`${hovered}: frame, p95`, ours.frame, "a plain cursor", plain.frame, undefined, "ms"),
    timeRow(`${hovered}: work, p95`, ours.work, "a plain cursor", plain.work, undefined, "ms"),
  ];
}

/**
 * A point that is logged while its chart is looked at.
 *
 * @param {Omit<ChartBench, "root">} bench
 */
export async function measureLive({ executablePath, folder }) {
  const { root, file, runId } = makeLiveTree(folder);
  const server = await serveOurs(root, folder);
  const rows = await inBrowser(executablePath, async (page) => {
    await page.goto(`http://127.0.0.1:${server.port}/#/metric/${LIVE_METRIC}?runs=${runId}`);
    await page.locator(CHART).waitFor();
    await page.waitForTimeout(3_000);
    let requests = 0;
    page.on("request", () => {
      requests++;
    });
    const tasks = await tasksDuring(page, async () => {
      appendFileSync(file, `${Date.now()} 0.5 ${LIVE_POINTS}\n`);
      const points = (LIVE_POINTS + 1).toLocaleString("en-US");
      await page.getByText(`${points} points`).first().waitFor({ timeout: LIVE_MS });
      await page.waitForTimeout(WATCHED_MS);
    });
    return [
      budgetRow("point logged while it is looked at: longest task", Math.max(...tasks), 50, "ms"),
      budgetRow("point logged while it is looked at: requests", requests, 1, ""),
    ];
  });
  await server.stop();
  return rows;
}

/**
 * What frames cost while the mouse goes over a chart, of the slow ones, in milliseconds. The moves are made in the page: from
 * outside each would take a round trip.
 *
 * @param {Page} page
 * @param {string} selector
 */
async function hover(page, selector) {
  const frames = await workPerFrame(page, () =>
    page.evaluate(
      async ({ count, selector }) => {
        const plot = /** @type {HTMLElement} */ (document.querySelector(selector));
        const box = plot.getBoundingClientRect();
        for (let i = 0; i < count; i++) {
          performance.mark("frame");
          const clientX = box.x + (box.width * i) / count;
          const clientY = box.y + box.height / 2;
          plot.dispatchEvent(new MouseEvent("mousemove", { bubbles: true, clientX, clientY }));
          await new Promise(requestAnimationFrame);
        }
        performance.mark("frame");
      },
      { count: HOVERED_FRAMES, selector },
    ),
  );
  return slowFrame(frames);
}

/** A canvas as large as the chart's on which nothing but a line follows the mouse: what any page costs here. */
const PLAIN_CHART = `<!doctype html><canvas width="1130" height="620"></canvas>`;

function drawPlainCursor() {
  const canvas = /** @type {HTMLCanvasElement} */ (document.querySelector("canvas"));
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  canvas.addEventListener("mousemove", ({ clientX }) => {
    context.clearRect(0, 0, canvas.width, canvas.height);
    context.fillRect(clientX - canvas.getBoundingClientRect().x, 0, 1, canvas.height);
  });
}
