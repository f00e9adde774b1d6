import { expect, test } from "vitest";
import { MlrunsClient } from "../../../lib/client/client.ts";
import { TEXTS } from "../../../viewer/texts.ts";
import { openPage } from "../../helpers/browser.ts";
import {
  CURSED_EXPERIMENT,
  CURSED_RUN,
  MISSING_RUN,
  makeCursedTree,
} from "../../helpers/cursed-tree.ts";
import { makeManyRuns } from "../../helpers/many-runs.ts";
import { serve } from "../../helpers/servers.ts";
import { makeTree, TREE_NAMES } from "../../helpers/tree.ts";
import { hostEverywhere } from "./hosts.ts";
import { addressesOf, follow, goTo } from "./walk.ts";

const TREES: Readonly<Record<string, () => Promise<string>>> = {
  ...Object.fromEntries(TREE_NAMES.map((name) => [name, () => makeTree(name)])),
  "the cursed tree": makeCursedTree,
};

/**
 * An experiment and a run that are not there are asked for on purpose, and reports of a static site wait for leave to
 * run.
 */
const EXPECTED = new RegExp(
  `404 .*/(runs/404|run/${MISSING_RUN})\\.json|Blocked script execution in '[^']*/raw/[^']*\\.html'`,
);

test.each(Object.keys(TREES))(
  "every page of %s opens alike on the live server, a static host and below a path",
  async (name) => {
    const root = (await TREES[name]?.()) ?? "";
    const addresses = await addressesOf(root);
    const hosts = await hostEverywhere(root);

    const said = await Promise.all(
      hosts.map(async ({ url }) => {
        const { page } = await openPage(url, { allow: EXPECTED });
        follow(page);
        const texts: string[] = [];
        for (const address of addresses) {
          texts.push(`${address}\n${comparable(await goTo(page, address))}`);
        }
        expect(await page.evaluate(() => "hacked" in window)).toBe(false);
        return texts;
      }),
    );

    expect(said[1]).toEqual(said[0]);
    expect(said[2]).toEqual(said[0]);
    expect(hosts.flatMap(({ failed }) => failed).filter((one) => !EXPECTED.test(one))).toEqual([]);
  },
);

/**
 * What the report in its sandbox tries in vain, an uncaught nothing of Chromium's own viewer of PDFs, a picture and a
 * link that lead out of the artifacts.
 */
const EXPECTED_OF_FILES =
  /attack\.html|^uncaught: $|404 .*\/raw\/.*\/meta\.yaml|400 .*\/out-of-the-tree\.txt/;

test("no file of the cursed tree breaks its preview, reaches out or gets at the page", async () => {
  const root = await makeCursedTree();
  const client = new MlrunsClient(root);
  const { url } = await serve(root);
  const { page } = await openPage(url, { allow: EXPECTED_OF_FILES });
  follow(page);
  const titles = [];
  for await (const { path } of client.iterateArtifacts(CURSED_RUN)) {
    const place = path.split("/").map(encodeURIComponent).join("/");
    await goTo(page, `#/experiments/${CURSED_EXPERIMENT}/runs/${CURSED_RUN}/artifacts/${place}`);
    titles.push(await page.locator("h1").first().textContent());
  }

  expect(titles.length).toBeGreaterThan(45);
  expect(titles.filter((title) => title === TEXTS.pageBroke)).toEqual([]);
  expect(await page.evaluate(() => "hacked" in window)).toBe(false);
});

test("of 10,000 runs every page of the table opens, and the last row is as near as the first", async () => {
  const root = await makeManyRuns(10_000);
  const { url } = await serve(root);
  const { page } = await openPage(url);
  follow(page);
  await page.locator(".page-foot b", { hasText: "10,000" }).waitFor({ timeout: 120_000 });

  for (const rest of [
    "?q=params.lr%20%3D%20'0.1'",
    "?s=-metrics.loss",
    "?g=params.seed",
    "?mode=charts",
  ]) {
    await goTo(page, `#/experiments/1${rest}`);
  }
  await goTo(page, "#/experiments/1?s=attributes.name");
  await page.getByRole("grid").focus();
  await page.keyboard.press("Control+End");
  await page.getByText("run-9999", { exact: true }).waitFor();
});

/**
 * Without ages, roots and what differs on purpose: views, comparisons as one file, where it was read, old places, scripts of
 * reports, sources of versions.
 */
function comparable(text: string): string {
  return text
    .replaceAll(/\s+/g, " ")
    .replaceAll(/(just )?now|\d+ h \d\d|\d+ d \d+ h|\d+ (s|min|h|d)( ago)?/g, "<age>")
    .replace(/(read <age> from|static export of).*$/, "")
    .replace(/Recorded where the tree lay.*?(?=Runs (that|in)|To look)/, "")
    .replaceAll(/read <age>, |followed live|asked every few seconds|connecting|static export/g, "")
    .replaceAll(/\/[\w/-]*\/mlruns|mlruns/g, "<root>")
    .replaceAll("Views", "")
    .replace("CSVHTMLCopy link", "CSVCopy link")
    .replace(/Shown in a sandbox:.*|Scripts in this report.*/, "")
    .replace(/Source(models|s3|javascript):.*?(?=Description|$)/, "");
}
