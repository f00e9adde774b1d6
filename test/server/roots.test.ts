/** A server over several trees. */
import { beforeEach, expect, onTestFinished, test } from "vitest";
import { RootsClient } from "../../lib/client/roots-client.ts";
import { serve } from "../../lib/server/index.ts";
import type { RunningServer } from "../../lib/server/serve.ts";
import type { ChangeEvent, Manifest } from "../../lib/wire/data-files.ts";
import { DATA_PATH } from "../../lib/wire/data-paths.ts";
import { makeTwoRoots, type TwoRoots } from "../helpers/roots.ts";

let roots: TwoRoots;
let server: RunningServer;

beforeEach(async () => {
  roots = await makeTwoRoots();
  server = await serve(new RootsClient([roots.ada, roots.bob]), {
    port: 0,
    staticPrefix: "/lab",
    labelOf: (root) => root.slice(roots.folder.length + 1),
  });
  onTestFinished(() => server.close());
});

async function post(path: string, body: object): Promise<Response> {
  return fetch(`${server.url}/${path}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
}

test("the REST API is the first root's, and each other root has its own", async () => {
  const { ada, bob, own } = roots;
  const [first = "", second = ""] = server.roots.map(({ url }) => url.slice(server.url.length));
  const tag = { run_id: own, key: "verdict", value: "good" };

  expect([first, second]).toEqual(["", "/roots/bob"]);
  expect((await post("api/2.0/mlflow/runs/set-tag", tag)).status).toBe(404);
  expect((await post("roots/bob/api/2.0/mlflow/runs/set-tag", tag)).status).toBe(200);
  expect((await bob.getRun(own)).data.tags.verdict).toBe("good");
  await post("api/2.0/mlflow/experiments/create", { name: "by REST" });
  expect(await bob.getExperimentByName("by REST")).toBeUndefined();
  expect((await ada.getExperimentByName("by REST"))?.name).toBe("by REST");
});

test("below its path a root is served by itself", async () => {
  const manifest = async (path: string): Promise<Manifest> =>
    (await fetch(`${server.url}/${path}data/manifest.json`)).json() as Promise<Manifest>;
  const bare = await fetch(`${server.url}/roots/bob`, { redirect: "manual" });

  expect((await manifest("")).roots.map(({ label }) => label)).toEqual([
    "ada/mlruns",
    "team/bob/mlruns",
  ]);
  expect((await manifest("roots/bob/")).roots).toEqual([
    { label: "team/bob/mlruns", key: "", apiBase: "ajax-api" },
  ]);
  expect([bare.status, bare.headers.get("location")]).toEqual([308, "/lab/roots/bob/"]);
  expect((await fetch(`${server.url}/roots/none/data/manifest.json`)).status).toBe(404);
});

test("an artifact of any root is sent, and a report may load images from beside it alone", async () => {
  const { rawBase } = (await (
    await fetch(`${server.url}/${DATA_PATH.manifest}`)
  ).json()) as Manifest;
  const folder = `${server.url}/${rawBase}/${roots.own}~bob/`;
  const answer = await fetch(`${folder}reports/report.html`);

  expect(await answer.text()).toBe("<p>bob's report</p>");
  expect(answer.headers.get("content-security-policy")).toContain(`img-src ${folder} data: blob:`);
});

test("changes of every root are told, with the ids of the site", async () => {
  const { ada, bob, experimentId, shared, own } = roots;
  const abort = new AbortController();
  const { body } = await fetch(`${server.url}/${DATA_PATH.events}`, { signal: abort.signal });
  const reader = body?.pipeThrough(new TextDecoderStream()).getReader();
  const told = new Set<string>();
  const listen = async (wanted: number): Promise<void> => {
    while (told.size < wanted) {
      const { value = "", done } = (await reader?.read()) ?? { done: true };
      if (done) return;
      for (const [, json = ""] of value.matchAll(/^data: (.*)$/gm)) {
        const { experimentId, runId } = JSON.parse(json) as ChangeEvent;
        if (runId !== null) told.add(`${experimentId}/${runId}`);
      }
    }
  };
  // The first look tells of nothing: only what comes after it is news.
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  ada.logMetric(shared, "loss", 0.01, { step: 9 });
  bob.logMetric(own, "loss", 0.02, { step: 9 });
  await listen(2);
  abort.abort();

  expect([...told].sort()).toEqual(
    [`${experimentId}/${shared}`, `${experimentId}~bob/${own}~bob`].sort(),
  );
});
