import axe from "axe-core";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { openPage } from "../../helpers/browser.ts";
import { serve } from "../../helpers/servers.ts";
import { makeTree, type TreeName } from "../../helpers/tree.ts";
import { MISSING_EXPERIMENT, type Place, placesOf } from "./places.ts";

async function openPlaces(
  options: Parameters<typeof openPage>[1],
  tree: TreeName = "v3-basic",
  experiment = "churn",
): Promise<{ page: Page; places: Place[]; goTo: (place: Place) => Promise<void> }> {
  const root = await makeTree(tree);
  const places = await placesOf(root, experiment);
  const { url } = await serve(root);
  // Asking for what is not there is part of the test.
  const { page } = await openPage(`${url}/`, { allow: MISSING_EXPERIMENT, ...options });
  return {
    page,
    places,
    // The hash alone changes: the page has to follow.
    goTo: async ({ hash, shown }) => {
      await page.evaluate((next) => {
        location.hash = next;
      }, hash);
      await page.locator(shown).first().waitFor();
    },
  };
}

test.each(["light", "dark"] as const)(
  "axe finds nothing to object to on any page in the %s theme",
  async (colorScheme) => {
    const { page, places, goTo } = await openPlaces({ colorScheme });
    await page.evaluate(axe.source);
    for (const place of places) {
      await goTo(place);

      expect(await violationsOf(page), place.name).toEqual([]);
    }
  },
);

test.each(["light", "dark"] as const)(
  "axe finds nothing to object to in what opens above the page in the %s theme",
  async (colorScheme) => {
    const { page, places, goTo } = await openPlaces({ colorScheme });
    await page.evaluate(axe.source);
    const runs = places.find(({ name }) => name === "selected runs");
    if (runs !== undefined) await goTo(runs);
    const openings: Readonly<Record<string, () => Promise<void>>> = {
      palette: () => page.keyboard.press("Control+k"),
      help: () => page.keyboard.press("?"),
      columns: () => page.getByRole("button", { name: "Columns", exact: true }).click(),
      group: () => page.getByRole("button", { name: "Group", exact: true }).click(),
      views: () => page.getByRole("button", { name: "Views" }).click(),
      "a new tag": async () => {
        await page.getByRole("button", { name: "Edit" }).click();
        await page.getByRole("menuitem", { name: "Set a tag…" }).click();
      },
      "a heading's menu": async () => {
        await page.getByRole("grid").focus();
        await page.keyboard.press("Shift+F10");
      },
      settings: () => page.getByRole("button", { name: "Appearance and keys" }).click(),
      suggestions: () => page.getByRole("combobox", { name: "Filter runs" }).fill("met"),
    };
    for (const [name, open] of Object.entries(openings)) {
      await open();
      await page.locator("dialog[open] input, dialog[open] dl, [popover]").first().waitFor();

      expect(await violationsOf(page), name).toEqual([]);
      await page.keyboard.press("Escape");
      await page.locator("dialog[open], [popover]").first().waitFor({ state: "detached" });
    }
  },
);

test.each([320, 390, 768, 1440])(
  "at %d pixels nothing scrolls sideways but tables and code",
  async (width) => {
    const { page, places, goTo } = await openPlaces({ viewport: { width, height: 844 } });
    for (const place of places) {
      await goTo(place);

      expect(await sidewaysOf(page), place.name).toEqual([]);
    }
  },
);

test("odd names, long values and a hostile tree do not push the page out of its frame", async () => {
  const { page, places, goTo } = await openPlaces(
    { viewport: { width: 390, height: 844 } },
    "v3-edge",
    'ünï/cödé: 😀 #1 "x"',
  );
  for (const place of places) {
    await goTo(place);

    expect(await sidewaysOf(page), place.name).toEqual([]);
  }
});

/** What axe objects to: the rule and the elements. */
async function violationsOf(page: Page): Promise<unknown[]> {
  return page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: typeof import("axe-core") };
    const { violations } = await axe.run(document);
    return violations.map(({ id, nodes }) => ({
      id,
      targets: nodes.map(({ html }) => html.slice(0, 160)),
    }));
  });
}

/** Elements that are seen beyond the edge of the window, and are not in a box that scrolls on purpose. */
async function sidewaysOf(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const { clientWidth, scrollWidth } = document.documentElement;
    const scrolling = ".run-table, .compare-scroll, .tabs, .code-block, .tree-scroll";
    /** Where an element ends, as far as the boxes around it do not cut it off. */
    const endOf = (element: Element): number => {
      let end = element.getBoundingClientRect().right;
      for (let box = element.parentElement; box !== null; box = box.parentElement) {
        if (getComputedStyle(box).overflowX === "visible") continue;
        end = Math.min(end, box.getBoundingClientRect().right);
      }
      return end;
    };
    const outside = [...document.body.querySelectorAll("*")].filter(
      (element) =>
        element.closest(scrolling) === null &&
        element.getBoundingClientRect().width > 0 &&
        endOf(element) > clientWidth + 1,
    );
    const page = scrollWidth > clientWidth ? ["the page itself"] : [];
    return [...page, ...outside.map((element) => `${element.tagName}.${element.className}`)];
  });
}
