import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import sirv from "sirv";
import { describe, expect, onTestFinished, test } from "vitest";
import { MlrunsClient } from "../../lib/client/client.ts";
import { type SiteOptions, writeSite } from "../../lib/site/write.ts";
import { mergeTrees } from "../../lib/travel/merge/merge.ts";
import type { ExperimentsFile, RunFile, RunsFile } from "../../lib/wire/data-files.ts";
import { DATA_PATH } from "../../lib/wire/data-paths.ts";
import { makeTempFolder, makeTree } from "../helpers/tree.ts";

const CHURN = "802030357794687314";
const SWEEP_3 = "864f17062aa540dcbfc9aba1805c2e10";

async function site(
  root: string,
  options: SiteOptions = {},
): Promise<{ folder: string; viewerDir: string }> {
  const viewerDir = await makeTempFolder();
  writeFileSync(join(viewerDir, "index.html"), "<html><head></head><body></body></html>");
  const folder = join(await makeTempFolder(), "site");
  await writeSite(new MlrunsClient(root), folder, { viewerDir, ...options });
  return { folder, viewerDir };
}

function read<Value>(folder: string, path: string): Value {
  return JSON.parse(readFileSync(join(folder, path), "utf8")) as Value;
}

function filesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}

describe("a static site", () => {
  test("lists its experiments, as text, for readers without JavaScript", async () => {
    const root = await makeTree("v3-basic");
    await new MlrunsClient(root).createExperiment('<b>&"$&');
    const viewerDir = await makeTempFolder();
    writeFileSync(join(viewerDir, "index.html"), "<head></head><noscript>old</noscript>");
    const folder = join(await makeTempFolder(), "site");
    await writeSite(new MlrunsClient(root), folder, { viewerDir });
    const page = readFileSync(join(folder, "index.html"), "utf8");

    expect(page).toContain(`<li><a href="./${DATA_PATH.runs(CHURN)}">churn</a>, 5 runs</li>`);
    expect(page).toContain(">&lt;b&gt;&amp;&quot;$&amp;</a>, 0 runs</li>");
    expect(page).not.toContain("old");
  });

  test("holds every data file that the viewer asks for, and the artifacts, on any static host below any path", async () => {
    const root = await makeTree("v3-basic");
    const { folder } = await site(root);
    const parent = await makeTempFolder();
    mkdirSync(join(parent, "some", "sub"), { recursive: true });
    const host = createServer(sirv(join(folder, ".."), { dev: true, dotfiles: false })).listen(
      0,
      "127.0.0.1",
    );
    onTestFinished(() => void host.close());
    await new Promise((resolve) => host.once("listening", resolve));
    const base = `http://127.0.0.1:${(host.address() as { port: number }).port}/site`;
    const get = async <Value>(path: string): Promise<Value> => {
      const answer = await fetch(`${base}/${path}`);
      expect(answer.status, path).toBe(200);
      return (await answer.json()) as Value;
    };

    const { experiments } = await get<ExperimentsFile>(DATA_PATH.experiments);
    expect(experiments).toHaveLength(4);
    for (const { experimentId } of experiments) {
      for (const runId of (await get<RunsFile>(DATA_PATH.runs(experimentId))).runIds) {
        const run = await get<RunFile>(DATA_PATH.run(runId));
        for (const { key, count } of run.metrics) {
          const text = await (await fetch(`${base}/${DATA_PATH.historyText(runId, key)}`)).text();
          expect(text.split("\n")).toHaveLength(count + 1);
        }
        for (const { path, isDir } of run.artifacts.files) {
          if (isDir) await get(DATA_PATH.artifacts(runId, path));
          else
            expect(
              (await fetch(`${base}/raw/${runId}/${encodeURIComponent(path)}`)).status,
              path,
            ).toBe(200);
        }
      }
    }
  });

  test("names no path, host or user of the machine, unless asked to", async () => {
    const root = await makeTree("v3-basic");
    const { folder } = await site(root, { artifacts: "none" });
    const open = await site(root, { artifacts: "none", keepEnvironment: true });
    const all = (where: string): string =>
      filesOf(where)
        .map((path) => readFileSync(join(where, path), "utf8"))
        .join("\n");

    expect(all(folder)).not.toMatch(
      /\/tmp\/tracking|mlflow\.user|mlflow\.source\.name|"userId":"ada"/,
    );
    expect(all(folder)).not.toContain(root);
    expect(all(open.folder)).toMatch(/"userId":"ada"/);
  });

  test("of chosen experiments leaks nothing of the others", async () => {
    const root = await makeTree("v3-basic");
    const { folder } = await site(root, { experimentIds: new Set([CHURN]) });

    const { experiments } = read<ExperimentsFile>(folder, DATA_PATH.experiments);
    expect(experiments.map(({ experimentId }) => experimentId)).toEqual([CHURN]);
    const others = (await new MlrunsClient(root).scanExperiments()).experiments.filter(
      (e) => e.experimentId !== CHURN,
    );
    const text = filesOf(folder)
      .map((path) => path + readFileSync(join(folder, path), "latin1"))
      .join("\n");
    for (const { experimentId, name } of others) {
      expect(text.includes(`"${experimentId}"`), name).toBe(false);
      expect(text.includes(`"${name}"`), name).toBe(false);
    }
  });

  test("of one experiment names no run, model, trace or registered model of the others", async () => {
    const sources = ["v3-basic", "v3-logged-models", "v3-registry", "v3-traces"] as const;
    const root = join(await makeTempFolder(), "mlruns");
    await mergeTrees(await Promise.all(sources.map((name) => makeTree(name))), root);
    const client = new MlrunsClient(root);
    const others = (await client.scanExperiments("ALL")).experiments
      .map(({ experimentId }) => experimentId)
      .filter((id) => id !== CHURN);
    const runs = await Promise.all(others.map((id) => client.scanRuns(id)));
    const secret = [
      ...runs.flatMap(({ records }) => records.map(({ run }) => run.info.runId)),
      ...(await client.searchLoggedModels(others)).loggedModels.map(({ modelId }) => modelId),
      ...(await client.searchTraces(others)).traces.map(({ traceId }) => traceId),
      ...(await client.searchRegisteredModels()).registeredModels.map(({ name }) => `"${name}"`),
    ];
    const { folder } = await site(root, {
      experimentIds: new Set([CHURN]),
      artifacts: "all",
      keepEnvironment: true,
    });
    const text = filesOf(folder)
      .map((path) => path + readFileSync(join(folder, path), "latin1"))
      .join("\n");

    expect(secret.length).toBeGreaterThan(10);
    expect(secret.filter((name) => text.includes(name))).toEqual([]);
    expect(text).toContain(SWEEP_3);
  });

  test("is written again only where it changed, and what is gone is removed", async () => {
    const root = await makeTree("v3-basic");
    const { folder, viewerDir } = await site(root);
    const client = new MlrunsClient(root);
    const again = await writeSite(client, folder, { viewerDir });
    expect([again.written, again.removed]).toEqual([0, 0]);

    client.logMetric(SWEEP_3, "loss", 0.01, { step: 99, timestamp: 1 });
    const changed = await writeSite(new MlrunsClient(root), folder, { viewerDir });
    // The run, its history, the rows of its experiment.
    expect(changed.written).toBe(3);

    const fewer = await writeSite(new MlrunsClient(root), folder, {
      viewerDir,
      artifacts: "none",
      experimentIds: new Set([CHURN]),
    });
    expect(fewer.removed).toBeGreaterThan(10);
    const fresh = await site(root, { artifacts: "none", experimentIds: new Set([CHURN]) });
    expect(filesOf(folder)).toEqual(filesOf(fresh.folder));
  });

  test("never touches a folder that holds something else, and a dry run writes nothing", async () => {
    const root = await makeTree("v3-basic");
    const folder = await makeTempFolder();
    const dry = await writeSite(new MlrunsClient(root), folder, { isDryRun: true });
    expect([dry.dataFiles > 10, readdirSync(folder)]).toEqual([true, []]);

    writeFileSync(join(folder, "thesis.tex"), "x");
    await expect(writeSite(new MlrunsClient(root), folder)).rejects.toThrow(
      "is not empty and no earlier export",
    );
    expect(readdirSync(folder)).toEqual(["thesis.tex"]);
  });

  test("warns of params and tags that look like secrets", async () => {
    const root = await makeTree("v3-basic");
    const client = new MlrunsClient(root);
    const { info } = await client.createRun(CHURN);
    client.logParams(info.runId, {
      "hub.api_key": "x",
      tokens: 12,
      tokenizer: "bpe",
      url: "https://me:pw@host/x",
    });

    const report = await writeSite(client, await makeTempFolder(), { isDryRun: true });
    const names = report.secrets.map((place) => place.replace(`run ${info.runId}, `, ""));
    expect(names).toEqual(["param hub.api_key", "param tokens", "param url"]);
  });

  test("its page carries the policy that a server would send", async () => {
    const { folder } = await site(await makeTree("v1-legacy"));

    expect(readFileSync(join(folder, "index.html"), "utf8")).toContain(
      `<meta http-equiv="Content-Security-Policy" content="default-src 'none';`,
    );
    expect(filesOf(folder)).toContain(".nojekyll");
  });
});
