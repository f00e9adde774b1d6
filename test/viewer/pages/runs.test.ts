import { appendFile, mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { MlrunsClient } from "../../../lib/client/client.ts";
import { openPage } from "../../helpers/browser.ts";
import { serve } from "../../helpers/servers.ts";
import { makeTempFolder, makeTree } from "../../helpers/tree.ts";

const START = 1_700_000_000_000;

/** A sweep of twelve runs whose values are known. */
async function makeSweep(): Promise<{ root: string; experimentId: string }> {
  const root = join(await makeTempFolder(), "mlruns");
  const client = new MlrunsClient(root);
  const experimentId = await client.createExperiment("sweep");
  for (let i = 0; i < 12; i++) {
    const run = await client.createRun(experimentId, {
      runName: `run-${i}`,
      startTime: 1_700_000_000_000 + i * 60_000,
    });
    const { runId } = run.info;
    await client.logBatch(runId, {
      metrics: [{ key: "val/acc", value: i / 20, step: 1, timestamp: 1_700_000_000_000 }],
      params: [
        { key: "lr", value: i % 2 === 0 ? "0.1" : "0.01" },
        { key: "seed", value: "7" },
      ],
    });
    await client.setTerminated(runId, "FINISHED", {
      endTime: 1_700_000_000_000 + (2 * i + 1) * 60_000,
    });
  }
  return { root, experimentId };
}

async function openSweep(query = "", options?: Parameters<typeof openPage>[1]): Promise<Page> {
  const { root, experimentId } = await makeSweep();
  const { url } = await serve(root);
  const { page } = await openPage(`${url}/#/experiments/${experimentId}${query}`, options);
  await page.locator(".run-row").first().waitFor();
  return page;
}

/** Names of the runs from top to bottom. */
async function namesOf(page: Page): Promise<string[]> {
  const rows = await page
    .locator(".run-row")
    .evaluateAll((elements) =>
      elements
        .sort(
          (a, b) =>
            Number(a.getAttribute("aria-rowindex")) - Number(b.getAttribute("aria-rowindex")),
        )
        .map((row) => row.querySelector(".run-name-link")?.textContent ?? ""),
    );
  return rows;
}

const headings = (page: Page): Promise<string[]> =>
  page.locator('[role="columnheader"] .run-head-label').allTextContents();

test("a name stays where it is while the table is scrolled sideways, and back", async () => {
  const columns = "metrics.val/acc,params.lr,params.seed,attributes.id,attributes.user";
  const page = await openSweep(`?c=${columns}&o=metrics.val/acc~w600`, {
    viewport: { width: 760, height: 600 },
  });
  const places = (): Promise<unknown> =>
    page.evaluate(() =>
      [".run-row .run-name", ".run-row > .run-cells > div"].map((selector) =>
        Math.round(document.querySelector(selector)?.getBoundingClientRect().left ?? -1),
      ),
    );
  const scrollTo = (left: number): Promise<unknown> =>
    page.locator(".run-table").evaluate(async (box, to) => {
      box.scrollLeft = to;
      await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
      return box.scrollLeft;
    }, left);
  const [name, cell] = (await places()) as [number, number];

  expect(await scrollTo(40)).toBe(40);
  expect(await places()).toEqual([name, cell - 40]);
  await scrollTo(0);
  expect(await places()).toEqual([name, cell]);
});

test("a filter, a sort and columns are still there after a reload", async () => {
  const page = await openSweep();
  await page.getByRole("combobox", { name: "Filter runs" }).fill("params.lr = '0.1'");
  await page.keyboard.press("Enter");
  await page.getByRole("columnheader", { name: "acc" }).getByRole("button").first().click();
  await page.getByRole("button", { name: "Columns", exact: true }).click();
  await page.getByLabel("Run id", { exact: true }).check();
  await page.keyboard.press("Escape");
  await expect
    .poll(() => namesOf(page))
    .toEqual(["run-10", "run-8", "run-6", "run-4", "run-2", "run-0"]);
  const before = { names: await namesOf(page), heads: await headings(page) };

  await page.reload();

  await expect.poll(() => namesOf(page)).toEqual(before.names);
  expect(await headings(page)).toEqual(before.heads);
  expect(before.heads).toContain("Run id");
});

test("three selected runs are compared, and only what differs is shown", async () => {
  const page = await openSweep("?s=metrics.val/acc");
  for (const name of ["run-0", "run-1", "run-2"]) {
    await page.getByRole("checkbox", { name: `Select ${name}`, exact: true }).check();
  }
  await page.getByRole("link", { name: "Compare 3" }).click();

  await page.getByRole("heading", { name: "Compare 3 runs" }).waitFor();
  const keys = page.locator('th[scope="row"]');
  await expect.poll(() => keys.allTextContents()).toEqual(["val/acc", "lr", "started", "took"]);
  await page.getByRole("button", { name: /Only differences/ }).click();
  await expect.poll(() => keys.allTextContents()).toContain("seed");
  const acc = page.locator("tr", { has: page.getByRole("rowheader", { name: "val/acc" }) });
  expect(await acc.locator("td").allTextContents()).toEqual([
    "0",
    "0.05000+0.0500",
    "0.1000+0.100",
  ]);
});

test("Back from a run finds the table as it was left, and the keyboard where it was", async () => {
  const page = await openSweep();
  await page.getByRole("grid").focus();
  for (const key of ["ArrowDown", "ArrowDown", "ArrowRight", "ArrowLeft", "Enter"]) {
    await page.keyboard.press(key);
  }
  await page.getByRole("heading", { name: "run-9" }).waitFor();

  await page.goBack();

  const grid = page.getByRole("grid");
  await expect
    .poll(() => grid.evaluate((element) => element === document.activeElement))
    .toBe(true);
  expect(await grid.getAttribute("aria-activedescendant")).toBe("run-cell-2-0");
  await page.goForward();
  await page.getByRole("heading", { name: "run-9" }).waitFor();
});

test("everything goes by keyboard: filter, suggestions, sort, selection, comparison, palette", async () => {
  const page = await openSweep();
  await page.keyboard.press("/");
  await page.keyboard.type("params.l");
  await page.getByRole("option").first().waitFor();
  for (const key of ["Tab", "Tab"]) await page.keyboard.press(key);
  await page.keyboard.press("Tab");
  await page.keyboard.press("Escape");
  await page.keyboard.press("Enter");
  await expect.poll(() => namesOf(page)).toHaveLength(6);

  await page.getByRole("grid").focus();
  await page.keyboard.press("ArrowUp");
  for (let i = 0; i < 3; i++) await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Enter");
  await expect
    .poll(() => page.getByRole("columnheader", { name: "acc" }).getAttribute("aria-sort"))
    .toBe("descending");

  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Space");
  await page.keyboard.press("Shift+ArrowDown");
  await page.keyboard.press("Shift+ArrowDown");
  await page.getByText("3 selected").waitFor();
  await page.keyboard.press("c");
  await page.getByRole("heading", { name: "Compare 3 runs" }).waitFor();

  // The palette is a chunk of its own, and what is typed before it is here belongs to it all the same.
  await page.route(/\/Palette-/, async (route) => {
    await new Promise((resolve) => setTimeout(resolve, 300));
    await route.continue();
  });
  await page.keyboard.press("Control+k");
  await page.keyboard.type("health");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Health" }).waitFor();
  await page.keyboard.press("?");
  await page.getByRole("dialog", { name: "Keyboard help" }).waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
});

test("a mistake in the filter keeps the rows, says what belongs there, and mends itself on request", async () => {
  const page = await openSweep();
  await page.getByRole("combobox", { name: "Filter runs" }).fill("params.lr = 0.1");
  await page.keyboard.press("Escape");

  await page.getByText("param values are text").waitFor();
  expect(await namesOf(page)).toHaveLength(12);
  await page.getByRole("button", { name: "Use '0.1'" }).click();

  await expect.poll(() => namesOf(page)).toHaveLength(6);
});

test("a metric that is being logged, and a run that appears, are seen without a reload", async () => {
  const { root, experimentId } = await makeSweep();
  const { url } = await serve(root);
  const { page } = await openPage(`${url}/#/experiments/${experimentId}?s=-metrics.val/acc`);
  await page.locator(".run-row").first().waitFor();
  await page.evaluate(() => Object.assign(window, { isSamePage: true }));
  // The page listens once it has read what it shows.
  await page.waitForResponse((response) => response.url().endsWith("data/events"));

  const client = new MlrunsClient(root);
  const { info } = await client.createRun(experimentId, { runName: "fresh" });
  const folder = join(root, experimentId, info.runId, "metrics", "val");
  await mkdir(folder, { recursive: true });
  await appendFile(join(folder, "acc"), `${Date.now()} 0.77 1\n`);
  await expect
    .poll(() => namesOf(page).then(([first]) => first), { timeout: 15_000 })
    .toBe("fresh");
  await appendFile(join(folder, "acc"), `${Date.now()} 0.7777 2\n`);

  await page.getByRole("gridcell", { name: "0.7777" }).waitFor();
  expect(await page.evaluate(() => "isSamePage" in window)).toBe(true);
});

test("runs are tagged, deleted and restored from the table", async () => {
  const page = await openSweep();
  await page.getByRole("checkbox", { name: "Select run-11", exact: true }).check();
  await page.getByRole("button", { name: "Edit" }).click();
  await page.getByRole("menuitem", { name: "Set a tag…" }).click();
  await page.getByLabel("Key", { exact: true }).fill("stage");
  await page.getByLabel("Value", { exact: true }).fill("candidate");
  await page.getByRole("button", { name: "Set tag" }).click();
  await page.getByText("Set the tag on 1 run").waitFor();

  await page.getByRole("button", { name: "Edit" }).click();
  await page.getByRole("menuitem", { name: "Delete…" }).click();
  await page.getByRole("button", { name: "Delete", exact: true }).click();
  await expect.poll(() => namesOf(page)).toHaveLength(11);

  await page.getByRole("button", { name: "Group" }).click();
  await page.getByLabel("Which runs").selectOption("deleted");
  await page.keyboard.press("Escape");
  await expect.poll(() => namesOf(page)).toEqual(["run-11"]);
  await page.getByRole("button", { name: "Edit" }).click();
  await page.getByRole("menuitem", { name: "Restore" }).click();
  await page.getByRole("button", { name: "Restore", exact: true }).click();
  await page.getByText("No deleted runs").waitFor();
});

test("a read-only server's page offers no edits", async () => {
  const { root, experimentId } = await makeSweep();
  const { url } = await serve(root, { args: ["--read-only"] });
  const { page } = await openPage(`${url}/#/experiments/${experimentId}`);
  await page.getByRole("checkbox", { name: "Select run-11", exact: true }).check();

  await page.getByText("1 selected").waitFor();
  expect(await page.getByRole("button", { name: "Edit" }).count()).toBe(0);
});

test("the export has every run that matches, drawn or not", async () => {
  const page = await openSweep("?q=params.lr%20%3D%20%270.1%27");
  await expect.poll(() => namesOf(page)).toHaveLength(6);
  const [download] = await Promise.all([page.waitForEvent("download"), page.keyboard.press("e")]);

  const stream = await download.createReadStream();
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  const lines = Buffer.concat(chunks).toString().trimEnd().split("\r\n");
  expect(lines[0]).toBe(
    "run_id,attributes.name,attributes.start,attributes.duration,metrics.val/acc",
  );
  expect(lines.slice(1).map((line) => line.split(",")[1])).toEqual([
    "run-10",
    "run-8",
    "run-6",
    "run-4",
    "run-2",
    "run-0",
  ]);
});

test("groups are summed up, and open to their runs", async () => {
  const page = await openSweep("?g=params.lr");

  await page.getByRole("button", { name: "Show the runs below 6 runs" }).first().waitFor();
  const cells = await page.locator(".run-row").first().getByRole("gridcell").allTextContents();
  expect(cells).toContain("0.3000 ±0.19");
  await page.getByRole("button", { name: "Show the runs below 6 runs" }).first().click();
  await expect.poll(() => page.locator(".run-row").count()).toBe(8);
});

test("a view is saved in the tree and opens by its name", async () => {
  const page = await openSweep("?q=params.lr%20%3D%20%270.1%27&s=metrics.val/acc");
  await page.getByRole("button", { name: "Views" }).click();
  await page.getByRole("menuitem", { name: "Save this view…" }).click();
  await page.getByLabel("Name of the view").fill("high lr");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("Saved the view").waitFor();

  const { origin } = new URL(page.url());
  await page.goto(`${origin}/#/views/high%20lr`);

  await expect
    .poll(() => namesOf(page))
    .toEqual(["run-0", "run-2", "run-4", "run-6", "run-8", "run-10"]);
});

test.each(["v1-legacy", "v2-basic", "v3-basic", "v3-edge", "v3-sklearn"] as const)(
  "every experiment of %s shows all its runs, deleted ones too",
  async (name) => {
    const root = await makeTree(name);
    const client = new MlrunsClient(root);
    const { url } = await serve(root);
    const { page } = await openPage(`${url}/#/`);
    const { experiments } = await client.searchExperiments({ viewType: "ALL" });
    for (const { experimentId } of experiments) {
      const { runs } = await client.searchRuns([experimentId], { viewType: "ALL" });
      await page.goto(`${url}/#/experiments/${experimentId}?life=all&flat=1`);
      const count = page.locator(".page-foot b").first();

      if (runs.length === 0) await page.getByText("No runs yet").waitFor();
      else await expect.poll(() => count.textContent()).toBe(String(runs.length));
    }
  },
);

test("runs that are still being read are not said to be none", async () => {
  const { root, experimentId } = await makeSweep();
  const { url } = await serve(root);
  const { page } = await openPage(`${url}/#/`);
  let release = (): void => undefined;
  const isReleased = new Promise<void>((resolve) => {
    release = resolve;
  });
  await page.route(/data\/runs\//, async (route) => {
    await isReleased;
    await route.continue();
  });

  await page.goto(`${url}/#/experiments/${experimentId}`);
  await page.reload();
  await page.getByText("Reading 12 runs…").waitFor();
  expect(await page.locator("footer").textContent()).toBe("Reading the runs…");

  release();
  await expect.poll(() => namesOf(page)).toHaveLength(12);
  expect(await page.locator("footer").textContent()).toContain("12 of 12 runs");
});

test("a large experiment begins with its newest runs, and what was selected meanwhile stays when all are there", async () => {
  const root = join(await makeTempFolder(), "mlruns");
  const client = new MlrunsClient(root);
  const experimentId = await client.createExperiment("large");
  for (let i = 0; i < 550; i++)
    await client.createRun(experimentId, { runName: `run-${i}`, startTime: START + i * 60_000 });
  // The last folder is that of a run which began long ago: the list will put it where it belongs.
  await client.createRun(experimentId, { runName: "imported", startTime: START - 60_000 });
  await client.clearCatalog();
  const { url } = await serve(root);
  const { page } = await openPage(`${url}/version`, { allow: /favicon/ });
  let release = (): void => undefined;
  const isReleased = new Promise<void>((resolve) => {
    release = resolve;
  });
  // So that its counts do not bring the list first.
  await page.route(/data\/experiments\.json/, async (route) => {
    await isReleased;
    await route.continue();
  });
  let asked = 0;
  await page.route(/data\/runs\//, async (route) => {
    if (++asked === 2) await isReleased;
    await route.continue();
  });

  await page.goto(`${url}/#/experiments/${experimentId}`);
  await page.getByText("Reading: 0 of 551 runs").waitFor();
  expect((await namesOf(page)).slice(0, 2)).toEqual(["run-549", "run-548"]);
  expect(await page.locator("footer b").textContent()).toBe("100");
  await page.getByRole("checkbox", { name: "Select run-548", exact: true }).check();

  release();
  await expect.poll(() => page.locator("footer b").textContent(), { timeout: 30_000 }).toBe("551");
  expect((await namesOf(page)).slice(0, 2)).toEqual(["run-549", "run-548"]);
  expect(
    await page.getByRole("checkbox", { name: "Select run-548", exact: true }).isChecked(),
  ).toBe(true);
});
