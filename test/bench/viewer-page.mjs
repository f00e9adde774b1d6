import { chromium } from "playwright-core";

/** @typedef {import("playwright-core").Page} Page */

const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 3);
const SCROLL_FRAMES = 90;

/**
 * Opens an address with an empty cache in a new browser, until the frame that shows an element has been made. The page itself
 * tells, from the start of its navigation: to ask it from outside would cost it some 60 ms, as it makes the code that asks.
 *
 * @param {string} executablePath
 * @param {string} address
 * @param {string} selector
 * @param {number} timeout
 * @returns {Promise<{ seconds: number, script: number, data: number, requests: number }>} bytes as they were sent, and
 *   requests until then
 */
export function openFresh(executablePath, address, selector, timeout) {
  return inBrowser(executablePath, async (page) => {
    const session = await page.context().newCDPSession(page);
    await session.send("Network.enable");
    await session.send("Runtime.enable");
    await session.send("Runtime.addBinding", { name: "tellShown" });
    await page.addInitScript(watchFor, selector);
    /** @type {Map<string, string>} */
    const kinds = new Map();
    const sums = { script: 0, data: 0 };
    let requests = 0;
    session.on("Network.responseReceived", ({ requestId, type, response }) => {
      const isData = response.url.includes("/data/runs/");
      kinds.set(requestId, isData ? "data" : type === "Script" ? "script" : "other");
    });
    session.on("Network.requestWillBeSent", ({ request }) => {
      if (!request.url.startsWith("data:")) requests++;
    });
    session.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
      const kind = kinds.get(requestId);
      if (kind === "script" || kind === "data") sums[kind] += encodedDataLength;
    });
    const shown = /** @type {Promise<{ seconds: number, requests: number }>} */ (
      new Promise((resolve, reject) => {
        setTimeout(() => reject(new Error(`${selector} did not show`)), timeout).unref();
        session.on("Runtime.bindingCalled", ({ payload }) =>
          resolve({ seconds: Number(payload) / 1_000, requests }),
        );
      })
    );
    await page.goto(address, { waitUntil: "commit", timeout });
    const first = await shown;
    // What is sent just after the row belongs to the page as well.
    await page.waitForTimeout(500);
    return { ...sums, ...first };
  });
}

/**
 * In the page: tells when a frame with an element has been made, in milliseconds from the start of the navigation.
 *
 * @param {string} selector
 */
function watchFor(selector) {
  const { tellShown } = /** @type {any} */ (window);
  const observer = new MutationObserver(() => {
    if (document.querySelector(selector) === null) return;
    observer.disconnect();
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => tellShown(String(performance.now()));
    // A message that is sent in a frame comes after its picture has been made.
    requestAnimationFrame(() => port2.postMessage(null));
  });
  observer.observe(document, { childList: true, subtree: true });
}

/** Frames follow one another as fast as they are made: else none takes less than 16.7 ms, whatever it costs. */
export const UNLIMITED_FRAMES = ["--disable-frame-rate-limit", "--disable-gpu-vsync"];

/**
 * @template Value
 * @param {string} executablePath
 * @param {(page: Page) => Promise<Value>} action
 * @param {string[]} [flags] - of the browser
 */
export async function inBrowser(executablePath, action, flags = /** @type {string[]} */ ([])) {
  const browser = await chromium.launch({
    executablePath,
    args: ["--no-sandbox", "--disable-gpu", "--enable-precise-memory-info", ...flags],
  });
  try {
    return await action(await browser.newPage({ viewport: { width: 1440, height: 900 } }));
  } finally {
    await browser.close();
  }
}

/** @param {() => ReturnType<typeof openFresh>} open */
export async function medianOf(open) {
  const all = [];
  for (let i = 0; i < ROUNDS; i++) all.push(await open());
  all.sort((a, b) => a.seconds - b.seconds);
  const median = all[Math.floor(all.length / 2)];
  if (median === undefined) throw new Error("Nothing was measured");
  return median;
}

/**
 * Longest task that a change of the address causes, in milliseconds.
 *
 * @param {Page} page
 * @param {() => void} change
 */
export async function mainThreadOf(page, change) {
  await page.evaluate(() => {
    const seen = /** @type {number[]} */ ([0]);
    Object.assign(window, { seen });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) seen.push(entry.duration);
    }).observe({ type: "longtask" });
  });
  await page.evaluate(change);
  await page.waitForTimeout(800);
  return page.evaluate(() => Math.max(.../** @type {any} */ (window).seen));
}

/**
 * What frames cost while a table is scrolled, of the slow ones, in milliseconds.
 *
 * @param {Page} page
 * @param {number} step - pixels a frame
 */
export async function scroll(page, step) {
  const frames = await page.evaluate(
    async ({ count, step }) => {
      const box = /** @type {HTMLElement} */ (document.querySelector(".run-table"));
      const times = [];
      let last = await new Promise(requestAnimationFrame);
      for (let i = 0; i < count; i++) {
        box.scrollTop += step;
        const now = await new Promise(requestAnimationFrame);
        times.push(now - last);
        last = now;
      }
      return times;
    },
    { count: SCROLL_FRAMES, step },
  );
  return percentile(frames, 0.95);
}

/**
 * A page of nothing but rows, as many cells a row as the table shows, that scrolls by itself: what any page costs here.
 *
 * @param {number} rows
 * @param {number} cells
 */
export function plainRows(rows, cells) {
  const row = `<div class="row">${"<div>0.1234</div>".repeat(cells)}</div>`;
  return `<!doctype html><style>.run-table{height:800px;overflow:auto;font:13px sans-serif}
.row{display:flex;height:27px;border-bottom:1px solid #ddd;contain:layout style}.row div{width:80px;flex:none}</style>
<div class="run-table">${row.repeat(rows)}</div>`;
}

/**
 * What frames cost while the mouse goes over a chart, of the slow ones, in milliseconds. The moves are made in the page: from
 * outside each would take a round trip.
 *
 * @param {Page} page
 */
export async function hover(page) {
  const frames = await page.evaluate(async (count) => {
    const plot = /** @type {HTMLElement} */ (document.querySelector(".metric-chart-page .u-over"));
    const box = plot.getBoundingClientRect();
    const times = [];
    let last = await new Promise(requestAnimationFrame);
    for (let i = 0; i < count; i++) {
      const clientX = box.x + (box.width * i) / count;
      const clientY = box.y + box.height / 2;
      plot.dispatchEvent(new MouseEvent("mousemove", { bubbles: true, clientX, clientY }));
      const now = await new Promise(requestAnimationFrame);
      times.push(now - last);
      last = now;
    }
    return times;
  }, SCROLL_FRAMES);
  return percentile(frames, 0.95);
}

/** @param {readonly number[]} values @param {number} share */
export function percentile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length * share)] ?? 0;
}
