import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import sirv from "sirv";
import { expect, test } from "vitest";
import { MlrunsClient } from "../../../lib/client/client.ts";
import { writeSite } from "../../../lib/site/write.ts";
import { openPage } from "../../helpers/browser.ts";
import { afterUse } from "../../helpers/cleanup.ts";
import { repoRoot } from "../../helpers/paths.ts";
import { makeTempFolder, makeTree, TREE_NAMES } from "../../helpers/tree.ts";

/** The site of a tree on a static host that knows nothing of it, below a path. */
async function publish(client: MlrunsClient): Promise<{ url: string; failed: string[] }> {
  const parent = await makeTempFolder();
  const viewerDir = join(repoRoot, "dist", "viewer");
  await writeSite(client, join(parent, "some/sub/path"), { viewerDir, artifacts: "all" });
  const failed: string[] = [];
  const files = sirv(parent, { dev: true, dotfiles: true });
  const server = createServer((request, response) => {
    response.once("finish", () => {
      if (response.statusCode >= 400) failed.push(`${response.statusCode} ${request.url}`);
    });
    files(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  afterUse(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/some/sub/path/`, failed };
}

/** Addresses of a page of each kind that the tree has. */
async function addresses(client: MlrunsClient): Promise<string[]> {
  const { experiments } = await client.scanExperiments("ALL");
  const ids = experiments.map(({ experimentId }) => experimentId);
  const found = ["#/", "#/models", "#/prompts", "#/tree", "#/experiments/all?life=all"];
  for (const id of ids) {
    const { records } = await client.scanRuns(id);
    if (records.length === 0) continue;
    found.push(`#/experiments/${id}`);
    // The run with most to show.
    const [first] = [...records].sort((a, b) => weight(b.run) - weight(a.run));
    const run = `#/experiments/${id}/runs/${first?.run.info.runId}`;
    if (found.length < 12) found.push(run, `${run}/model-metrics`, `${run}/artifacts`);
  }
  const { loggedModels } = await client.searchLoggedModels(ids);
  for (const model of loggedModels.slice(0, 1))
    found.push(`#/experiments/${model.experimentId}/models/${model.modelId}`);
  const { traces } = await client.searchTraces(ids);
  for (const trace of traces.slice(0, 1)) found.push(`#/experiments/${trace.experimentId}/traces`);
  const { registeredModels } = await client.searchRegisteredModels();
  for (const { name } of registeredModels.slice(0, 1))
    found.push(`#/models/${encodeURIComponent(name)}`);
  return found;
}

function weight({ data }: { data: { metrics: object; params: object } }): number {
  return Object.keys(data.metrics).length + Object.keys(data.params).length;
}

test.each(TREE_NAMES)(
  "%s below a path: every page opens without an error and without a request that fails",
  async (name) => {
    const client = new MlrunsClient(await makeTree(name));
    const { url, failed } = await publish(client);
    const { page, problems } = await openPage(url);
    for (const address of await addresses(client)) {
      await page.goto(`${url}${address}`);
      await page.waitForFunction(
        () => (document.querySelector("main")?.textContent ?? "").length > 20,
      );
    }
    await page.waitForLoadState("networkidle");

    expect(failed).toEqual([]);
    expect(problems).toEqual([]);
  },
  90_000,
);
