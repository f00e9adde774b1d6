/** Several roots in one viewer, in a real browser. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { RootsClient } from "../../../lib/client/roots-client.ts";
import { writeSite } from "../../../lib/site/write.ts";
import { openPage } from "../../helpers/browser.ts";
import { repoRoot } from "../../helpers/paths.ts";
import { makeTwoRoots, type TwoRoots } from "../../helpers/roots.ts";
import { serve } from "../../helpers/servers.ts";
import { makeTempFolder } from "../../helpers/tree.ts";
import { hostFolder } from "./hosts.ts";

const viewerDir = join(repoRoot, "dist", "viewer");

/** An export of both roots on a static host, below a path. */
async function exported({ ada, bob }: TwoRoots): Promise<string> {
  const folder = join(await makeTempFolder(), "site");
  await writeSite(new RootsClient([ada, bob]), folder, { viewerDir });
  return (await hostFolder(folder, "/a/b/")).url.replace(/\/$/, "");
}

/** Serves both roots by the command, and one that is not there. */
async function served({ folder, ada }: TwoRoots): Promise<string> {
  const args = [join(folder, "team", "*", "mlruns"), join(folder, "missing")];
  return (await serve(ada.root, { cwd: folder, args })).url;
}

/** The rows of the table, each as its cells in order; the name first. */
async function rowsOf(page: Page): Promise<string[][]> {
  return page
    .locator(".run-row")
    .evaluateAll((rows) =>
      rows.map((row) =>
        [...row.querySelectorAll("[role=gridcell], [role=rowheader]")]
          .map((cell) => cell.textContent?.trim() ?? "")
          .filter((text) => text !== ""),
      ),
    );
}

const HOSTS = { live: served, static: exported } as const;

test.each(Object.entries(HOSTS))(
  "two roots are one table that knows their names, and each run has its page, %s",
  async (_, host) => {
    const roots = await makeTwoRoots();
    const { experimentId, shared, own } = roots;
    const url = await host(roots);
    const { page } = await openPage(`${url}/#/`);

    // Experiments of one name are two, and open as one table.
    const names = page.locator(".experiments-table tbody tr", { hasText: "fraud" });
    await names.first().waitFor();
    expect(await names.locator(".root-label").allTextContents()).toEqual(
      expect.arrayContaining(["ada", "bob"]),
    );
    await page.getByRole("checkbox", { name: "Select fraud, ada" }).check();
    await page.getByRole("checkbox", { name: "Select fraud, bob" }).check();
    await page.getByRole("link", { name: "Open 2 together" }).click();
    await page.locator(".run-row").nth(3).waitFor();
    expect((await rowsOf(page)).map(([name, root]) => [name, root])).toEqual([
      ["of-ada", "ada"],
      ["sharedalso in bob", "ada"],
      ["shared1also in ada", "bob"],
      ["of-bob", "bob"],
    ]);
    await page.getByText("2 in several roots").waitFor();
    // A phone's cards say it, too.
    await page.setViewportSize({ width: 390, height: 800 });
    await page.locator(".run-card", { hasText: "also in bob" }).waitFor();
    await page.setViewportSize({ width: 1440, height: 900 });

    // Filtered, sorted and grouped by root.
    const at = async (query: string): Promise<void> => {
      await page.goto(`${url}/#/experiments/${experimentId},${experimentId}~bob?${query}`);
    };
    await at("q=attributes.root%20%3D%20'bob'%20AND%20metrics.loss%20%3C%201&flat=1");
    await expect
      .poll(async () => (await rowsOf(page)).map(([name]) => name))
      .toEqual(["of-bob", "sharedalso in ada"]);
    await page.getByText("viewer only").waitFor();
    await at("s=attributes.root,attributes.name&flat=1");
    await expect
      .poll(async () => (await rowsOf(page)).map(([, root]) => root))
      .toEqual(["ada", "ada", "bob", "bob"]);
    await at("g=attributes.root");
    await expect.poll(async () => page.locator(".run-row").count()).toBe(2);

    // The run of the second root, by the id that MLflow's clients print.
    const link = _ === "live" ? own : `${own}~bob`;
    await page.goto(`${url}/#/experiments/${experimentId}/runs/${link}`);
    await page.getByRole("heading", { name: "of-bob" }).waitFor();
    await page.waitForURL(`**/experiments/${experimentId}~bob/runs/${own}~bob`, { timeout: 5_000 });
    expect(await page.locator(".page-head .root-label").textContent()).toBe("bob");
    await page.getByRole("link", { name: /^Metrics/ }).click();
    await page.getByText("5 points").first().waitFor();
    await page.getByRole("link", { name: /^Artifacts/ }).click();
    await page.getByText("reports").first().waitFor();
    await page.goto(`${page.url()}/reports/report.html`);
    await page.frameLocator("iframe").getByText("bob's report").waitFor();

    // A run that both have: its page says so, and leads to a comparison of the two.
    await page.goto(`${url}/#/experiments/${experimentId}~bob/runs/${shared}~bob`);
    await page.getByText("A run of this id is in another root, too").waitFor();
    await page.getByRole("link", { name: "Compare them" }).click();
    await page.locator(".compare-table").waitFor();
    expect(await page.locator(".compare-run-note").allTextContents()).toEqual([
      expect.stringContaining("bob"),
      expect.stringContaining("ada"),
    ]);

    await page.goto(`${url}/#/tree`);
    await page.getByText("Runs in more than one root").waitFor();
    expect(await page.locator("main").textContent()).toContain(shared);
    if (_ === "live") await page.getByText("could not be opened").waitFor();
    await page.goto(`${url}/#/models/detector~bob`);
    await page.getByRole("heading", { name: "detector", exact: true }).waitFor();
    await page.getByText("Version 1").first().waitFor();
  },
);

test("edits land in the tree of their run, and a run of the second root grows on the screen", async () => {
  const roots = await makeTwoRoots();
  const { ada, bob, experimentId, shared } = roots;
  const live = await bob.createRun(experimentId, { runName: "live" });
  bob.logMetric(live.info.runId, "loss", 0.5, { step: 0 });
  const url = await served(roots);
  const runs = `${url}/#/experiments/${experimentId},${experimentId}~bob`;
  const { page } = await openPage(`${runs}?sel=${shared}~bob&flat=1`);

  await page.getByRole("button", { name: "Edit", exact: true }).click();
  await page.getByRole("menuitem", { name: "Set a tag…" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("textbox").nth(0).fill("verdict");
  await dialog.getByRole("textbox").nth(1).fill("copy");
  await dialog.getByRole("button", { name: /tag|save/i }).click();
  await dialog.waitFor({ state: "detached" });
  expect((await bob.getRun(shared)).data.tags.verdict).toBe("copy");
  expect((await ada.getRun(shared)).data.tags.verdict).toBeUndefined();

  const row = page.locator(".run-row", { hasText: "live" });
  await expect.poll(async () => row.textContent()).toContain("0.5000");
  bob.logMetric(live.info.runId, "loss", 0.125, { step: 1 });
  await expect.poll(async () => row.textContent(), { timeout: 15_000 }).toContain("0.1250");

  // A view of both is kept by one, in words that the other understands, too.
  await page.goto(`${url}/#/experiments/${experimentId}~bob?s=-metrics.loss`);
  await page.getByRole("button", { name: "Views" }).click();
  await page.getByRole("menuitem", { name: "Save this view…" }).click();
  await page.getByRole("dialog").getByRole("textbox").fill("by loss");
  await page.getByRole("dialog").getByRole("button", { name: "Save" }).click();
  await page.getByRole("dialog").waitFor({ state: "detached" });
  const tag = join(bob.root, experimentId, "tags", "mlruns.view.by loss");
  expect(await readFile(tag, "utf8")).toBe(`#/experiments/${experimentId}?s=-metrics.loss`);
  await page.goto(`${url}/#/views/by%20loss`);
  await page.waitForURL(`**/experiments/${experimentId}~bob?s=-metrics.loss`);
});
