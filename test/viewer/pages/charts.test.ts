import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { openPage } from "../../helpers/browser.ts";
import { serve } from "../../helpers/servers.ts";
import { EXPERIMENT_ID, history, makeRunTree, RUN_ID, START } from "./run-tree.ts";

const METRICS = `#/experiments/${EXPERIMENT_ID}/runs/${RUN_ID}/metrics`;

/** Coloured pixels in a part of the first chart's plot; fractions from the left and the top. */
async function coloredPixels(
  page: Page,
  part: { left: number; right: number; top: number; bottom: number },
): Promise<number> {
  return page.evaluate(({ left, right, top, bottom }) => {
    const canvas = document.querySelector<HTMLCanvasElement>(".uplot canvas");
    const over = document.querySelector<HTMLElement>(".u-over");
    const context = canvas?.getContext("2d");
    if (!canvas || !over || !context) return 0;
    const ratio = canvas.width / canvas.clientWidth;
    const box = {
      x: over.offsetLeft * ratio,
      y: over.offsetTop * ratio,
      width: over.offsetWidth * ratio,
      height: over.offsetHeight * ratio,
    };
    const { data } = context.getImageData(
      box.x + left * box.width,
      box.y + top * box.height,
      Math.max(1, (right - left) * box.width),
      Math.max(1, (bottom - top) * box.height),
    );
    let count = 0;
    for (let i = 0; i < data.length; i += 4) {
      const [r = 0, g = 0, b = 0, a = 0] = data.slice(i, i + 4);
      // Grid, labels and axis are grey.
      if (a > 100 && Math.max(r, g, b) - Math.min(r, g, b) > 40) count++;
    }
    return count;
  }, part);
}

test("one spike among a million points is on the screen, and is read in full when zoomed to", async () => {
  const lines: string[] = [];
  for (let i = 0; i < 1_000_000; i++) {
    lines.push(`${START + i} ${i === 700_000 ? 100 : Math.sin(i / 1000)} ${i}\n`);
  }
  const server = await serve(await makeRunTree({ "metrics/loss": lines.join("") }));
  const { page } = await openPage(`${server.url}/${METRICS}`);
  await page.getByText("1,000,000 points").waitFor();

  const around = { left: 0.68, right: 0.72 };
  await expect
    .poll(() => coloredPixels(page, { ...around, top: 0.02, bottom: 0.5 }), { timeout: 20_000 })
    .toBeGreaterThan(20);
  // Beside the spike there is nothing.
  expect(await coloredPixels(page, { left: 0.1, right: 0.6, top: 0.02, bottom: 0.5 })).toBe(0);
  expect(await page.locator(".line-plot").getAttribute("aria-label")).toContain("maximum 100");

  await page.locator(".line-plot").focus();
  await page.mouse.move(0, 0);
  const box = await page.locator(".u-over").boundingBox();
  if (box === null) throw new Error("no plot");
  await page.mouse.move(box.x + box.width * 0.699, box.y + 40);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.735, box.y + 40, { steps: 3 });
  await page.mouse.up();
  await page.getByText(/of 1,000,000 points/).waitFor();
});

test("points out of order are drawn along x, NaN breaks the line, repeated steps stay", async () => {
  const shuffled = Array.from({ length: 100 }, (_, i) => (i * 37) % 100);
  const root = await makeRunTree({
    "metrics/shuffled": shuffled.map((step, i) => `${START + i} ${step} ${step}\n`).join(""),
  });
  const server = await serve(root);
  const { page } = await openPage(`${server.url}/${METRICS}`);

  // A line from the lower left to the upper right: nothing in the other corners.
  await expect
    .poll(() => coloredPixels(page, { left: 0.4, right: 0.6, top: 0.35, bottom: 0.65 }))
    .toBeGreaterThan(20);
  expect(await coloredPixels(page, { left: 0.02, right: 0.4, top: 0.02, bottom: 0.5 })).toBe(0);
  expect(await coloredPixels(page, { left: 0.6, right: 0.98, top: 0.5, bottom: 0.95 })).toBe(0);
});

test("a gap of NaN is a gap", async () => {
  const values = Array.from({ length: 100 }, (_, i) =>
    i >= 40 && i < 60 ? "nan" : 1 + (i % 2) * 0.01,
  );
  const server = await serve(await makeRunTree({ "metrics/loss": history(values) }));
  const { page } = await openPage(`${server.url}/${METRICS}`);

  await expect
    .poll(() => coloredPixels(page, { left: 0.05, right: 0.35, top: 0.05, bottom: 0.9 }))
    .toBeGreaterThan(50);
  expect(await coloredPixels(page, { left: 0.42, right: 0.57, top: 0.05, bottom: 0.85 })).toBe(0);
  // Each lost value has a mark at the lower edge.
  expect(await coloredPixels(page, { left: 0.4, right: 0.6, top: 0.9, bottom: 1 })).toBeGreaterThan(
    20,
  );
});

test("the cursor is shared, moves by key, and can be pinned", async () => {
  const root = await makeRunTree({
    "metrics/a": history([10, 20, 30]),
    "metrics/b": history([1, 2, 3]),
  });
  const server = await serve(root);
  const { page } = await openPage(`${server.url}/${METRICS}`);
  const values = page.locator(".metric-chart-value");
  await page.locator(".uplot").nth(1).waitFor();

  await page.locator(".line-plot").first().focus();
  await page.keyboard.press("Home");
  await expect.poll(() => values.allInnerTexts()).toEqual(["10", "1"]);
  await page.keyboard.press("ArrowRight");
  await expect.poll(() => values.allInnerTexts()).toEqual(["20", "2"]);
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Unpin cursor" }).click();
  await expect.poll(() => values.allInnerTexts()).toEqual(["30", "3"]);
});

test("how charts are drawn travels in the address", async () => {
  const root = await makeRunTree({
    "metrics/loss": history([-1, 0, 10, 100]),
    "metrics/epoch": history([0, 0, 1, 1]),
  });
  const server = await serve(root);
  const { page } = await openPage(`${server.url}/${METRICS}`);

  await page.getByRole("button", { name: "log y" }).click();
  await page.getByText("4 points, symlog").first().waitFor();
  await page.getByRole("slider").fill("0.5");
  await page.getByRole("textbox", { name: "Upper end of y" }).fill("50");
  await page.keyboard.press("Enter");
  await page.getByRole("textbox", { name: "Lower end of y" }).fill("no number");
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: /^x/ }).click();
  await page.getByRole("menuitemcheckbox", { name: "epoch" }).click();

  await expect
    .poll(() => decodeURIComponent(page.url()).split("?")[1])
    .toBe("y=log,..50&sm=0.5&x=metric:epoch");
  await page.reload();
  await page.getByRole("button", { name: "log y", pressed: true }).waitFor();
  expect(await page.getByRole("slider").inputValue()).toBe("0.5");
  expect(await page.getByRole("textbox", { name: "Upper end of y" }).inputValue()).toBe("50");
  expect(await page.getByRole("textbox", { name: "Lower end of y" }).inputValue()).toBe("");
});

test("a card is drawn otherwise than its panel, by settings that travel in the address and are taken back", async () => {
  const root = await makeRunTree({
    "metrics/loss": history([-1, 0, 10, 100]),
    "metrics/acc": history([-1, 0, 1]),
  });
  const server = await serve(root);
  const { page } = await openPage(`${server.url}/${METRICS}`);
  const loss = page.getByRole("article", { name: "loss" });

  await loss.getByRole("button", { name: "More for this chart" }).click();
  await page.getByRole("menuitem", { name: "Settings of this chart…" }).click();
  const box = page.getByRole("dialog", { name: "Settings of this chart" });
  await box.getByRole("button", { name: "log y" }).click();
  await box.getByRole("button", { name: /^x/ }).click();
  await page.getByRole("menuitemcheckbox", { name: "wall time" }).click();
  await loss.getByText("symlog").waitFor();
  expect(await page.getByText("symlog").count()).toBe(1);
  expect(decodeURIComponent(page.url()).split("?")[1]).toBe("y@loss=log&x@loss=time");

  await page.reload();
  await loss.getByText("own x, y").waitFor();
  // The panel's settings leave those of the card alone.
  await page.getByRole("button", { name: "log y" }).click();
  await page.getByRole("article", { name: "acc" }).getByText("symlog").waitFor();
  await loss.getByText("own x, y").click();
  await box.getByRole("button", { name: "Like the other charts" }).click();
  await expect.poll(() => decodeURIComponent(page.url()).split("?")[1]).toBe("y=log");
});

test("a chart of several metrics and chosen runs is put together, travels in the address, is changed and removed", async () => {
  const other = "f".repeat(32);
  const metrics = { "metrics/loss": history([3, 2, 1]), "metrics/val/loss": history([4, 3, 2]) };
  const root = await makeRunTree(metrics, { [other]: metrics });
  const server = await serve(root);
  const { page } = await openPage(`${server.url}/#/experiments/${EXPERIMENT_ID}/runs?mode=charts`);
  const queryOf = (): string | undefined => decodeURIComponent(page.url()).split("mode=charts")[1];
  const box = page.getByRole("dialog", { name: "Chart of your own" });
  const add = page.getByRole("button", { name: "Add a chart" });

  await add.focus();
  await page.keyboard.press("Enter");
  await box.getByRole("checkbox", { name: "val/loss" }).press("Space");
  await box.getByRole("checkbox", { name: "loss", exact: true }).press("Space");
  await page.keyboard.press("Escape");
  await expect.poll(() => add.evaluate((button) => button === document.activeElement)).toBe(true);
  expect(queryOf()).toBe("");
  await add.press("Enter");
  await box.getByRole("checkbox", { name: "val/loss" }).press("Space");
  await box.getByRole("checkbox", { name: "loss", exact: true }).press("Space");
  await box.getByRole("button", { name: "Add a chart" }).press("Enter");
  const card = page.getByRole("article", { name: "val/loss, loss" });
  await card.getByText("12 points").waitFor();
  await expect.poll(() => card.locator("tbody tr").count()).toBe(4);
  expect(queryOf()).toBe("&card@val/loss, loss=val/loss,loss");

  await card.getByRole("button", { name: "More for this chart" }).click();
  await page.getByRole("menuitem", { name: "Edit this chart…" }).click();
  await box.getByRole("button", { name: "Chosen for this chart" }).click();
  await box.getByRole("checkbox", { name: /^run-0123/ }).click();
  await box.getByRole("textbox", { name: "Title" }).fill("losses");
  await page.keyboard.press("Enter");
  await expect.poll(queryOf).toBe(`&card@losses=val/loss,loss&runs@losses=${RUN_ID}`);

  // The chart has its runs whichever are drawn elsewhere, and comes back with the address.
  await page.getByRole("checkbox", { name: /Draw run-0123/ }).uncheck();
  await page.reload();
  const losses = page.getByRole("article", { name: "losses" });
  await losses.getByText("6 points").waitFor();
  await expect
    .poll(() => losses.locator("tbody tr").allInnerTexts())
    .toEqual([expect.stringMatching(/^val\/loss\s+2\s/), expect.stringMatching(/^loss\s+1\s/)]);
  await losses.getByRole("button", { name: "More for this chart" }).click();
  await page.getByRole("menuitem", { name: "Full size" }).click();
  await page.locator(".metric-chart-page").getByText("6 points").waitFor();
  await page.goBack();

  await losses.getByRole("button", { name: "More for this chart" }).click();
  await page.getByRole("menuitem", { name: "Remove this chart" }).click();
  await losses.waitFor({ state: "detached" });
  await expect.poll(queryOf).not.toContain("losses");
  await page.getByRole("button", { name: "Undo" }).click();
  await losses.getByText("6 points").waitFor();
});

test("a chart can be read as a table and saved as a picture and as numbers", async () => {
  const root = await makeRunTree({ "metrics/loss": history([0.5, 0.25]) });
  const server = await serve(root);
  const { page } = await openPage(`${server.url}/${METRICS}`);
  const more = page.getByRole("button", { name: "More for this chart" });
  const save = async (item: string): Promise<Buffer> => {
    await more.click();
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("menuitem", { name: item }).click(),
    ]);
    const chunks: Buffer[] = [];
    for await (const chunk of await download.createReadStream()) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks);
  };
  await page.locator(".uplot").waitFor();

  expect((await save("CSV of all points")).toString()).toBe(
    `run_id,run_name,metric,step,timestamp,value\r\n${RUN_ID},run-0123,loss,0,${START},0.5\r\n${RUN_ID},run-0123,loss,1,${START + 1000},0.25\r\n`,
  );
  expect((await save("CSV of what is drawn")).toString()).toBe(
    "step,run-0123\r\n0,0.5\r\n1,0.25\r\n",
  );
  expect((await save("Save as SVG")).toString()).toMatch(/^<svg .*run-0123.*<\/svg>$/s);
  expect([...(await save("Save as PNG")).subarray(1, 4)]).toEqual(
    [..."PNG"].map((c) => c.charCodeAt(0)),
  );

  await more.click();
  await page.getByRole("menuitem", { name: "View as table" }).click();
  expect(await page.getByRole("row").allInnerTexts()).toEqual([
    expect.stringContaining("Value"),
    expect.stringMatching(/run-0123\s+0\s+0\.5/),
    expect.stringMatching(/run-0123\s+1\s+0\.25/),
  ]);
});

test("the runs of an experiment are drawn together, and by group with a band", async () => {
  const other = (lr: string, scale: number): Record<string, string> => ({
    "params/lr": lr,
    "metrics/loss": history([3 * scale, 2 * scale, 1 * scale]),
  });
  const root = await makeRunTree(other("0.1", 1), {
    ["a".repeat(32)]: other("0.1", 1.2),
    ["b".repeat(32)]: other("0.2", 4),
  });
  const server = await serve(root);
  const runs = `${server.url}/#/experiments/${EXPERIMENT_ID}/runs?mode=charts`;

  const { page } = await openPage(runs);
  await page.getByText("9 points").waitFor();
  await expect.poll(() => page.locator(".cursor-table tbody tr").count()).toBe(3);
  await page.getByRole("checkbox", { name: /Draw run-bbbb/ }).uncheck();
  await page.getByText("6 points").waitFor();

  const { page: grouped } = await openPage(`${runs}&g=params.lr`);
  await grouped.locator(".cursor-table tbody tr", { hasText: "0.1 (2)" }).waitFor();
  expect(await grouped.locator(".cursor-table tbody tr").allInnerTexts()).toEqual([
    expect.stringMatching(/0\.2 \(1\)\s+4\s/),
    expect.stringMatching(/0\.1 \(2\)\s+1\.100\s/),
  ]);
});

test("an axis of parallel coordinates goes where its name is dragged to, and a click on the name still opens its menu", async () => {
  const files = (lr: string): Record<string, string> => ({
    "params/lr": lr,
    "params/seed": lr,
    "metrics/loss": history([Number(lr)]),
  });
  const server = await serve(await makeRunTree(files("1"), { ["f".repeat(32)]: files("2") }));
  const axes = "ax=params.lr,params.seed,metrics.loss";
  const { page } = await openPage(
    `${server.url}/#/experiments/${EXPERIMENT_ID}/runs?mode=charts&tab=parallel&${axes}`,
  );
  const names = page.locator(".parallel-name");
  await expect.poll(() => names.allTextContents()).toEqual(["lr", "seed", "loss"]);
  const [from, to] = [await names.nth(0).boundingBox(), await names.nth(2).boundingBox()];
  if (from === null || to === null) throw new Error("no axes");
  const y = from.y + from.height / 2;
  await page.mouse.move(from.x + from.width / 2, y);
  await page.mouse.down();
  await page.mouse.move(to.x + to.width / 2, y, { steps: 8 });
  await page.mouse.up();

  await expect.poll(() => names.allTextContents()).toEqual(["seed", "loss", "lr"]);
  expect(await page.getByRole("menu").count()).toBe(0);
  await names.nth(0).getByRole("button").click();
  await page.getByRole("menuitem", { name: "Move right" }).click();
  await expect.poll(() => names.allTextContents()).toEqual(["loss", "seed", "lr"]);
});
