import { expect, test } from "vitest";
import { MlrunsClient } from "../../../lib/client/client.ts";
import { openPage } from "../../helpers/browser.ts";
import { serve } from "../../helpers/servers.ts";
import { makeTree } from "../../helpers/tree.ts";

test("a run's page prints whole, without what can only be clicked", async () => {
  const root = await makeTree("v3-basic");
  const client = new MlrunsClient(root);
  const { runId, experimentId } = (await client.getRun("864f17062aa540dcbfc9aba1805c2e10")).info;
  // More than a screen.
  for (let i = 0; i < 120; i++) client.logParam(runId, `param-${i}`, `value ${i}`);
  client.flush();
  const { url } = await serve(root);
  const { page } = await openPage(`${url}/#/experiments/${experimentId}/runs/${runId}`, {
    viewport: { width: 1000, height: 700 },
    colorScheme: "dark",
  });
  await page.getByText("param-119").waitFor();
  await page.emulateMedia({ media: "print" });

  const clipped = await page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>("body, body *")]
      .filter((element) => element.checkVisibility())
      .filter((element) => /auto|scroll|hidden/.test(getComputedStyle(element).overflowY))
      .filter(
        (element) => element.scrollHeight > element.clientHeight + 4 && element.clientHeight > 60,
      )
      .map((element) => element.className),
  );
  const buttons = await page.evaluate(() =>
    [
      ...document.querySelectorAll<HTMLElement>(
        "nav, [role=tablist], .page-foot button, .page-head button",
      ),
    ]
      .filter((element) => element.checkVisibility())
      .map((element) => element.className || element.tagName),
  );
  const scheme = await page.evaluate(() => getComputedStyle(document.documentElement).colorScheme);
  expect(scheme).toBe("light");
  expect({ clipped, buttons }).toEqual({ clipped: [], buttons: [] });
});
