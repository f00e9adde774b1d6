import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { MlrunsClient } from "../../lib/client/client.ts";
import { makeTempFolder } from "../helpers/tree.ts";

let client: MlrunsClient;
let experimentId: string;

beforeEach(async () => {
  client = new MlrunsClient(join(await makeTempFolder(), "mlruns"));
  experimentId = await client.createExperiment("e");
});

async function newRun(runName: string): Promise<string> {
  const { info } = await client.createRun(experimentId, { runName });
  await client.logText(info.runId, "x".repeat(1000), "a.txt");
  return info.runId;
}

/** Lets a deletion have happened at another time, or at one that nobody noted. */
function deletedAt(runId: string, time: number | undefined): void {
  const file = join(client.root, experimentId, runId, "meta.yaml");
  const line = time === undefined ? "" : `deleted_time: ${time}\n`;
  writeFileSync(file, readFileSync(file, "utf8").replace(/deleted_time: \d+\n/, line));
}

describe("gc", () => {
  test("removes deleted runs, models and experiments; a dry run says the same and touches nothing", async () => {
    const [kept, deleted] = [await newRun("kept"), await newRun("deleted")];
    const model = await client.createLoggedModel(experimentId, { name: "candidate" });
    const other = await client.createExperiment("other");
    await client.createRun(other);
    await client.deleteRun(deleted);
    await client.deleteLoggedModel(model.modelId);
    await client.deleteExperiment(other);

    const plan = await client.gc({ dryRun: true });
    expect(plan.removed.map(({ kind, id, name }) => [kind, id, name]).sort()).toEqual(
      [
        ["run", deleted, "deleted"],
        ["loggedModel", model.modelId, "candidate"],
        ["experiment", other, "other"],
      ].sort(),
    );
    expect(plan.removed.find(({ id }) => id === deleted)).toEqual({
      kind: "run",
      id: deleted,
      experimentId,
      name: "deleted",
      deletedTime: expect.closeTo(Date.now(), -4),
      path: `${experimentId}/${deleted}`,
      bytes: expect.closeTo(1400, -3),
      artifacts: [],
      usedBy: [],
    });
    expect(existsSync(join(client.root, experimentId, deleted))).toBe(true);

    expect(await client.gc()).toEqual(plan);
    expect(existsSync(join(client.root, experimentId, deleted))).toBe(false);
    expect(readdirSync(join(client.root, experimentId, "models"))).toEqual([]);
    expect(readdirSync(join(client.root, ".trash"))).toEqual([]);
    expect(readdirSync(client.root).sort()).toEqual([".trash", "0", experimentId].sort());
    expect((await client.getRun(kept)).info.runName).toBe("kept");
    expect(await client.gc()).toEqual({ removed: [], kept: [], problems: [] });
  });

  test("spares what was deleted later, and takes what nobody noted a time for", async () => {
    const [old, late, unknown] = [await newRun("old"), await newRun("late"), await newRun("?")];
    for (const runId of [old, late, unknown]) await client.deleteRun(runId);
    deletedAt(old, 1000);
    deletedAt(late, 2000);
    deletedAt(unknown, undefined);

    const { removed } = await client.gc({ deletedBefore: 2000 });
    expect(removed.map(({ id }) => id).sort()).toEqual([old, unknown].sort());
    expect((await client.getRun(late)).info.lifecycleStage).toBe("deleted");
  });

  test("takes only what is named, and nothing that is active", async () => {
    const [a, b, active] = [await newRun("a"), await newRun("b"), await newRun("active")];
    for (const runId of [a, b]) await client.deleteRun(runId);

    const { removed } = await client.gc({ ids: [a, active] });
    expect(removed.map(({ id }) => id)).toEqual([a]);
    expect((await client.getRun(b)).info.runName).toBe("b");
  });

  test("keeps what a registered model has its files in, until that version is deleted", async () => {
    const runId = await newRun("trainer");
    await client.registerModel(`runs:/${runId}/a.txt`, "churn");
    await client.deleteRun(runId);

    const { removed, kept } = await client.gc();
    expect(removed).toEqual([]);
    expect(kept.map(({ id, usedBy }) => [id, usedBy])).toEqual([[runId, ["models:/churn/1"]]]);
    expect(await client.listArtifacts(runId)).toHaveLength(1);

    await client.deleteModelVersion("churn", 1);
    expect((await client.gc()).removed.map(({ id }) => id)).toEqual([runId]);
  });

  test("removes artifacts that lie elsewhere, only where the place is the run's own", async () => {
    const elsewhere = await makeTempFolder();
    experimentId = await client.createExperiment("far", { artifactLocation: elsewhere });
    const [own, shared] = [await newRun("own"), await newRun("shared")];
    const file = join(client.root, experimentId, shared, "meta.yaml");
    writeFileSync(
      file,
      readFileSync(file, "utf8").replace(/artifact_uri: .*/, `artifact_uri: ${elsewhere}`),
    );
    await client.deleteExperiment(experimentId);
    expect(existsSync(join(elsewhere, own, "artifacts/a.txt"))).toBe(true);

    const { removed } = await client.gc();
    expect(removed[0]?.artifacts).toEqual([
      { kind: "folder", folder: join(elsewhere, own, "artifacts") },
    ]);
    expect(existsSync(join(elsewhere, own, "artifacts"))).toBe(false);
    expect(existsSync(join(elsewhere, shared, "artifacts/a.txt"))).toBe(true);
  });

  test("leaves alone what it cannot read, and names it", async () => {
    const [broken, deleted] = [await newRun("broken"), await newRun("deleted")];
    for (const runId of [broken, deleted]) await client.deleteRun(runId);
    writeFileSync(join(client.root, experimentId, broken, "meta.yaml"), "status: [\n");

    const { removed, problems } = await client.gc();
    expect(removed.map(({ id }) => id)).toEqual([deleted]);
    expect(problems.map(({ path }) => path)).toEqual([`${experimentId}/${broken}/meta.yaml`]);
    expect(existsSync(join(client.root, experimentId, broken))).toBe(true);
  });
});
