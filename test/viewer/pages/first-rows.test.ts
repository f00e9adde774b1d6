import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { MlrunsClient } from "../../../lib/client/client.ts";
import { openPage } from "../../helpers/browser.ts";
import { serve } from "../../helpers/servers.ts";
import { makeTree } from "../../helpers/tree.ts";

/** What is still empty: its words come with the code. */
const EMPTY = [".filter-line", ".page-foot"];

/** What must not move when the rest of the page comes. */
const STAYS = [
  ".page-head h1",
  ".runs-tools-buttons > :last-child",
  ".run-table",
  ".run-head-label",
  ".run-head-group",
  ".run-row",
  ".run-row a",
  ".run-mark",
  ".run-cells > div",
];

/** Opens an address and keeps all of the viewer's code back but what draws the first rows. */
async function openHeld(hash: string, width: number) {
  const root = await makeTree("v3-basic");
  const { experimentId } = (await new MlrunsClient(root).getExperimentByName("churn")) ?? {};
  const { url } = await serve(root);
  const { page } = await openPage(`${url}/#/models`, { viewport: { width, height: 800 } });
  const release = await holdViewer(page);
  await page.goto("about:blank");
  await page.goto(`${url}/#/experiments/${experimentId}${hash}`, { waitUntil: "commit" });
  return { page, release };
}

/** @returns lets the code go */
async function holdViewer(page: Page): Promise<() => void> {
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  await page.route("**/assets/index-*.js", async (route) => {
    await held;
    await route.continue();
  });
  return release;
}

const look = (page: Page): Promise<unknown> =>
  page.evaluate(
    ({ empty, stays }) =>
      [...empty, ...stays].map((selector) =>
        [...document.querySelectorAll(selector)].map((element) => {
          const { x, y, width, height } = element.getBoundingClientRect();
          const text = empty.includes(selector) ? "" : element.textContent;
          return [selector, text, x, y, width, height];
        }),
      ),
    { empty: EMPTY, stays: STAYS },
  );

const isWhole = (page: Page): Promise<void> =>
  page.locator(".app:not([aria-busy])").waitFor({ state: "attached" });

test.each([
  ["", 1440],
  ["?s=-attributes.duration&o=attributes.duration~pin", 1440],
  ["?flat=1&life=all", 900],
])(
  "the first rows of %j at %i px stand before the rest of the code is there, and stay",
  async (hash, width) => {
    const { page, release } = await openHeld(hash, width);
    await page.locator(".run-row").first().waitFor();
    const before = await look(page);
    await page.evaluate(() => {
      Object.assign(window, { firstRow: document.querySelector(".run-row") });
    });
    release();
    await isWhole(page);

    expect(await look(page)).toEqual(before);
    expect(await page.evaluate(() => document.contains(Reflect.get(window, "firstRow")))).toBe(
      true,
    );
  },
);

test("a link in a row leads to its run before the rest of the code is there", async () => {
  const { page, release } = await openHeld("", 1440);
  const link = page.locator(".run-row a").first();
  const name = (await link.textContent()) ?? "";
  await link.click();
  release();
  await isWhole(page);

  await page.locator("h1", { hasText: name }).waitFor();
});

test("where the first rows cannot be drawn, the page comes all the same", async () => {
  const { page, release } = await openHeld("", 1440);
  release();
  await page.addInitScript(() => {
    Object.defineProperty(HTMLLinkElement.prototype, "sheet", {
      get: () => {
        throw new Error("no styles to be seen");
      },
    });
  });
  await page.reload();
  await isWhole(page);

  await page.locator(".run-row").first().waitFor();
});
