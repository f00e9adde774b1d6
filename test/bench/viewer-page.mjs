import { chromium } from "playwright-core";
import { CHROMIUM_FLAGS } from "../../.ci/ensure.mjs";
import { timeRow } from "./measure.mjs";

/** @typedef {import("playwright-core").Page} Page */

/** A page has loaded when it has asked for nothing for so long. */
const QUIET_MS = 500;
const WHOLE_MS = 5_000;
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 5);

/**
 * Opens an address with an empty cache in a new browser that has settled, until the frame that shows an element has been
 * made. The page itself tells, from the start of its navigation: to ask it from outside would cost it some 60 ms, as it
 * makes the code that asks.
 *
 * @param {string} executablePath
 * @param {string} address
 * @param {string} selector
 * @param {number} timeout
 * @returns {Promise<{ seconds: number, script: number, data: number, requests: number, longestTask: number }>} bytes as they
 *   were sent, requests until then, and the longest task until all is there, in milliseconds
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
    let open = 0;
    let quietSince = performance.now();
    session.on("Network.responseReceived", ({ requestId, type, response }) => {
      const isData = response.url.includes("/data/runs/");
      kinds.set(requestId, isData ? "data" : type === "Script" ? "script" : "other");
    });
    session.on("Network.requestWillBeSent", ({ request }) => {
      if (request.url.startsWith("data:") || request.url.endsWith("/data/events")) return;
      requests++;
      open++;
    });
    session.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
      open--;
      quietSince = performance.now();
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
    await untilCalm(page);
    await page.goto(address, { waitUntil: "commit", timeout });
    const first = await shown;
    // What is sent just after the row belongs to the page as well.
    quietSince = performance.now();
    const wholeBy = quietSince + WHOLE_MS;
    const isLoading = () => open > 0 || performance.now() - quietSince < QUIET_MS;
    while (isLoading() && performance.now() < wholeBy) await page.waitForTimeout(50);
    const longestTask = await page.evaluate(() => /** @type {any} */ (window).longestTask);
    return { ...sums, ...first, longestTask };
  });
}

/** A browser is calm when its processes take no more than this share of a core, over and over. */
const CALM_SHARE = 0.06;
const CALM_LOOKS = 2;
const LOOK_MS = 200;
const CALM_BY_MS = 10_000;

/**
 * Waits until a browser has done what it does when it starts: for most of a second it sets up its own windows on every core,
 * which is no part of any page.
 *
 * @param {Page} page
 */
async function untilCalm(page) {
  const session = await page.context().browser()?.newBrowserCDPSession();
  if (session === undefined) throw new Error("The browser has ended");
  const secondsOfCpu = async () => {
    const { processInfo } = await session.send("SystemInfo.getProcessInfo");
    return processInfo.reduce((sum, { cpuTime }) => sum + cpuTime, 0);
  };
  const until = performance.now() + CALM_BY_MS;
  let before = await secondsOfCpu();
  for (let calm = 0; calm < CALM_LOOKS && performance.now() < until; ) {
    await page.waitForTimeout(LOOK_MS);
    const now = await secondsOfCpu();
    calm = now - before < (CALM_SHARE * LOOK_MS) / 1_000 ? calm + 1 : 0;
    before = now;
  }
  await session.detach();
}

/**
 * In the page: tells when a frame with an element has been made, in milliseconds from the start of the navigation.
 *
 * @param {string} selector
 */
function watchFor(selector) {
  const { tellShown } = /** @type {any} */ (window);
  Object.assign(window, { longestTask: 0 });
  new PerformanceObserver((list) => {
    const all = list.getEntries().map(({ duration }) => duration);
    const known = /** @type {any} */ (window).longestTask;
    Object.assign(window, { longestTask: Math.max(known, ...all) });
  }).observe({ type: "longtask", buffered: true });
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
    args: [...CHROMIUM_FLAGS, "--enable-precise-memory-info", ...flags],
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
 * Milliseconds from a change until the frame that shows it has been made.
 *
 * @param {Page} page
 * @param {string} change - script
 * @param {string} isShown - expression
 * @returns {Promise<number>}
 */
export function shownAfter(page, change, isShown) {
  return page.evaluate(`new Promise((resolve) => {
    const start = performance.now();
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => resolve(performance.now() - start);
    const look = () => (${isShown}) ? port2.postMessage(null) : requestAnimationFrame(look);
    ${change};
    requestAnimationFrame(look);
  })`);
}

/**
 * How long the main thread of a page has worked on end while something is done, each time, in milliseconds.
 *
 * @param {Page} page
 * @param {() => Promise<unknown>} action
 */
export async function tasksDuring(page, action) {
  const { tasks } = await trace(page, action);
  return tasks.map(({ took }) => took);
}

/**
 * What frames take, and what of it the main thread works, in milliseconds. Where a frame begins the action marks with
 * `performance.mark("frame")`, and once more at the end.
 *
 * @param {Page} page
 * @param {() => Promise<unknown>} action
 */
export async function workPerFrame(page, action) {
  const { tasks, marks } = await trace(page, action);
  // What follows a mark in its task, such as the layout of the frame, is of the frame.
  const starts = marks.map((mark) => tasks.findLast(({ at }) => at <= mark)?.at ?? mark);
  return starts.slice(0, -1).map((start, i) => {
    const end = starts[i + 1] ?? start;
    const own = tasks.filter(({ at }) => at >= start && at < end);
    return { took: end - start, work: own.reduce((sum, { took }) => sum + took, 0) };
  });
}

/**
 * The tasks of a page's main thread while something is done, and the marks that it made, by the same clock.
 *
 * @param {Page} page
 * @param {() => Promise<unknown>} action
 */
async function trace(page, action) {
  const browser = page.context().browser();
  if (browser === null) throw new Error("The browser has ended");
  await browser.startTracing(page, { categories: TRACED });
  await page.evaluate(() => performance.mark("main thread"));
  await action();
  /** @type {{ traceEvents: readonly TraceEvent[] }} */
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString());
  const main = traceEvents.find(({ name }) => name === "main thread");
  const own = traceEvents.filter(({ pid, tid }) => pid === main?.pid && tid === main.tid);
  const inOrder = (/** @type {string} */ wanted) =>
    own
      .filter(({ name, dur }) => name === wanted && (wanted === "frame" || dur !== undefined))
      .map(({ ts, dur = 0 }) => ({ at: ts / 1_000, took: dur / 1_000 }))
      .sort((a, b) => a.at - b.at);
  return { tasks: inOrder(TASK), marks: inOrder("frame").map(({ at }) => at) };
}

/** @typedef {{ name: string, pid: number, tid: number, ts: number, dur?: number }} TraceEvent */

const TASK = "RunTask";
const TRACED = ["disabled-by-default-devtools.timeline", "blink.user_timing"];

/**
 * @param {string} what
 * @param {number} ours
 * @param {number} budget
 * @param {string} unit
 */
export function budgetRow(what, ours, budget, unit) {
  // Nothing at all is well within any budget.
  return timeRow(what, Math.max(ours, budget / 100), "the budget", budget, 1, unit);
}

/**
 * What 95 of 100 frames keep to.
 *
 * @param {readonly { work: number, took: number }[]} frames - milliseconds
 */
export function slowFrame(frames) {
  return {
    work: percentile(
      frames.map(({ work }) => work),
      0.95,
    ),
    frame: percentile(
      frames.map(({ took }) => took),
      0.95,
    ),
  };
}

/** @param {readonly number[]} values @param {number} share */
function percentile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length * share)] ?? 0;
}
