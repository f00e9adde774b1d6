/**
 * What MLflow answers for its own trees is what we answer. Four differences are deliberate:
 * - a metric line with a dataset keeps the step that the file has; MLflow writes it and reads 0;
 * - artifacts of runs in the trash are found where they lie; MLflow looks at the recorded place and finds none;
 * - an experiment in the trash is deleted, also where 1.30 left `active` in its meta.yaml;
 * - an expectation keeps its `valid`; MLflow writes it and does not read it.
 * Locations stay as MLflow wrote them, absolute URIs of another machine.
 */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { MlrunsClient } from "../../lib/client/client.ts";
import {
  experiment,
  loggedModel,
  metric,
  modelVersion,
  registeredModel,
  run,
  trace,
} from "../helpers/as-golden.ts";
import { type GoldenRun, golden, makeTree, TREE_NAMES } from "../helpers/tree.ts";

describe.each(TREE_NAMES)("%s", (name) => {
  test("experiments", async () => {
    const [client, expected] = await open(name);
    const { experiments, problems } = await client.scanExperiments("ALL");

    expect(problems).toEqual([]);
    expect(byId(experiments.map(experiment), "experiment_id")).toEqual(
      byId(
        expected.experiments.map((each) =>
          isInTrash(client, each.experiment_id) ? { ...each, lifecycle_stage: "deleted" } : each,
        ),
        "experiment_id",
      ),
    );
  });

  test("runs: info, params, latest metrics, tags, inputs and outputs", async () => {
    const [client, expected] = await open(name);
    const found: Record<string, object> = {};
    for (const experimentId of Object.keys(expected.run_ids_by_experiment)) {
      const { records, problems } = await client.scanRuns(experimentId);
      expect(problems).toEqual([]);
      for (const { run: each } of records) found[each.info.runId] = run(each);
    }

    const answers = Object.entries(expected.runs).map(([runId, answer]) => {
      const { metric_history: _, artifacts: __, ...rest } = answer;
      return [runId, rest] as const;
    });
    expect(found).toEqual(Object.fromEntries(answers));
  });

  test("histories, in the order of logging", async () => {
    const [client, expected] = await open(name);
    const found: Record<string, object> = {};
    for (const [runId, { metric_history }] of Object.entries(expected.runs)) {
      const histories = Object.keys(metric_history).map(async (key) => {
        const points = await client.getMetricHistory(runId, key);
        return [key, points.map((point) => metric({ ...point, runId }))] as const;
      });
      found[runId] = Object.fromEntries(await Promise.all(histories));
    }

    expect(found).toEqual(histories(expected.runs, await stepsInFiles(client, expected.runs)));
  });

  test("artifacts of active runs", async () => {
    const [client, expected] = await open(name);
    for (const [runId, { info, artifacts }] of Object.entries(expected.runs)) {
      const found = await client.listArtifacts(runId);
      if (isInTrash(client, String(info.experiment_id))) expect(artifacts).toEqual([]);
      else expect(await listAll(client, runId, found)).toEqual(artifacts);
    }
  });

  test("registered models, versions and logged models", async () => {
    const [client, expected] = await open(name);
    const ids = expected.experiments.map(({ experiment_id }) => experiment_id);
    const { registeredModels } = await client.searchRegisteredModels({ maxResults: 1000 });
    const { modelVersions } = await client.searchModelVersions();
    const { loggedModels } = await client.searchLoggedModels(ids);

    expect(registeredModels.map(registeredModel)).toEqual(expected.registered_models.result);
    expect(modelVersions.map(modelVersion)).toEqual(expected.model_versions.result);
    expect(loggedModels.map(loggedModel)).toEqual(expected.logged_models.result);
  });

  test("traces with metadata, tags and assessments", async () => {
    const [client, expected] = await open(name);
    const found: Record<string, object> = {};
    for (const id of Object.keys(expected.traces)) {
      found[id] = (await client.searchTraces([id])).traces.map(trace);
    }

    expect(found).toEqual(expected.traces);
  });
});

test("artifacts of a run in the trash are found, which MLflow does not", async () => {
  const [client] = await open("v3-basic");
  const experimentId = await client.createExperiment("short-lived");
  const { info } = await client.createRun(experimentId);
  await client.logText(info.runId, "here", "a/note.txt");
  await client.deleteExperiment(experimentId);

  expect(isInTrash(client, experimentId)).toBe(true);
  expect(await listAll(client, info.runId, await client.listArtifacts(info.runId))).toEqual([
    { path: "a", is_dir: true, file_size: null },
    { path: "a/note.txt", is_dir: false, file_size: 4 },
  ]);
});

test("spans of a trace are read, times in nanoseconds exactly", async () => {
  const [client] = await open("v3-traces");
  const { spans } = await client.getTrace("tr-71e966a623cfc9b60bf8abe1d5a1af96");

  expect(spans.map(({ name, parentId, startTimeNs }) => ({ name, parentId, startTimeNs }))).toEqual(
    [
      { name: "answer", parentId: null, startTimeNs: 1795394611593478678n },
      { name: "lookup", parentId: "27d4b7f1ceeff6f5", startTimeNs: 1795394611738410595n },
    ],
  );
  expect(JSON.parse(spans[1]?.attributes["mlflow.spanOutputs"] ?? "")).toEqual([
    "doc1",
    "déjà vu 😀",
  ]);
});

test("prompts are models with a tag, left out unless asked for", async () => {
  const [client] = await open("v3-registry");
  const { prompts } = await client.searchPrompts();
  const first = await client.loadPrompt("prompts:/greeting@prod");

  expect(prompts).toEqual([
    {
      name: "greeting",
      description: "first",
      creationTimestamp: 1795394690595,
      tags: { _mlflow_experiment_ids: ",0,", author: "ada" },
    },
  ]);
  expect(first).toMatchObject({
    version: "1",
    template: "Hello {{name}}, welcome to {{place}}!",
    commitMessage: "first",
    tags: { author: "ada" },
    aliases: ["prod"],
  });
});

async function open(name: (typeof TREE_NAMES)[number]) {
  return [new MlrunsClient(await makeTree(name)), await golden(name)] as const;
}

function isInTrash(client: MlrunsClient, experimentId: string): boolean {
  return existsSync(join(client.root, ".trash", experimentId));
}

function byId(items: readonly object[], key: string): object[] {
  const id = (item: object): string => String((item as Record<string, unknown>)[key]);
  return [...items].sort((a, b) => (id(a) < id(b) ? -1 : 1));
}

/** Depth first, each level in order, as the golden has them. */
async function listAll(
  client: MlrunsClient,
  runId: string,
  level: Awaited<ReturnType<MlrunsClient["listArtifacts"]>>,
): Promise<object[]> {
  const all: object[] = [];
  for (const { path, isDir, fileSize } of level) {
    all.push({ path, is_dir: isDir, file_size: fileSize });
    if (isDir) all.push(...(await listAll(client, runId, await client.listArtifacts(runId, path))));
  }
  return all;
}

/** Steps that stand in the files for points with a dataset, per run and key, in order. */
async function stepsInFiles(
  client: MlrunsClient,
  runs: Readonly<Record<string, GoldenRun>>,
): Promise<Record<string, Record<string, readonly number[]>>> {
  const steps: Record<string, Record<string, readonly number[]>> = {};
  for (const [runId, { metric_history }] of Object.entries(runs)) {
    const { experiment_id } = runs[runId]?.info ?? {};
    steps[runId] = {};
    for (const [key, points] of Object.entries(metric_history)) {
      if (!points.some(({ dataset_name }) => dataset_name !== undefined)) continue;
      const text = await readFile(
        join(client.root, String(experiment_id), runId, "metrics", key),
        "utf8",
      );
      steps[runId][key] = text
        .trimEnd()
        .split("\n")
        .map((line) => Number(line.split(" ")[2]));
    }
  }
  return steps;
}

/** MLflow's answers, with the steps of the files. */
function histories(
  runs: Readonly<Record<string, GoldenRun>>,
  steps: Record<string, Record<string, readonly number[]>>,
): object {
  const answers = Object.entries(runs).map(([runId, { metric_history }]) => {
    const keys = Object.entries(metric_history).map(([key, points]) => [
      key,
      points.map((point, i) => ({ ...point, step: steps[runId]?.[key]?.[i] ?? point.step })),
    ]);
    return [runId, Object.fromEntries(keys)];
  });
  return Object.fromEntries(answers);
}
