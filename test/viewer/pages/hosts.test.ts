import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { MlrunsClient } from "../../../lib/client/client.ts";
import { DATA_SCHEMA_VERSION } from "../../../lib/wire/data-files.ts";
import { openPage } from "../../helpers/browser.ts";
import { serve } from "../../helpers/servers.ts";
import { makeTempFolder, makeTree } from "../../helpers/tree.ts";
import { exportSite, hostFolder } from "./hosts.ts";

async function exported(): Promise<{ url: string; folder: string }> {
  const folder = await exportSite(await makeTree("v3-basic"));
  return { url: (await hostFolder(folder)).url, folder };
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
  // A page whose code was not asked for before comes with the server.
  await page.evaluate(() => {
    location.hash = "#/compare-runs";
  });
  await page.getByText("The page opens as soon as it does.").waitFor();

  await serve(root, { port: server.port });
  await page.getByRole("button", { name: "Try again" }).click();
  await page.locator(".connection-bar").waitFor({ state: "detached" });
  await page.getByRole("heading", { name: "No runs to compare" }).waitFor();
});

test("without scripts a static site lists its experiments, and no empty frame", async () => {
  const { url } = await exported();

  const { page } = await openPage(url, { withoutScripts: true });

  expect(await page.getByRole("listitem").allInnerTexts()).toEqual(
    expect.arrayContaining([expect.stringMatching(/, \d+ runs?$/)]),
  );
  expect(await page.locator("#app").isVisible()).toBe(false);
});

test("data of a newer version is not misread: the page says so", async () => {
  const { url, folder } = await exported();
  const manifest = join(folder, "data", "manifest.json");
  const content = JSON.parse(await readFile(manifest, "utf8"));
  await writeFile(manifest, JSON.stringify({ ...content, schemaVersion: DATA_SCHEMA_VERSION + 1 }));

  const { page } = await openPage(url);

  await page.getByRole("heading", { name: /is newer than this viewer/ }).waitFor();
});

test("a tree without runs says where it looked and how a first run is logged", async () => {
  const root = join(await makeTempFolder(), "mlruns");
  const experimentId = await new MlrunsClient(root).createExperiment("empty");
  const { url } = await serve(root);

  const { page } = await openPage(`${url}/#/experiments/${experimentId}`);

  await page.getByRole("heading", { name: "No runs yet" }).waitFor();
  await page.getByText(`Looked for ${experimentId}/<run id>/meta.yaml in `).waitFor();
  expect(await page.locator("pre").allTextContents()).toEqual([
    expect.stringContaining(
      `mlflow.set_tracking_uri("${url}")\nmlflow.set_experiment("empty")\nwith mlflow.start_run():`,
    ),
    expect.stringContaining(`startRun({ trackingUri: "${url}", experimentName: "empty" }`),
  ]);
});

test("a chunk that cannot be loaded offers to reload", async () => {
  const site = await exported();
  const { page } = await openPage(`${site.url}#/`, { allow: /RunCompare|ERR_FAILED/ });
  await page.locator(".experiments-table").waitFor();
  await page.route(/RunCompare/, (route) => route.abort());

  await page.evaluate(() => {
    location.hash = "#/compare-runs?runs=a,b";
  });

  await page.getByRole("button", { name: "Reload the page" }).waitFor();
});
