import { readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { ensureBuild, repoRoot } from "../../../.ci/ensure.mjs";
import { MlrunsClient } from "../../../lib/client/client.ts";
import { type SingleOptions, writeSingle } from "../../../lib/site/single.ts";
import { openPage } from "../../helpers/browser.ts";
import { serve } from "../../helpers/servers.ts";
import { makeTempFolder } from "../../helpers/tree.ts";
import { EXPERIMENT_ID, history, makeRunTree, RUN_ID } from "./run-tree.ts";

await ensureBuild();
const viewerDir = join(repoRoot, "dist", "viewer-single");
const OTHER = "f".repeat(32);
const THIRD = "e".repeat(32);

/** A run with a short and a long history, an image, a hostile report and a file of 300 kB. */
const FILES = {
  "params/lr": "0.1",
  "tags/mlflow.user": "ada",
  "tags/mlflow.note.content": "</script><script>alert(1)</script>",
  "metrics/loss": history([3, 2, 1]),
  "metrics/long": history(Array.from({ length: 60_000 }, (_, i) => i % 7)),
  "artifacts/pixel.png": Buffer.from(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
    "base64",
  ),
  "artifacts/report.html":
    '<p id="p">report</p><script>document.getElementById("p").textContent = "hacked"</script>',
  "artifacts/notes.txt": "first line\nsecond line\n",
  "artifacts/large.bin": new Uint8Array(300_000).map((_, i) => (i * 7919) % 251),
} as const;

async function makeReport(options: SingleOptions = {}): Promise<{ file: string; url: string }> {
  const other = { ...FILES, "params/lr": "0.2" };
  const root = await makeRunTree(FILES, { [OTHER]: other, [THIRD]: { "params/lr": "0.3" } });
  const file = join(await makeTempFolder(), "report.html");
  await writeSingle(new MlrunsClient(root), file, { viewerDir, ...options });
  return { file, url: pathToFileURL(file).href };
}

/** Opens a report without a server. Everything that the page asks for is noted. */
async function openReport(url: string): Promise<{ page: Page; asked: string[] }> {
  const asked: string[] = [];
  const { page } = await openPage("about:blank", {
    allow: /Blocked script execution|Content Security Policy/,
  });
  page.on("request", (request) => asked.push(request.url()));
  await page.goto(url);
  return { page, asked };
}

/** What was asked for beside the report itself and what the page made of its own text. */
function outside(asked: readonly string[], url: string): string[] {
  return asked.filter((one) => !one.startsWith(url) && !/^(blob|data):/.test(one));
}

test("the report of a run opens at the run, from a file, with its charts and artifacts and without a request", async () => {
  const { url } = await makeReport({ runIds: new Set([RUN_ID]) });
  const { page, asked } = await openReport(url);

  await page.getByRole("heading", { name: "run-0123" }).waitFor();
  await page.locator(".run-overview .uplot").first().waitFor();
  for (const [path, shown] of [
    ["notes.txt", "second line"],
    ["pixel.png", "1 × 1"],
  ] as const) {
    await page.goto(`${url}#/experiments/${EXPERIMENT_ID}/runs/${RUN_ID}/artifacts/${path}`);
    await page.getByText(shown).first().waitFor();
  }
  await page.goto(`${url}#/experiments/${EXPERIMENT_ID}/runs/${RUN_ID}/artifacts/report.html`);
  const frame = page.frameLocator(".html-frame");
  await frame.getByText("report").waitFor();

  expect(await frame.locator("#p").textContent()).toBe("report");
  expect(outside(asked, url)).toEqual([]);
});

test("only the chosen runs are in a report, and several are compared", async () => {
  const { url, file } = await makeReport({ runIds: new Set([RUN_ID, OTHER]) });
  const { page, asked } = await openReport(url);

  await page.getByRole("heading", { name: "Compare 2 runs" }).waitFor();
  await page.goto(`${url}#/experiments/${EXPERIMENT_ID}`);
  await page.locator(".run-row").first().waitFor();

  expect(await page.locator(".run-row").count()).toBe(2);
  expect(await readFile(file, "utf8")).not.toContain(THIRD);
  expect(outside(asked, url)).toEqual([]);
});

test("a report of the whole tree has the table, its filter and the metric of a long history", async () => {
  const { url } = await makeReport();
  const { page, asked } = await openReport(url);

  await page.locator(".run-row").first().waitFor();
  await page.getByRole("combobox", { name: "Filter runs" }).fill("params.lr = '0.2'");
  await page.keyboard.press("Enter");
  await expect.poll(() => page.locator(".run-row").count()).toBe(1);
  await page.goto(`${url}#/metric/long?runs=${RUN_ID}`);
  await page.locator(".metric-chart-page .uplot").waitFor();
  await page.getByText("60,000 points").waitFor();

  expect(outside(asked, url)).toEqual([]);
});

test("what has no room is left out and named, and a report that is too large is refused with words", async () => {
  const { size } = await stat(
    (await makeReport({ runIds: new Set([RUN_ID]), artifacts: "none" })).file,
  );
  const { url, file } = await makeReport({ runIds: new Set([RUN_ID]), maxTotal: size + 50_000 });
  expect((await stat(file)).size).toBeLessThan(size + 50_000);

  const { page } = await openReport(
    `${url}#/experiments/${EXPERIMENT_ID}/runs/${RUN_ID}/artifacts/large.bin`,
  );
  await page.getByRole("heading", { name: /left out of this export/ }).waitFor();
  await expect(makeReport({ maxTotal: 1_000 })).rejects.toThrow(
    /The report would have .* MB, more than 0\.0 MB, without any artifact/,
  );
});

test("no other file is overwritten", async () => {
  const file = join(await makeTempFolder(), "thesis.html");
  await writeFile(file, "<!doctype html>years of work");
  const client = new MlrunsClient(await makeRunTree(FILES));

  await expect(writeSingle(client, file, { viewerDir })).rejects.toThrow(
    "is there and is no earlier report",
  );

  expect(await readFile(file, "utf8")).toBe("<!doctype html>years of work");
});

test("a comparison is saved as such a file from its page, without what is private", async () => {
  const root = await makeRunTree(FILES, { [OTHER]: { "params/lr": "0.2" } });
  const { url } = await serve(root);
  const { page: compare } = await openPage(`${url}/#/compare-runs?runs=${RUN_ID},${OTHER}`);

  const [download] = await Promise.all([
    compare.waitForEvent("download"),
    compare.getByRole("button", { name: /^HTML/ }).click(),
  ]);
  const file = join(await makeTempFolder(), "report.html");
  await download.saveAs(file);

  const { page } = await openReport(pathToFileURL(file).href);
  await page.getByRole("heading", { name: "Compare 2 runs" }).waitFor();
  expect(await readFile(file, "utf8")).not.toContain(root);
  const refused = await fetch(`${url}/data/report.html`);
  expect([refused.status, await refused.json()]).toEqual([
    400,
    { error_code: "INVALID_PARAMETER_VALUE", message: "Name 1 to 50 runs, not 0." },
  ]);
});
