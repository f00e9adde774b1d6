/** What is changed about one run or model on its own page, in a real browser. */
import axe from "axe-core";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { MlrunsClient } from "../../../lib/client/client.ts";
import { openPage } from "../../helpers/browser.ts";
import { serve } from "../../helpers/servers.ts";
import { makeTree } from "../../helpers/tree.ts";
import { EXPERIMENT_ID, makeRunTree, RUN_ID } from "./run-tree.ts";

const RUN = `#/experiments/${EXPERIMENT_ID}/runs/${RUN_ID}`;

async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  return page.evaluate(async () => {
    const { axe: inPage } = globalThis as unknown as { axe: typeof import("axe-core") };
    return (await inPage.run(document)).violations.map(({ id }) => id);
  });
}

test("tags of a run are added, changed, removed and brought back where they stand", async () => {
  const root = await makeRunTree({ "tags/stage": "draft", "tags/mlflow.user": "ada" });
  const { url } = await serve(root);
  const { page } = await openPage(`${url}/${RUN}`);
  const tags = async (): Promise<Readonly<Record<string, string>>> =>
    (await new MlrunsClient(root).getRun(RUN_ID)).data.tags;

  await page.getByRole("button", { name: "Add", exact: true }).click();
  await page.getByRole("textbox", { name: "Key" }).fill("verdict");
  await page.getByRole("textbox", { name: "Value" }).fill("keep");
  expect(await violations(page)).toEqual([]);
  await page.keyboard.press("Enter");
  await page.locator("dt", { hasText: "verdict" }).waitFor();

  await page.getByRole("button", { name: "Change stage" }).click();
  await page.getByRole("textbox", { name: "Value" }).fill("final");
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Change stage" }).click();
  expect(await page.getByRole("textbox", { name: "Value" }).inputValue()).toBe("draft");
  await page.getByRole("textbox", { name: "Value" }).fill("final");
  await page.getByRole("button", { name: "Save" }).click();
  await page.locator("dd", { hasText: "final" }).waitFor();
  expect(await tags()).toEqual({ "mlflow.user": "ada", stage: "final", verdict: "keep" });

  await page.getByRole("button", { name: "Remove verdict" }).click();
  await page.getByText("Removed verdict").waitFor();
  expect(await tags()).toEqual({ "mlflow.user": "ada", stage: "final" });
  await page.getByRole("button", { name: "Undo" }).click();
  await page.locator("dt", { hasText: "verdict" }).waitFor();
  expect(await tags()).toEqual({ "mlflow.user": "ada", stage: "final", verdict: "keep" });
  // MLflow's own tags are no business of the viewer.
  await page.getByRole("button", { name: /of MLflow's own/ }).click();
  expect(await page.getByRole("button", { name: /mlflow\.user/ }).count()).toBe(0);
});

test("a tag that MLflow refuses stays in its field with the reason", async () => {
  const { url } = await serve(await makeRunTree({}));
  const { page } = await openPage(`${url}/${RUN}`, { allow: /400/ });

  await page.getByRole("button", { name: "Add", exact: true }).click();
  await page.getByRole("textbox", { name: "Key" }).fill("a//b");
  await page.keyboard.press("Enter");

  expect(await page.getByRole("alert").textContent()).toContain("a//b");
  expect(await page.getByRole("textbox", { name: "Key" }).inputValue()).toBe("a//b");
});

test("the note of a run is written as Markdown beside its preview, and an empty one is no tag", async () => {
  const root = await makeRunTree({});
  const { url } = await serve(root);
  const { page } = await openPage(`${url}/${RUN}`);
  const note = async (): Promise<string | undefined> =>
    (await new MlrunsClient(root).getRun(RUN_ID)).data.tags["mlflow.note.content"];

  await page.getByRole("button", { name: "Write a note" }).click();
  const dialog = page.getByRole("dialog", { name: "Edit the note" });
  await dialog.getByRole("textbox").fill("# Why\n\nA **larger** batch.");
  await dialog.getByRole("heading", { name: "Why" }).waitFor();
  expect(await violations(page)).toEqual([]);
  await dialog.getByRole("button", { name: "Save" }).click();
  await dialog.waitFor({ state: "detached" });
  await page.locator(".run-aside").getByRole("heading", { name: "Why" }).waitFor();
  expect(await note()).toBe("# Why\n\nA **larger** batch.");

  await page.getByRole("button", { name: "Edit the note" }).click();
  await dialog.getByRole("textbox").fill(" ");
  await page.keyboard.press("Control+Enter");
  await page.getByRole("button", { name: "Write a note" }).waitFor();
  expect(await note()).toBeUndefined();
});

test("a run is renamed, deleted and restored from its own page", async () => {
  const root = await makeRunTree({ "tags/stage": "draft" });
  const { url } = await serve(root);
  const { page } = await openPage(`${url}/${RUN}`);
  const menu = page.getByRole("button", { name: "Rename, delete" });

  await menu.click();
  await page.getByRole("menuitem", { name: "Rename…" }).click();
  await page.getByRole("dialog").getByRole("textbox").fill("baseline");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "baseline", level: 1 }).waitFor();

  await menu.click();
  await page.getByRole("menuitem", { name: "Delete…" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Delete", exact: true }).click();
  await page.getByText("This run is deleted.").waitFor();
  // MLflow takes no changes of deleted runs.
  expect(await page.getByRole("button", { name: "Change stage" }).count()).toBe(0);
  await page.getByRole("button", { name: "Restore" }).click();
  await page.getByRole("button", { name: "Change stage" }).waitFor({ state: "attached" });
  const { info } = await new MlrunsClient(root).getRun(RUN_ID);
  expect([info.runName, info.lifecycleStage]).toEqual(["baseline", "active"]);
});

test("tags and descriptions of a registered model and of one of its versions are changed on their pages", async () => {
  const root = await makeTree("v3-registry");
  const { url } = await serve(root);
  const { page } = await openPage(`${url}/#/models/churn model`);
  const describe = async (text: string): Promise<void> => {
    await page.getByRole("button", { name: /(Edit the|Write a) description/ }).click();
    await page.getByRole("dialog").getByRole("textbox").fill(text);
    await page.getByRole("dialog").getByRole("button", { name: "Save" }).click();
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await page.locator(".model-side .markdown", { hasText: text }).waitFor();
  };
  const tag = async (value: string): Promise<void> => {
    await page.getByRole("button", { name: "Add", exact: true }).click();
    await page.getByRole("textbox", { name: "Key" }).fill("verdict");
    await page.getByRole("textbox", { name: "Value" }).fill(value);
    await page.keyboard.press("Enter");
    await page.locator("dd", { hasText: value }).waitFor();
  };

  await describe("Who leaves");
  await tag("of the model");
  await page.goto(`${url}/#/models/churn model/versions/1`);
  await page.getByRole("heading", { name: "Version 1" }).waitFor();
  await describe("The first one");
  await tag("of the version");
  await page.getByRole("button", { name: "Remove verdict" }).click();
  await page.getByText("Removed verdict").waitFor();

  const client = new MlrunsClient(root);
  const model = await client.getRegisteredModel("churn model");
  const version = await client.getModelVersion("churn model", "1");
  expect([model.description, model.tags.verdict]).toEqual(["Who leaves", "of the model"]);
  expect([version.description, version.tags.verdict]).toEqual(["The first one", undefined]);
});

test("a read-only server offers no change of a run or a model", async () => {
  const { url } = await serve(await makeTree("v3-registry"), { args: ["--read-only"] });
  const { page } = await openPage(`${url}/#/models/churn model`);
  await page.getByText("Aliases").first().waitFor();
  expect(await page.getByRole("button", { name: /Add|description/ }).count()).toBe(0);

  const { url: runUrl } = await serve(await makeRunTree({ "tags/a": "b" }), {
    args: ["--read-only"],
  });
  const { page: run } = await openPage(`${runUrl}/${RUN}`);
  await run.locator("dt", { hasText: "a" }).first().waitFor();
  expect(await run.getByRole("button", { name: /Add|note|Change|Remove|Rename/ }).count()).toBe(0);
});

test("the selected runs alone are exported, with the columns that are shown", async () => {
  const other = "f".repeat(32);
  const root = await makeRunTree({ "params/lr": "0.1" }, { [other]: { "params/lr": "0.2" } });
  const { url } = await serve(root);
  const { page } = await openPage(`${url}/#/experiments/${EXPERIMENT_ID}?sel=${other}`);

  const bar = page.getByRole("region", { name: "1 selected" });
  await bar.getByRole("button", { name: "Export" }).click();
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("menuitem", { name: "CSV, selected runs" }).click(),
  ]);
  const chunks: Buffer[] = [];
  for await (const chunk of await download.createReadStream()) chunks.push(chunk as Buffer);

  const text = Buffer.concat(chunks).toString();
  expect(text).toContain("run-ffff");
  expect(text).not.toContain("run-0123");
});
