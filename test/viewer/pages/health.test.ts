import { expect, test } from "vitest";
import { openPage } from "../../helpers/browser.ts";
import { makeCursedTree } from "../../helpers/cursed-tree.ts";
import { serve } from "../../helpers/servers.ts";

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
