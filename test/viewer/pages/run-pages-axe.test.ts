import axe from "axe-core";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { openPage } from "../../helpers/browser.ts";
import { EXPERIMENT, idOf } from "../../helpers/damage/sound.ts";
import { makeBrokenTree } from "../../helpers/damages.ts";
import { serve } from "../../helpers/servers.ts";
import { makeTree, type TreeName } from "../../helpers/tree.ts";
import { EXPERIMENT_ID, history, makeRunTree, RUN_ID } from "./run-tree.ts";

const OTHER = "f".repeat(32);
const RUN = `#/experiments/${EXPERIMENT_ID}/runs/${RUN_ID}`;
const RUNS = `#/experiments/${EXPERIMENT_ID}/runs`;
const COMPARE = `#/compare-runs?runs=${RUN_ID},${OTHER}`;

/** A page and a selector of what only it shows. */
type Place = readonly [hash: string, shown: string];

const PLACES: readonly Place[] = [
  [RUN, ".run-overview .uplot"],
  [`${RUN}/metrics`, ".chart-panel .uplot"],
  [`${RUN}/artifacts`, ".artifact-choose"],
  [`${RUN}/artifacts/table.csv`, ".virtual-table tbody tr"],
  [`${RUN}/artifacts/data.json`, ".value-row"],
  [`${RUN}/artifacts/train.py`, ".text-keyword"],
  [`${RUN}/artifacts/read.md`, ".markdown table"],
  [`${RUN}/artifacts/report.html`, ".html-frame"],
  [`${RUN}/artifacts/model.pkl`, ".hex"],
  [`${RUN}/artifacts/gone.txt`, ".empty-state"],
  [`${RUN}/models`, ".empty-state"],
  [`#/metric/loss?runs=${RUN_ID},${OTHER}`, ".metric-chart-page .uplot"],
  [`${RUNS}?mode=charts`, ".run-charts .uplot"],
  [`${RUNS}?mode=charts&g=params.lr`, ".run-legend-groups"],
  [`${RUNS}?mode=charts&tab=parallel`, ".parallel-name"],
  [`${RUNS}?mode=charts&tab=scatter`, ".scatter-canvas"],
  [`${RUNS}?mode=images`, ".empty-state"],
  [`${COMPARE}&tab=curves`, ".chart-panel .uplot"],
  [`${COMPARE}&tab=artifacts&f=train.py`, ".diff-line"],
];

test.each(["light", "dark"] as const)(
  "axe finds nothing to object to on the pages of a run in the %s theme",
  async (colorScheme) => {
    const files = (scale: number): Record<string, string | Uint8Array> => ({
      "params/lr": String(scale),
      "metrics/loss": history([3 * scale, 2, 1]),
      "metrics/train/acc": history([0.1 * scale, 0.2]),
      "metrics/final": history([scale]),
      "tags/mlflow.note.content": "# Note\n\n- [x] done\n",
      "tags/mlflow.source.git.commit": "3fd02a8c0ffee1234567890abcdef1234567890a",
      "artifacts/table.csv": "a,b\n1,x\n",
      "artifacts/data.json": '{"a": [1, {"b": null}]}',
      "artifacts/train.py": `import os\nlr = ${scale}\n`,
      "artifacts/read.md": "# Read\n\n| a | b |\n|---|---|\n| 1 | 2 |\n",
      "artifacts/report.html": "<p>report</p>",
      "artifacts/model.pkl": Uint8Array.from([0x80, 4, 0, 1]),
    });
    const { url } = await serve(await makeRunTree(files(1), { [OTHER]: files(2) }));
    const { page } = await openPage(`${url}/${RUN}`, { colorScheme });

    await checkAll(page, PLACES);
  },
);

const TRACES = "#/experiments/492178799070633253/traces";
const LOGGED = "#/experiments/763216358730172132/models";

/** Pages of other trees. */
const OTHER_TREES: Readonly<Partial<Record<TreeName, readonly Place[]>>> = {
  "v3-registry": [
    ["#/models", ".virtual-table tbody a"],
    ["#/models/churn%20model/versions/3", ".model-side .block"],
    ["#/models/churn%20model/versions/99", ".model-side .block-note"],
    ["#/models/none", ".empty-state"],
  ],
  "v3-logged-models": [
    [LOGGED, ".virtual-table tbody a"],
    [`${LOGGED}/m-b5cf69e274c34085888ba2b8217446db`, ".key-table"],
    [`${LOGGED}/m-b5cf69e274c34085888ba2b8217446db/artifacts`, ".empty-state"],
    [`${LOGGED}/m-none`, ".empty-state"],
    ["#/experiments/0/models", ".empty-state"],
  ],
  "v3-traces": [
    [TRACES, ".virtual-table tbody a"],
    [`${TRACES}/tr-785009c6f03ddf3afb8b4b1b72d23e0a`, ".span-row"],
    [`${TRACES}/tr-none`, ".empty-state"],
    ["#/experiments/0/traces", ".empty-state"],
    ["#/experiments/0", ".empty-state"],
  ],
};

test.each(["light", "dark"] as const)(
  "axe finds nothing to object to in the registry, logged models, traces and what is not there, in the %s theme",
  async (colorScheme) => {
    for (const [tree, places] of Object.entries(OTHER_TREES)) {
      const { url } = await serve(await makeTree(tree as TreeName));
      // What is not there is asked for on purpose.
      const { page } = await openPage(url, { colorScheme, allow: /404/ });

      await checkAll(page, places);
    }
  },
);

test.each(["light", "dark"] as const)(
  "axe finds nothing to object to where a tree is broken, in the %s theme",
  async (colorScheme) => {
    const { url } = await serve((await makeBrokenTree()).root);
    // A run that cannot be read is answered with an error.
    const { page } = await openPage(url, { colorScheme, allow: /400 .*\/data\/run\// });

    await checkAll(page, [
      ["#/tree", ".tree-table"],
      [`#/experiments/${EXPERIMENT}`, ".run-row"],
      [`#/experiments/${EXPERIMENT}/runs/${idOf("run meta with an unknown status")}`, "h1"],
    ]);
  },
);

/** Goes to each place of a page that is open, and lets axe look at it. */
async function checkAll(page: Page, places: readonly Place[]): Promise<void> {
  await page.evaluate(axe.source);
  for (const [hash, shown] of places) {
    await page.evaluate((next) => {
      location.hash = next;
    }, hash);
    await page.locator(shown).first().waitFor();

    expect(await violations(page), hash).toEqual([]);
  }
}

/** What axe objects to: the rule and the elements. */
async function violations(page: Page): Promise<unknown[]> {
  return page.evaluate(async () => {
    const { axe: checker } = globalThis as unknown as { axe: typeof import("axe-core") };
    const { violations: found } = await checker.run(document, { iframes: false });
    return found.map(({ id, nodes }) => ({
      id,
      targets: nodes.map(({ html }) => html.slice(0, 160)),
    }));
  });
}
