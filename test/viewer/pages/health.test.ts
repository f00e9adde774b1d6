import { expect, test } from "vitest";
import { MlrunsClient } from "../../../lib/client/client.ts";
import { openPage } from "../../helpers/browser.ts";
import { makeCursedTree } from "../../helpers/cursed-tree.ts";
import { serve } from "../../helpers/servers.ts";
import { makeTree } from "../../helpers/tree.ts";

test("the menu counts as many problems as the health page lists, also those that are met only there", async () => {
  const { url } = await serve(await makeCursedTree());
  const { page } = await openPage(`${url}/#/models`);
  // With the events the page asks for the manifest again.
  await page.waitForResponse((response) => response.url().endsWith("data/events"));
  await page.waitForLoadState("networkidle");
  await page.evaluate(() => {
    location.hash = "#/tree";
  });
  const problems = page.locator(".tree-table tbody tr");
  await problems.first().waitFor();
  const listed = await problems.count();

  expect(listed).toBeGreaterThan(20);
  const count = page.getByRole("navigation").locator(".nav-warn");
  // At once: some seconds later the server's own count would say it too.
  await expect.poll(() => count.textContent(), { timeout: 2_000 }).toBe(`${listed} problems`);
});

test("the health page names runs that have died, and experiments that still record where the tree lay", async () => {
  const root = await makeTree("v2-basic");
  const client = new MlrunsClient(root);
  const { info: alive } = await client.createRun("0", { runName: "alive" });
  const { url } = await serve(root);
  const { page } = await openPage(`${url}/#/tree`);
  const part = (title: string) => page.locator("section", { hasText: title });
  const dead = part("Runs that have probably died");
  await dead.waitFor();

  expect(await dead.getByRole("link").count()).toBe(1);
  expect(await dead.getByRole("link").getAttribute("href")).toContain(
    "/runs/d52a94749d33449484e1fd9fb3e0d238",
  );
  expect(await dead.textContent()).not.toContain(alive.runName);
  const moved = part("Recorded where the tree lay before");
  expect(await moved.textContent()).toContain(`mlruns relocate ${root}`);
  expect(await moved.getByRole("listitem").allTextContents()).toContain(
    "Defaultfile:///tmp/tracking/mlruns/0",
  );
});
