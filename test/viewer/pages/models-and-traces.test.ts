import axe from "axe-core";
import { expect, test } from "vitest";
import { MlrunsClient } from "../../../lib/client/client.ts";
import { openPage } from "../../helpers/browser.ts";
import { serve } from "../../helpers/servers.ts";
import { makeTree } from "../../helpers/tree.ts";

test("the registry shows models, aliases and stages as MLflow keeps them, and leads to a version", async () => {
  const server = await serve(await makeTree("v3-registry"));
  const { page } = await openPage(`${server.url}/#/models`);

  await page.getByRole("link", { name: "churn model" }).waitFor();
  expect(await page.getByRole("row", { name: /churn model/ }).textContent()).toMatch(
    /Version 3[\s\S]*Challenger_2 2[\s\S]*champion 3[\s\S]*Production 3/,
  );
  await page.getByText("1 prompt not shown").waitFor();
  await page.getByRole("link", { name: "Challenger_2 2" }).click();
  await page.getByRole("heading", { name: "Version 2" }).waitFor();
  expect(decodeURIComponent(new URL(page.url()).hash)).toBe("#/models/churn model/versions/2");
  await page.getByRole("link", { name: "trainer" }).click();
  await page.getByRole("heading", { name: "trainer" }).waitFor();
});

test("an alias is set on a version, and one is removed, from the model's page", async () => {
  const root = await makeTree("v3-registry");
  const { url } = await serve(root);
  const { page } = await openPage(`${url}/#/models/churn model/versions/1`);
  await page.getByRole("button", { name: "Edit aliases" }).click();
  const dialog = page.getByRole("dialog", { name: "Aliases of churn model" });

  await dialog.getByRole("button", { name: "Remove champion" }).click();
  await dialog.getByRole("button", { name: "Remove champion" }).waitFor({ state: "detached" });
  await dialog.getByLabel("Alias", { exact: true }).fill("stable");
  await page.evaluate(axe.source);
  const violations = await page.evaluate(async () => {
    const { axe: inPage } = globalThis as unknown as { axe: typeof import("axe-core") };
    return (await inPage.run(document)).violations.map(({ id }) => id);
  });
  expect(violations).toEqual([]);
  await dialog.getByRole("button", { name: "Set alias" }).click();
  await page.getByText("stable points to version 1").waitFor();

  await page.getByRole("row", { name: /stable/ }).waitFor();
  const { aliases } = await new MlrunsClient(root).getRegisteredModel("churn model");
  expect(aliases).toEqual({ Challenger_2: "2", stable: "1" });
});

test("an alias that MLflow refuses stays in the dialog with the reason", async () => {
  const { url } = await serve(await makeTree("v3-registry"));
  const { page } = await openPage(`${url}/#/models/churn model`, { allow: /400/ });
  await page.getByRole("button", { name: "Edit aliases" }).click();
  await page.getByLabel("Alias", { exact: true }).fill("latest");
  await page.getByRole("button", { name: "Set alias" }).click();

  expect(await page.getByRole("alert").textContent()).toContain("latest");
  expect(await page.getByLabel("Alias", { exact: true }).inputValue()).toBe("latest");
});

test("a read-only server's model page offers no edit of aliases", async () => {
  const { url } = await serve(await makeTree("v3-registry"), { args: ["--read-only"] });
  const { page } = await openPage(`${url}/#/models/churn model`);

  await page.getByRole("link", { name: "champion 3" }).waitFor();
  expect(await page.getByRole("button", { name: "Edit aliases" }).count()).toBe(0);
});

test("a logged model shows its metrics by dataset and its params", async () => {
  const server = await serve(await makeTree("v3-logged-models"));
  const { page } = await openPage(`${server.url}/#/`);
  await page.getByRole("link", { name: /^lm\b/ }).first().click();
  const experiment = /experiments\/(\d+)/.exec(page.url())?.[1] ?? "";
  await page.evaluate((id) => {
    location.hash = `#/experiments/${id}/models`;
  }, experiment);

  await page.getByRole("link", { name: "candidate-0" }).click();
  await page.getByRole("heading", { name: "candidate-0" }).waitFor();
  const rows = await page.locator(".key-table").first().locator("tbody tr").allInnerTexts();
  expect(rows.map((row) => row.split(/\s+/))).toEqual([
    ["acc", "valid", "0.9000", "0"],
    ["acc", "other", "0.8000", "5"],
    ["loss", "0.4000", "2"],
  ]);
});

test("a trace shows its spans over time, what went in and out, and its assessments", async () => {
  const server = await serve(await makeTree("v3-traces"));
  const { page } = await openPage(`${server.url}/#/experiments/492178799070633253/traces`);

  await page.getByRole("row", { name: /error/ }).getByRole("link").click();
  await page.getByText("ValueError: no answer for boom").first().waitFor();
  await page.goBack();
  await page.getByRole("searchbox").fill("HELLO");
  await page.getByRole("link", { name: "answer" }).click();
  const spans = page.getByRole("tree", { name: "Spans" });
  await spans.getByRole("treeitem", { name: /answer/ }).focus();
  await page.keyboard.press("ArrowDown");
  await page.getByRole("heading", { name: "lookup" }).waitFor();
  await page.getByText("déjà vu 😀").waitFor();
  expect(await page.locator(".assessments li.is-replaced").textContent()).toContain("0.8");
});
