import type { Page, Request } from "playwright-core";
import { MlrunsClient } from "../../../lib/client/client.ts";

/** How many of a kind are visited: the first ones, which have most to show. */
const OF_A_KIND = 2;
const PATIENCE_MS = 20_000;

const segments = (...parts: readonly string[]): string => parts.map(encodeURIComponent).join("/");

/** Addresses of a tree's pages: every route, every tab, every kind of thing that the tree has, and some that it has not. */
export async function addressesOf(root: string): Promise<string[]> {
  const client = new MlrunsClient(root);
  const { experiments } = await client.scanExperiments("ALL");
  const ids = experiments.map(({ experimentId }) => experimentId);
  const found = ["", "experiments/all?life=all", "models", "tree", "compare-runs"];
  found.push("views/none", "experiments/404", "nowhere", "models/none");
  const experimentsBySize = await bySize(client, ids);
  for (const [i, id] of experimentsBySize.entries()) {
    const all = await addressesOfRuns(client, id);
    // Every kind of page once; of the other experiments the table.
    found.push(...(i === 0 ? all : all.slice(0, 1)));
  }
  const { registeredModels } = await client.searchRegisteredModels();
  for (const { name } of registeredModels.slice(0, OF_A_KIND)) found.push(segments("models", name));
  const { modelVersions } = await client.searchModelVersions();
  for (const { name, version } of modelVersions.slice(0, OF_A_KIND)) {
    found.push(segments("models", name, "versions", version));
  }
  const { loggedModels } = await client.searchLoggedModels(ids);
  for (const { experimentId, modelId } of loggedModels.slice(0, OF_A_KIND)) {
    const model = segments("experiments", experimentId, "models", modelId);
    found.push(model, `${model}/artifacts`);
  }
  const { traces } = await client.searchTraces(ids);
  for (const { experimentId, traceId } of traces.slice(0, OF_A_KIND)) {
    found.push(segments("experiments", experimentId, "traces", traceId));
  }
  return [...new Set(found)].map((address) => `#/${address}`);
}

async function addressesOfRuns(client: MlrunsClient, experimentId: string): Promise<string[]> {
  const { records } = await client.scanRuns(experimentId);
  const place = segments("experiments", experimentId);
  const runs = records.map(({ run }) => run).sort((a, b) => weight(b) - weight(a));
  const runIds = runs.slice(0, 4).map(({ info }) => info.runId);
  const found = [
    "",
    "?q=nothing-like-this",
    "?q=params.x%20%3D%201",
    "?d=1&flat=1",
    "?mode=charts",
    "?mode=charts&tab=parallel",
    "?mode=charts&tab=scatter",
  ];
  const pages = [...found, "?mode=images", "/models", "/traces"].map((rest) => place + rest);
  for (const tab of ["values&d=0", "curves", "parallel", "scatter", "artifacts", "images"]) {
    pages.push(`compare-runs?runs=${runIds.join(",")}&tab=${tab}`);
  }
  for (const runId of runIds.slice(0, 1)) {
    const run = `${place}/runs/${runId}`;
    for (const tab of ["", "/metrics", "/system", "/artifacts", "/models", "/traces"]) {
      pages.push(run + tab);
    }
    const files = (await client.listArtifacts(runId)).filter(({ isDir }) => !isDir);
    for (const { path } of files.slice(0, OF_A_KIND)) {
      pages.push(`${run}/artifacts/${segments(...path.split("/"))}`);
    }
    const [metric] = Object.keys(runs[0]?.data.metrics ?? {});
    if (metric !== undefined) pages.push(`${segments("metric", metric)}?runs=${runIds.join(",")}`);
  }
  return pages;
}

/** Experiments that have runs, the one with the most first. */
async function bySize(client: MlrunsClient, ids: readonly string[]): Promise<string[]> {
  const sizes = new Map<string, number>();
  for (const id of ids) sizes.set(id, (await client.scanRuns(id)).records.length);
  return ids
    .filter((id) => sizes.get(id) !== 0)
    .sort((a, b) => (sizes.get(b) ?? 0) - (sizes.get(a) ?? 0));
}

function weight({ data }: { data: { metrics: object; params: object } }): number {
  return Object.keys(data.metrics).length + Object.keys(data.params).length;
}

/** Goes to another page of the viewer by its hash alone, waits until all of it is there, and returns its text. */
export async function goTo(page: Page, hash: string): Promise<string> {
  await page.evaluate((next) => {
    location.hash = next;
  }, hash);
  return await settle(page);
}

/** Reads of a page that are under way. */
const underWay = new WeakMap<Page, Set<Request>>();

/** Follows what a page asks for, as `settle` wants to know it. To be called once. */
export function follow(page: Page): void {
  const asked = new Set<Request>();
  underWay.set(page, asked);
  page.on("request", (request) => {
    // The stream of changes never ends.
    if (!request.url().endsWith("data/events")) asked.add(request);
  });
  page.on("requestfinished", (request) => asked.delete(request));
  page.on("requestfailed", (request) => asked.delete(request));
}

/** Waits until the page reads nothing any more, and what it shows stays as it is; returns that text. */
async function settle(page: Page): Promise<string> {
  const deadline = Date.now() + PATIENCE_MS;
  let before = "";
  let alike = 0;
  while (Date.now() < deadline) {
    const now = await page.evaluate(async () => {
      // Effects read what they need after a picture.
      await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve, 30)));
      const main = document.querySelector("main");
      const isBusy = main?.querySelector('[aria-busy="true"]') != null;
      return isBusy ? "" : (main?.textContent ?? "");
    });
    const isReading = /Reading[^…]{0,40}…/.test(now) || underWay.get(page)?.size !== 0;
    alike = now.length > 20 && !isReading && now === before ? alike + 1 : 0;
    // A chart that came into view begins to read a picture or two later.
    if (alike === 2) return now;
    before = now;
  }
  throw new Error(`${page.url()} was not there after ${PATIENCE_MS} ms: ${before.slice(0, 500)}`);
}
