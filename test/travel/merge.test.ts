import { appendFile, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { MlrunsClient } from "../../lib/client/client.ts";
import { type MergeItem, mergeTrees } from "../../lib/travel/merge/merge.ts";
import { seededRandom } from "../helpers/fault-proxy.ts";
import { folderBytes } from "../helpers/folder-bytes.ts";
import { KILLS, killRepeatedly, runCli } from "../helpers/killing.ts";
import { makeTempFolder, makeTree, TREE_NAMES } from "../helpers/tree.ts";
import { readByUs } from "../helpers/whole-tree.ts";

async function newTree(): Promise<MlrunsClient> {
  return new MlrunsClient(join(await makeTempFolder(), "mlruns"));
}

/** A run with something of everything. */
async function logRun(client: MlrunsClient, experiment: string, key: string): Promise<string> {
  const known = await client.getExperimentByName(experiment);
  const experimentId = known?.experimentId ?? (await client.createExperiment(experiment));
  const { runId } = (await client.createRun(experimentId, { runName: key })).info;
  client.logParam(runId, "key", key);
  client.logMetric(runId, "loss", 1, { step: 1, timestamp: 1 });
  client.setTag(runId, "team", "a");
  await client.logText(runId, `artifact of ${key}`, "notes/a.txt");
  client.flush();
  return runId;
}

/** The runs of a merged tree have one run folder each: copies it from one tree to another. */
async function copyTree(client: MlrunsClient): Promise<MlrunsClient> {
  const copy = await newTree();
  await mergeTrees([client.root], copy.root);
  return copy;
}

const outcomes = (items: readonly MergeItem[]): string[] =>
  items.map(({ kind, id, outcome, as }) => `${kind} ${id} ${outcome}${as ? ` as ${as}` : ""}`);

/** What differs between trees that hold the same: ids of experiments and locations. */
function withoutPlaces(answer: object): unknown {
  const text = JSON.stringify(answer, (key, value) =>
    [
      "experiment_id",
      "artifact_uri",
      "artifact_location",
      "mlflow.artifactLocation",
      "source",
    ].includes(key)
      ? null
      : value,
  );
  return JSON.parse(text);
}

describe("merging", () => {
  test.each(TREE_NAMES)("%s into nothing gives the same tree", async (name) => {
    const source = await makeTree(name);
    const before = await folderBytes(source);
    const into = (await newTree()).root;
    const { items, problems } = await mergeTrees([source], into);

    expect(withoutPlaces(await readByUs(into))).toEqual(withoutPlaces(await readByUs(source)));
    expect(items.filter(({ outcome }) => outcome !== "added")).toEqual([]);
    expect(problems).toEqual([]);
    expect(await folderBytes(source)).toEqual(before);
    const after = await folderBytes(into);
    expect(Object.values(after).join("")).not.toContain("file:///tmp/tracking/mlruns/");
    const again = await mergeTrees([source], into);
    expect(again.items.filter(({ outcome }) => outcome !== "identical")).toEqual([]);
    expect(await folderBytes(into)).toEqual(after);
  });

  test("experiments of one name join, and others get an id of their own where theirs is taken", async () => {
    const [a, b] = [await makeTree("v1-legacy"), await newTree()];
    await b.createTree();
    const { experiments } = await new MlrunsClient(a).scanExperiments("ALL");
    const taken = experiments.find(({ experimentId }) => experimentId !== "0");
    await logRun(b, "mine", "first");
    const folder = join(b.root, String(taken?.experimentId));
    const [mine] = (await b.searchExperiments()).experiments.filter(({ name }) => name === "mine");
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder);
    const meta = await readFile(join(b.root, String(mine?.experimentId), "meta.yaml"), "utf8");
    await writeFile(
      join(folder, "meta.yaml"),
      meta
        .replaceAll(String(mine?.experimentId), String(taken?.experimentId))
        .replace("name: mine", "name: other"),
    );
    const into = await newTree();
    await mergeTrees([a], into.root);
    const { items } = await mergeTrees([b.root], into.root);
    const id = items.find((item) => item.id === "other")?.as;

    expect(id).toMatch(/^1\d{17}$/);
    expect(items.find((item) => item.id === "mine")?.as).toBeUndefined();
    expect((await into.getExperimentByName("other"))?.artifactLocation).toBe(`mlruns/${id}`);
    expect((await into.getExperimentByName(String(taken?.name)))?.experimentId).toBe(
      taken?.experimentId,
    );
    const elsewhere = await newTree();
    await mergeTrees([a, b.root], elsewhere.root);
    expect(await folderBytes(elsewhere.root)).toEqual(await folderBytes(into.root));
  });

  test("a run that went on since is completed, and one that is behind changes nothing", async () => {
    const source = await newTree();
    const runId = await logRun(source, "e", "r");
    const into = await copyTree(source);
    source.logMetric(runId, "loss", 0.5, { step: 2, timestamp: 2 });
    source.logMetric(runId, "auc", 0.9, { step: 2, timestamp: 2 });
    source.logParam(runId, "late", "1");
    await source.logText(runId, "more", "notes/b.txt");
    await source.setTerminated(runId, "FINISHED", { endTime: 99 });
    const early = await copyTree(into);
    const { items } = await mergeTrees([source.root], into.root);

    expect(outcomes(items)).toEqual([
      "experiment Default identical",
      "experiment e identical",
      `run ${runId} completed`,
    ]);
    expect(withoutPlaces(await readByUs(into.root))).toEqual(
      withoutPlaces(await readByUs(source.root)),
    );
    const after = await folderBytes(into.root);
    const back = await mergeTrees([early.root], into.root);
    expect(back.items.map(({ outcome }) => outcome)).toEqual([
      "identical",
      "identical",
      "identical",
    ]);
    expect(await folderBytes(into.root)).toEqual(after);
  });

  test("what differs is listed by file and key, and neither side changes", async () => {
    const source = await newTree();
    const runId = await logRun(source, "e", "r");
    const into = await copyTree(source);
    source.setTag(runId, "team", "b");
    source.logMetric(runId, "loss", 0.5, { step: 2, timestamp: 2 });
    await source.logText(runId, "another text", "notes/a.txt");
    await source.updateRun(runId, { runName: "theirs" });
    await source.setExperimentTag((await source.getRun(runId)).info.experimentId, "k", "theirs");
    into.logMetric(runId, "loss", 0.7, { step: 2, timestamp: 2 });
    await into.setExperimentTag((await into.getRun(runId)).info.experimentId, "k", "ours");
    source.flush();
    into.flush();
    const before = [await folderBytes(source.root), await folderBytes(into.root)];
    const { items } = await mergeTrees([source.root], into.root);

    expect(items.filter(({ outcome }) => outcome === "conflict")).toEqual([
      {
        kind: "experiment",
        id: "e",
        from: source.root,
        outcome: "conflict",
        differences: ["tags/k"],
      },
      {
        kind: "run",
        id: runId,
        from: source.root,
        outcome: "conflict",
        differences: [
          "artifacts/notes/a.txt",
          "meta.yaml: run_name",
          "metrics/loss",
          "tags/mlflow.runName",
          "tags/team",
        ],
      },
    ]);
    expect([await folderBytes(source.root), await folderBytes(into.root)]).toEqual(before);
  });

  test("versions that are taken follow the highest in their order, with their aliases and prompts", async () => {
    const [a, b] = [await newTree(), await newTree()];
    for (const [client, name] of [
      [a, "a"],
      [b, "b"],
    ] as const) {
      const runId = await logRun(client, "e", name);
      await client.createRegisteredModel("m", { tags: { [name]: "1", shared: name } });
      for (const n of [1, 2])
        await client.createModelVersion("m", `runs:/${runId}/notes`, {
          runId,
          description: `${name}${n}`,
        });
      await client.setRegisteredModelAlias("m", "best", 1);
      await client.setRegisteredModelAlias("m", `only-${name}`, 2);
      await client.registerPrompt("greeting", `Hello from ${name}`);
    }
    await b.copyModelVersion("models:/m/2", "copies");
    const into = await copyTree(a);
    const { items } = await mergeTrees([b.root], into.root);
    const versions = (await into.searchModelVersions({ filter: "name = 'm'" })).modelVersions;

    expect(
      versions
        .map(({ version, description, aliases }) => [version, description, aliases])
        .sort((x, y) => (String(x[0]) < String(y[0]) ? -1 : 1)),
    ).toEqual([
      ["1", "a1", ["best"]],
      ["2", "a2", ["only-a"]],
      ["3", "b1", []],
      ["4", "b2", ["only-b"]],
    ]);
    expect(outcomes(items).filter((line) => line.includes("model"))).toEqual([
      "registered model copies added",
      "model version copies/1 added",
      "registered model greeting completed",
      "model version greeting/1 added as 2",
      "registered model m conflict",
      "model version m/1 added as 3",
      "model version m/2 added as 4",
    ]);
    expect(items.find(({ id }) => id === "m")?.differences).toEqual([
      "tags/shared",
      "aliases/best",
    ]);
    expect((await into.getModelVersion("copies", "1")).source).toBe("models:/m/4");
    expect((await into.loadPrompt("greeting", 2))?.template).toBe("Hello from b");
    const after = await folderBytes(into.root);
    await mergeTrees([b.root, a.root], into.root);
    expect(await folderBytes(into.root)).toEqual(after);
  });

  test("artifacts of a folder of this machine come along, those in a bucket stay there", async () => {
    const [source, chosen] = [await newTree(), await makeTempFolder()];
    const local = await source.createExperiment("local", { artifactLocation: chosen });
    const bucket = await source.createExperiment("bucket", { artifactLocation: "s3://b/x" });
    const { runId } = (await source.createRun(local)).info;
    await source.logText(runId, "far", "a b/100%.txt");
    await source.createRegisteredModel("m");
    const { artifactUri } = (await source.getRun(runId)).info;
    await source.createModelVersion("m", `${artifactUri}/a b`, { runId });
    const remote = (await source.createRun(bucket)).info;
    const into = await copyTree(source);
    await rm(chosen, { recursive: true });

    expect((await into.getRun(runId)).info.artifactUri).toBe(`mlruns/${local}/${runId}/artifacts`);
    const file = join(into.root, local, runId, "artifacts/a b/100%.txt");
    expect(await readFile(file, "utf8")).toBe("far");
    expect((await into.getModelVersion("m", "1")).source).toBe(
      `mlruns/${local}/${runId}/artifacts/a b`,
    );
    expect((await into.getRun(remote.runId)).info.artifactUri).toBe(remote.artifactUri);
    expect((await into.getExperiment(bucket)).artifactLocation).toBe("s3://b/x");
  });

  test("a dry run of several sources tells the same and writes nothing", async () => {
    const sources = [
      await makeTree("v3-basic"),
      await makeTree("v3-registry"),
      await makeTree("v2-basic"),
    ];
    const into = join(await makeTempFolder(), "mlruns");
    const twice = [...sources, ...sources];
    const planned = await mergeTrees(twice, into, { dryRun: true });

    await expect(folderBytes(dirname(into))).resolves.toEqual({});
    expect((await mergeTrees(twice, into)).items).toEqual(planned.items);
  });

  test("what cannot be read on either side is named and left alone", async () => {
    const source = await newTree();
    const [first, second] = [await logRun(source, "e", "1"), await logRun(source, "e", "2")];
    const into = await copyTree(source);
    const { experimentId } = (await source.getRun(first)).info;
    await writeFile(join(source.root, experimentId, first, "meta.yaml"), "{{{");
    await writeFile(join(into.root, experimentId, second, "meta.yaml"), "");
    const before = await folderBytes(into.root);
    const { items, problems } = await mergeTrees([source.root], into.root);

    expect(outcomes(items).filter((line) => line.startsWith("run"))).toEqual([
      `run ${second} conflict`,
    ]);
    expect(problems.map(({ path }) => path)).toEqual([
      `${source.root}: ${experimentId}/${first}/meta.yaml`,
    ]);
    expect(await folderBytes(into.root)).toEqual(before);
  });
});

describe("mlruns merge", () => {
  test("counts what it did, lists conflicts, and tells them by its exit code", async () => {
    const source = await newTree();
    const runId = await logRun(source, "e", "r");
    const into = await copyTree(source);
    source.setTag(runId, "team", "b");
    const { stdout, stderr, exit } = await runCli(["merge", source.root, into.root]);

    expect(stdout).toBe(
      "\tadded\tcompleted\tidentical\tconflict\nexperiment\t0\t0\t2\t0\nrun\t0\t0\t0\t1\n",
    );
    expect(stderr).toBe(`conflict run ${runId} of ${source.root} differs in tags/team\n`);
    expect(exit).toBe("3");
  });

  test("refuses a tree that is merged into itself, or is none", async () => {
    const source = await newTree();
    await source.createTree();

    expect(await runCli(["merge", source.root, `${source.root}/../mlruns`])).toMatchObject({
      stderr: `mlruns: '${source.root}' is the tree to merge into.\n`,
      exit: "1",
    });
    expect((await runCli(["merge", source.root, join(source.root, "0")])).exit).toBe("1");
    expect((await runCli(["merge", source.root])).exit).toBe("2");
    expect((await runCli(["merge", "/no/such", source.root])).exit).toBe("1");
  });

  test("only one process at a time merges into a tree", async () => {
    const source = await newTree();
    await source.createTree();
    await writeFile(join(source.root, ".mlruns-travel.lock"), String(process.pid));
    const other = await copyTree(source);
    await writeFile(join(other.root, ".mlruns-travel.lock"), String(process.pid));

    await expect(mergeTrees([source.root], other.root)).rejects.toThrow(
      `Process ${process.pid} is relocating or merging '${other.root}'`,
    );
  });

  test("killed at any moment it is finished by the next one, with the same result", async () => {
    const sources = [await makeTree("v3-registry"), await makeTree("v3-basic")];
    await appendFile(join(String(sources[0]), "README.md"), "a stray file");
    const { expected, results } = await killRepeatedly(
      KILLS,
      seededRandom(5),
      async () => {
        const root = join(await makeTempFolder(), "mlruns");
        return { state: root, args: ["merge", ...sources, root] };
      },
      folderBytes,
    );

    expect(results).toEqual(results.map(() => expected));
  }, 600_000);
});
