import { cp, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { MlrunsClient } from "../../lib/client/client.ts";
import { relocateTree } from "../../lib/travel/relocate.ts";
import { seededRandom } from "../helpers/fault-proxy.ts";
import { folderBytes } from "../helpers/folder-bytes.ts";
import { KILLS, killRepeatedly, runCli } from "../helpers/killing.ts";
import { makeTempFolder, makeTree, TREE_NAMES } from "../helpers/tree.ts";

/** The prefix at which the fixtures were written. */
const WRITTEN_AT = "file:///tmp/tracking/mlruns";

describe("relocating", () => {
  test.each(TREE_NAMES)("%s: only locations change, and all of them", async (name) => {
    const root = await makeTree(name);
    const before = await folderBytes(root);
    const { changes, outside } = await relocateTree(root);
    const after = await folderBytes(root);

    const expected = Object.entries(before).map(([path, bytes]) => {
      const isChanged = changes.some((change) => change.path === path);
      return [path, isChanged ? (bytes?.replaceAll(WRITTEN_AT, "mlruns") ?? null) : bytes];
    });
    expect(after).toEqual(Object.fromEntries(expected));
    expect(changes.length).toBeGreaterThan(0);
    expect(outside.filter(({ from }) => from.startsWith(WRITTEN_AT))).toEqual([]);
  });

  test("a second run changes nothing, and the way back gives the first bytes", async () => {
    const root = await makeTree("v3-registry");
    const first = await folderBytes(root);
    const { changes } = await relocateTree(root);
    const second = await folderBytes(root);

    expect(await relocateTree(root)).toMatchObject({ changes: [], unchanged: changes.length });
    expect(await folderBytes(root)).toEqual(second);
    await relocateTree(root, { to: `${WRITTEN_AT}/` });
    expect(await folderBytes(root)).toEqual(first);
  });

  test("a dry run tells the same and writes nothing", async () => {
    const root = await makeTree("v3-traces");
    const before = await folderBytes(root);
    const { changes } = await relocateTree(root, { dryRun: true });

    expect(await folderBytes(root)).toEqual(before);
    expect((await relocateTree(root)).changes).toEqual(changes);
  });

  test("names the prefix as MLflow reads it: a percent sign in a path is escaped", async () => {
    const folder = join(await makeTempFolder(), "100% sure");
    await mkdir(folder);
    const root = join(folder, "mlruns");
    await rename(await makeTree("v2-basic"), root);
    await relocateTree(root, { to: root });
    const client = new MlrunsClient(root);
    const { experiments } = await client.scanExperiments("ALL");

    expect(experiments.map(({ artifactLocation }) => artifactLocation)).toEqual(
      experiments.map(({ experimentId }) => `${root.replaceAll("%", "%25")}/${experimentId}`),
    );
  });

  test("artifacts in another store or in a folder that was chosen stay where they are", async () => {
    const client = new MlrunsClient(join(await makeTempFolder(), "mlruns"));
    const chosen = await makeTempFolder();
    await client.createExperiment("bucket", { artifactLocation: "s3://bucket/runs/1" });
    const local = await client.createExperiment("local", { artifactLocation: chosen });
    const run = await client.createRun(local);
    const gone = await client.createExperiment("gone", { artifactLocation: "/no/such/place" });
    const report = await relocateTree(client.root);

    expect(report.changes).toEqual([]);
    expect(report.outside.map(({ from, missing }) => [from, missing]).sort()).toEqual(
      [
        ["s3://bucket/runs/1", false],
        ["/no/such/place", true],
        [chosen, false],
        [`${chosen}/${run.info.runId}/artifacts`, true],
      ].sort(),
    );
    expect((await client.getExperiment(gone)).artifactLocation).toBe("/no/such/place");
  });

  test("what was pushed to a bucket can be named there, and named here again", async () => {
    const root = await makeTree("v2-basic");
    await relocateTree(root, { to: "s3://bucket/team/mlruns" });
    const inBucket = await folderBytes(root);
    const stays = await relocateTree(root);
    const { changes } = await relocateTree(root, { from: "s3://bucket/team/mlruns" });

    expect(stays.changes).toEqual([]);
    expect(Object.values(inBucket).join()).toContain("s3://bucket/team/mlruns/");
    expect(changes.length).toBe(stays.outside.length);
    expect(Object.values(await folderBytes(root)).join()).not.toContain("s3://");
  });

  test("a run without a location gets one, and a broken file is named and left alone", async () => {
    const client = new MlrunsClient(join(await makeTempFolder(), "mlruns"));
    await client.createTree();
    const ids = [];
    for (let i = 0; i < 2; i++) ids.push((await client.createRun("0")).info.runId);
    const [nowhere, broken] = ids.map((id) => join(client.root, "0", id, "meta.yaml"));
    const text = await readFile(String(nowhere), "utf8");
    await writeFile(String(nowhere), text.replace(/^artifact_uri: .*$/m, "artifact_uri: null"));
    await writeFile(String(broken), "{{{");
    const { changes, problems } = await relocateTree(client.root);

    expect(changes).toEqual([
      {
        path: `0/${ids[0]}/meta.yaml`,
        key: "artifact_uri",
        from: "",
        to: `mlruns/0/${ids[0]}/artifacts`,
      },
    ]);
    expect(await readFile(String(nowhere), "utf8")).toBe(text);
    expect([...new Set(problems.map(({ path }) => path))]).toEqual([`0/${ids[1]}/meta.yaml`]);
    expect(await readFile(String(broken), "utf8")).toBe("{{{");
  });
});

describe("mlruns relocate", () => {
  test("says what it did by prefixes, and what is not there", async () => {
    const root = await makeTree("v3-edge");
    const { stdout, stderr, exit } = await runCli(["relocate", root]);

    expect(stdout).toBe(`${WRITTEN_AT} → mlruns: 75 locations\n`);
    expect(stderr).toBe(
      "warning 797996110680472023/meta.yaml: nothing is at '/tmp/tracking/relative/place'\n" +
        "75 locations rewritten, 0 right already, 2 outside of the tree\n",
    );
    expect(exit).toBe("0");
  });

  test("killed at any moment it is finished by the next run, with the same result", async () => {
    const original = await largeTree();
    const random = seededRandom(11);
    const { expected, results } = await killRepeatedly(
      KILLS,
      random,
      async () => {
        const root = join(await makeTempFolder(), "mlruns");
        await cp(original, root, { recursive: true });
        return { state: root, args: ["relocate", root] };
      },
      folderBytes,
    );

    expect(results).toEqual(results.map(() => expected));
  }, 600_000);
});

/** Runs enough for a kill to meet them. */
async function largeTree(): Promise<string> {
  const root = await makeTree("v2-basic");
  const client = new MlrunsClient(root);
  const { runs } = await client.searchRuns(
    (await client.scanExperiments()).experiments.map(({ experimentId }) => experimentId),
  );
  const run = runs[0]?.info;
  if (run === undefined) throw new Error("The fixture has no run");
  const folder = join(root, run.experimentId, run.runId);
  for (let i = 0; i < 60; i++) {
    const runId = `${"0".repeat(29)}${String(i).padStart(3, "0")}`;
    const copy = join(dirname(folder), runId);
    await cp(folder, copy, { recursive: true });
    const meta = await readFile(join(copy, "meta.yaml"), "utf8");
    await writeFile(join(copy, "meta.yaml"), meta.replaceAll(run.runId, runId));
  }
  await rm(join(root, ".catalog"), { force: true });
  return root;
}
