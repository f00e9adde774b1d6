import { appendFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { openPage } from "../../helpers/browser.ts";
import { serve } from "../../helpers/servers.ts";
import { type Golden, type GoldenRun, golden, makeTree } from "../../helpers/tree.ts";
import { EXPERIMENT_ID, history, makeRunTree, RUN_ID, START } from "./run-tree.ts";

const RUN = `#/experiments/${EXPERIMENT_ID}/runs/${RUN_ID}`;

/** Key to value of a table on the page. */
async function tableOf(page: Page, name: string, column: number): Promise<Record<string, string>> {
  const rows = page
    .locator(".block", { has: page.getByRole("heading", { name }) })
    .locator("tbody tr");
  const cells = await rows.evaluateAll(
    (all, at) =>
      all.map((row) => [
        row.querySelector("td")?.getAttribute("title"),
        row.querySelectorAll("td")[at]?.getAttribute("title"),
      ]),
    column,
  );
  return Object.fromEntries(cells.filter(([key]) => key !== null && key !== undefined));
}

function runWithMetrics(golden: Golden): [string, GoldenRun] {
  for (const [runId, run] of Object.entries(golden.runs)) {
    if ("metrics" in run && Object.keys(run.metrics).length > 1) return [runId, run as GoldenRun];
  }
  throw new Error("no run has metrics");
}

test("a run that MLflow wrote shows its params, metrics and tags as MLflow tells them", async () => {
  const root = await makeTree("v3-basic");
  const answers = await golden("v3-basic");
  const [runId, run] = runWithMetrics(answers);
  const server = await serve(root);

  const { page } = await openPage(
    `${server.url}/#/experiments/${run.info.experiment_id}/runs/${runId}`,
  );
  await page.getByRole("heading", { level: 1 }).waitFor();

  expect(await tableOf(page, "Params", 1)).toEqual(run.params);
  const metrics = await tableOf(page, "Metrics", 2);
  expect(Object.keys(metrics).sort()).toEqual(Object.keys(run.metrics).sort());
  for (const [key, value] of Object.entries(run.metrics)) {
    expect(Number(metrics[key]), key).toEqual(Number(value));
  }
});

test("hostile names and notes are text", async () => {
  const evil = '<img src=x onerror="window.hacked = 1">';
  const root = await makeRunTree({
    "params/p": evil,
    "tags/mlflow.note.content": `# Note\n\n${evil}\n\n[click](javascript:window.hacked=1)\n\n![pixel](http://example.org/x.png)`,
    "tags/t": "</script><script>window.hacked = 1</script>",
    "tags/mlflow.runName": evil,
  });
  const server = await serve(root);

  const { page } = await openPage(`${server.url}/${RUN}`);
  await page.getByRole("heading", { name: "Note", level: 1 }).waitFor();

  expect(await page.locator(".markdown").textContent()).toContain(evil);
  expect(await page.locator(".markdown img, .markdown script").count()).toBe(0);
  expect(await page.locator(".markdown a[href]").count()).toBe(0);
  expect(await page.evaluate(() => "hacked" in window)).toBe(false);
});

test("the tabs are addresses, MLflow's own ones too, also when only the hash changes", async () => {
  const root = await makeRunTree({
    "metrics/loss": history([3, 2, 1]),
    "metrics/system/cpu": history([1, 2]),
    "artifacts/a.txt": "hello\n",
  });
  const server = await serve(root);
  const { page } = await openPage(`${server.url}/${RUN}/model-metrics`);

  await page.getByRole("article", { name: "loss" }).waitFor();
  expect(await page.title()).toBe("Metrics · run-0123 · journeys · mlruns");
  await page.evaluate((hash) => {
    location.hash = hash;
  }, `${RUN}/artifacts/a.txt`);
  await page.getByText("hello").waitFor();
  await page.getByRole("link", { name: /^System/ }).click();
  await page.getByRole("article", { name: "system/cpu" }).waitFor();
  await page.goBack();
  await page.getByText("hello").waitFor();
});

test("a deleted run and a broken metric file say so, and what can be read is shown", async () => {
  const root = await makeRunTree({
    "metrics/good": history([1, 2]),
    "metrics/bad": "1 2 3 4 5 6 7\n",
  });
  const meta = join(root, EXPERIMENT_ID, RUN_ID, "meta.yaml");
  const server = await serve(root);
  const { page } = await openPage(`${server.url}/${RUN}`);

  await page.getByText("1 file could not be read").waitFor();
  expect(await page.getByText("metrics/bad, line 1").count()).toBe(1);
  expect(Object.keys(await tableOf(page, "Metrics", 2))).toContain("good");
  await writeFile(
    meta,
    [
      `artifact_uri: mlruns/${EXPERIMENT_ID}/${RUN_ID}/artifacts`,
      `deleted_time: ${START}`,
      `end_time: ${START}`,
      `experiment_id: '${EXPERIMENT_ID}'`,
      "lifecycle_stage: deleted",
      `run_id: ${RUN_ID}`,
      "run_name: gone",
      `run_uuid: ${RUN_ID}`,
      `start_time: ${START}`,
      "status: 3",
      "user_id: ada",
      "",
    ].join("\n"),
  );
  await page.getByText("This run is deleted.").waitFor();
});

test("a run that does not exist says so in words, and which id is like it", async () => {
  const server = await serve(await makeRunTree({}));
  const { page } = await openPage(`${server.url}/#/experiments/7/runs/${RUN_ID.slice(0, -1)}`, {
    allow: /404/,
  });

  await page.getByRole("heading", { name: /not found/ }).waitFor();
  await page.getByRole("link", { name: RUN_ID }).click();
  await page.getByRole("heading", { name: "run-0123" }).waitFor();
});

test("a point that is logged appears without a reload", async () => {
  const root = await makeRunTree({ "metrics/loss": history([3, 2, 1]) });
  const server = await serve(root);
  const { page } = await openPage(`${server.url}/${RUN}/metrics`);
  await page.getByText("3 points").waitFor();

  await appendFile(
    join(root, EXPERIMENT_ID, RUN_ID, "metrics", "loss"),
    `${START + 3000} 0.25 3\n`,
  );

  await page.getByText("4 points").waitFor();
  await expect.poll(() => page.locator(".metric-chart-value").textContent()).toBe("0.2500");
});

test("nothing but tables and code scrolls sideways, from a phone to a wide screen", async () => {
  const long = "a-very-long-name-without-any-place-to-break-it".repeat(4);
  const root = await makeRunTree({
    "params/p": long,
    "tags/t": long,
    [`metrics/${long.slice(0, 90)}`]: history([1, 2, 3]),
    [`artifacts/${long.slice(0, 90)}.txt`]: `${long}\n`,
  });
  const server = await serve(root);
  const { page } = await openPage(`${server.url}/${RUN}`);

  for (const [tab, shown] of [
    ["", "Params"],
    ["/metrics", "Smooth"],
    ["/artifacts", "Choose a file"],
  ] as const) {
    await page.setViewportSize({ width: 1440, height: 800 });
    await page.evaluate((hash) => {
      location.hash = hash;
    }, RUN + tab);
    await page.getByText(shown).first().waitFor();
    for (const width of [390, 768, 1440, 2560]) {
      await page.setViewportSize({ width, height: 800 });
      const scroll = await page.evaluate(() => document.documentElement.scrollWidth);
      expect(scroll, `${tab} at ${width}`).toBeLessThanOrEqual(width);
    }
  }
});
