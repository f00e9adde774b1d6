import { readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import sirv from "sirv";
import { expect, test } from "vitest";
import { MlrunsClient } from "../../../lib/client/client.ts";
import { writeSite } from "../../../lib/site/write.ts";
import { DATA_SCHEMA_VERSION } from "../../../lib/wire/data-files.ts";
import { openPage } from "../../helpers/browser.ts";
import { afterUse } from "../../helpers/cleanup.ts";
import { repoRoot } from "../../helpers/paths.ts";
import { serve } from "../../helpers/servers.ts";
import { makeTempFolder, makeTree } from "../../helpers/tree.ts";
import { MISSING_EXPERIMENT, placesOf } from "./places.ts";

const viewerDir = join(repoRoot, "dist", "viewer");

/** A static host that knows nothing of the viewer. */
async function host(folder: string): Promise<string> {
  const server = createServer(sirv(folder, { dev: true }));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  afterUse(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Exports a tree and serves it below a path. */
async function exported(root: string, path: string): Promise<{ url: string; folder: string }> {
  const parent = await makeTempFolder();
  const folder = join(parent, "site", path);
  await writeSite(new MlrunsClient(root), folder, { viewerDir, keepEnvironment: true });
  return { url: `${await host(join(parent, "site"))}/${path}`, folder };
}

const HOSTS: Readonly<Record<string, (root: string) => Promise<string>>> = {
  "the live server": async (root) => `${(await serve(root)).url}/`,
  "a static host": async (root) => (await exported(root, "")).url,
  "a static host below a path": async (root) => (await exported(root, "a/b/")).url,
};

test("every page says the same on the live server, on a static host and below a path", async () => {
  const root = await makeTree("v3-basic");
  const places = await placesOf(root, "churn");
  const said = new Map<string, Record<string, string>>();
  for (const [name, start] of Object.entries(HOSTS)) {
    const url = await start(root);
    const { page } = await openPage(url, { allow: MISSING_EXPERIMENT });
    const texts: Record<string, string> = {};
    for (const { name: place, hash, shown } of places) {
      await page.goto(`${url}${hash}`);
      await page.reload();
      await page.locator(shown).first().waitFor();
      await page.locator(".page-foot, .empty-state, .tree-note").first().waitFor();
      texts[place] = comparable(await page.locator("main").ariaSnapshot());
    }
    said.set(name, texts);
  }

  const [live, ...others] = [...said.values()];
  for (const other of others) expect(other).toEqual(live);
});

/** Without ages, roots and what only an owner sees. */
function comparable(snapshot: string): string {
  return snapshot
    .replaceAll(/\b(just now|now|\d+ (s|min|h|d)( ago)?)\b/g, "<age>")
    .replaceAll(/(read <age> from|static export of) .*/g, "<read>")
    .replaceAll(/read <age>, |followed live|asked every few seconds|connecting|static export/g, "")
    .replaceAll(/[^\s"]*mlruns[^\s",.]*\.?/g, "<root>")
    .replaceAll(/\n *- button "(Edit|Views)"/g, "");
}

test("a server that goes away is said, what was read stays, and coming back is noticed", async () => {
  const root = await makeTree("v3-basic");
  const server = await serve(root);
  const { page } = await openPage(`${server.url}/#/experiments/802030357794687314`, {
    allow: /ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED_ENCODING|net::ERR/,
  });
  await page.waitForResponse((response) => response.url().endsWith("data/events"));

  await server.stop();
  await page.getByText("The server does not answer").waitFor({ timeout: 30_000 });
  expect(await page.locator(".run-row").count()).toBeGreaterThan(0);

  await serve(root, { port: server.port });
  await page.getByRole("button", { name: "Try again" }).click();
  await page.getByText("The server does not answer").waitFor({ state: "detached" });
});

test("data of a newer version is not misread: the page says so", async () => {
  const { url, folder } = await exported(await makeTree("v3-basic"), "");
  const manifest = join(folder, "data", "manifest.json");
  const content = JSON.parse(await readFile(manifest, "utf8"));
  await writeFile(manifest, JSON.stringify({ ...content, schemaVersion: DATA_SCHEMA_VERSION + 1 }));

  const { page } = await openPage(url);

  await page.getByRole("heading", { name: /is newer than this viewer/ }).waitFor();
});

test("a tree without runs says where it looked and how a first run is logged", async () => {
  const root = join(await makeTempFolder(), "mlruns");
  await new MlrunsClient(root).createExperiment("empty");
  const { url } = await serve(root);

  const { page } = await openPage(`${url}/#/experiments/0`);

  await page.getByRole("heading", { name: "No runs yet" }).waitFor();
  expect(await page.locator("pre").allTextContents()).toEqual([
    expect.stringContaining("import mlflow"),
    expect.stringContaining('from "mlruns"'),
  ]);
});

test("a chunk that cannot be loaded offers to reload", async () => {
  const site = await exported(await makeTree("v3-basic"), "");
  const { page } = await openPage(`${site.url}#/`, { allow: /RunCompare|ERR_FAILED/ });
  await page.locator(".experiments-table").waitFor();
  await page.route(/RunCompare/, (route) => route.abort());

  await page.evaluate(() => {
    location.hash = "#/compare-runs?runs=a,b";
  });

  await page.getByRole("button", { name: "Reload the page" }).waitFor();
});
