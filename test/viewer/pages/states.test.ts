import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { openPage } from "../../helpers/browser.ts";
import { serve } from "../../helpers/servers.ts";
import { EXPERIMENT_ID, history, makeRunTree, RUN_ID, runMeta } from "./run-tree.ts";

const OTHER = "f".repeat(32);
const RUNS = `#/experiments/${EXPERIMENT_ID}/runs`;

/** A picture of one pixel. */
const PIXEL = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
);

/** Whether the first chart has a pixel that is not grey. */
function hasColour(page: Page): Promise<boolean> {
  return page.evaluate(() => {
    const canvas = document.querySelector<HTMLCanvasElement>(".uplot canvas");
    const data = canvas?.getContext("2d")?.getImageData(0, 0, canvas.width, canvas.height).data;
    for (let i = 0; data !== undefined && i < data.length; i += 4) {
      const [r = 0, g = 0, b = 0, a = 0] = data.slice(i, i + 4);
      if (a > 100 && Math.max(r, g, b) - Math.min(r, g, b) > 40) return true;
    }
    return false;
  });
}

test("at 400 % a page scrolls down instead of losing its charts, pictures and rows", async () => {
  const root = await makeRunTree({ "metrics/loss": history([3, 2, 1]) });
  const { url } = await serve(root);
  // 1280 by 1024 pixels, each four times as wide and high.
  const { page } = await openPage(`${url}/${RUNS}?mode=charts`, {
    viewport: { width: 320, height: 256 },
  });
  const chart = page.locator(".uplot").first();
  await chart.waitFor();

  await chart.scrollIntoViewIfNeeded();
  const box = await page.locator(".chart-panel-body").boundingBox();
  expect(box?.height).toBeGreaterThan(100);
  expect(
    await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth),
  ).toBeLessThanOrEqual(0);
});

test("where the system has few colours, lines keep those of their samples, and what is chosen is marked", async () => {
  const { url } = await serve(await makeRunTree({ "metrics/loss": history([3, 2, 1]) }));
  const { page } = await openPage(`${url}/${RUNS}?mode=charts`, { forcedColors: "active" });
  await page.locator(".uplot").first().waitFor();

  await expect.poll(() => hasColour(page)).toBe(true);
  const outline = (name: string) =>
    page
      .getByRole("button", { name, exact: true })
      .evaluate((button) => getComputedStyle(button).outlineStyle);
  expect([await outline("Charts"), await outline("Table")]).toEqual(["solid", "none"]);
});

test("artifacts in a store that does not answer are not taken for none, and are asked for again", async () => {
  const away = (runId: string) => ({
    "meta.yaml": runMeta(runId, `s3://away/${runId}/artifacts`).join("\n"),
  });
  const root = await makeRunTree(away(RUN_ID), { [OTHER]: away(OTHER) });
  const { url } = await serve(root, {
    env: {
      ...process.env,
      AWS_ACCESS_KEY_ID: "nobody",
      AWS_SECRET_ACCESS_KEY: "nothing",
      AWS_REGION: "us-east-1",
      MLFLOW_S3_ENDPOINT_URL: "http://127.0.0.1:9",
    },
  });
  const compare = `${url}/#/compare-runs?runs=${RUN_ID},${OTHER}`;
  const says = /The artifacts of run-0123, run-ffff could not be listed/;

  const { page } = await openPage(`${url}/${RUNS}/${RUN_ID}/artifacts`);
  await page.getByRole("heading", { name: "The artifacts could not be listed" }).waitFor();
  await page.getByRole("button", { name: "Try again" }).waitFor();
  await page.goto(`${compare}&tab=artifacts`);
  await page.getByText(says).waitFor();
  await page.goto(`${compare}&tab=images`);
  await page.getByText(says).waitFor();
});

test("rows are sorted by three columns, each chosen with Shift, and the prefixes of metrics head their columns", async () => {
  const metrics = (a: number, b: number, c: number): Record<string, string> => ({
    "metrics/train/a": history([a]),
    "metrics/val/b": history([b]),
    "metrics/test/c": history([c]),
    "metrics/test/d": history([a + b]),
    "metrics/test/e": history([b + c]),
  });
  const root = await makeRunTree(metrics(1, 2, 3), {
    ["a".repeat(32)]: metrics(1, 2, 1),
    ["b".repeat(32)]: metrics(1, 1, 9),
    ["c".repeat(32)]: metrics(0, 9, 9),
  });
  const { url } = await serve(root);
  const columns = "metrics.train/a,metrics.val/b,metrics.test/c,metrics.test/d,metrics.test/e";
  const { page } = await openPage(`${url}/${RUNS}?c=attributes.name,${columns}`);
  await page.locator(".run-row").first().waitFor();

  for (const [i, leaf] of ["a", "b", "c"].entries()) {
    await page
      .getByRole("columnheader", { name: new RegExp(`(^|[/\\s])${leaf}\\b`) })
      .getByRole("button")
      .first()
      .click({ modifiers: i === 0 ? [] : ["Shift"] });
  }

  await expect
    .poll(() => decodeURIComponent(page.url()))
    .toMatch(/s=-?metrics\.train\/a,-?metrics\.val\/b,-?metrics\.test\/c$/);
  await page.getByText("test/", { exact: true }).waitFor();
});

test("a run that cannot be read is named, and does not take the runs beside it along", async () => {
  const third = "e".repeat(32);
  const root = await makeRunTree(
    { "metrics/loss": history([3, 2]), "artifacts/curve.png": PIXEL },
    {
      [OTHER]: { "metrics/loss": history([4]) },
      [third]: { "meta.yaml": "artifact_uri: 'mlruns" },
    },
  );
  const { url } = await serve(root);
  const { page } = await openPage(
    `${url}/#/compare-runs?runs=${RUN_ID},${third},${OTHER}`,
    // The run's own file is answered with the reason.
    { allow: /400 \(Bad Request\)/ },
  );

  await page.getByText(`Could not be read: ${third}`).waitFor();
  expect(await page.locator(".compare-run-name a").allTextContents()).toEqual([
    "run-0123",
    "run-ffff",
  ]);
  await page.getByRole("link", { name: "Images" }).click();
  await page.getByRole("img", { name: "curve.png" }).waitFor();
  await page.goto(`${url}/${RUNS}?mode=images`);
  await page.getByRole("img", { name: "curve.png" }).waitFor();
});

test("metrics stand in one order on all pages, validation first and the machine's last", async () => {
  const keys = ["system/cpu", "train/loss", "val/loss", "val/acc"];
  const root = await makeRunTree(
    Object.fromEntries(keys.map((key) => [`metrics/${key}`, history([1, 2])])),
    { [OTHER]: Object.fromEntries(keys.map((key) => [`metrics/${key}`, history([3, 4])])) },
  );
  const { url } = await serve(root);
  const { page } = await openPage(`${url}/#/compare-runs?runs=${RUN_ID},${OTHER}`);

  const rows = page.locator(".compare-key");
  await rows.first().waitFor();
  expect((await rows.allTextContents()).slice(0, 4)).toEqual([
    "val/acc",
    "val/loss",
    "train/loss",
    "system/cpu",
  ]);
  await page.goto(`${url}/${RUNS}?mode=charts`);
  const sections = page.locator(".chart-section-prefix");
  await sections.first().waitFor();
  expect(await sections.allTextContents()).toEqual(["val/", "train/", "system/"]);
});

test("the mark of a run is small, and the charts stay where they are when the cursor comes over one", async () => {
  const { url } = await serve(await makeRunTree({ "metrics/loss": history([3, 2, 1]) }));
  const { page } = await openPage(`${url}/${RUNS}`, { viewport: { width: 1440, height: 900 } });
  const mark = await page.locator(".run-row .run-mark").first().boundingBox();
  expect([mark?.width, mark?.height]).toEqual([12, 12]);

  await page.goto(`${url}/${RUNS}?mode=charts`);
  const chart = page.locator(".u-over").first();
  await chart.waitFor();
  const before = await chart.boundingBox();
  await chart.hover();
  await page.locator(".chart-controls-cursor").getByText("step").waitFor();
  expect(await chart.boundingBox()).toEqual(before);
});
