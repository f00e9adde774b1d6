import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  createExperiment,
  deleteExperimentTag,
  findExperimentByName,
  getExperiment,
  listExperiments,
  renameExperiment,
  setExperimentTag,
} from "../../lib/store/experiments.ts";
import { deleteExperiment, restoreExperiment } from "../../lib/store/lifecycle.ts";
import { createRun, deleteRun, getRun } from "../../lib/store/runs.ts";
import { checkRoot, openStore, type Store } from "../../lib/store/store.ts";
import { makeTempFolder, makeTree } from "../helpers/tree.ts";

async function emptyStore(): Promise<Store> {
  return openStore(join(await makeTempFolder(), "mlruns"));
}

function names(
  store: Store,
  view: "ACTIVE_ONLY" | "DELETED_ONLY" | "ALL" = "ACTIVE_ONLY",
): string[] {
  return listExperiments(store, view)
    .found.map(({ name }) => name)
    .sort();
}

describe("creating", () => {
  test("the first experiment makes the tree: root, .trash and the experiment Default", async () => {
    const store = await emptyStore();
    const id = createExperiment(store, "vision", { tags: { team: "a" } });

    expect(id).toMatch(/^[1-9]\d{17}$/);
    expect(existsSync(join(store.root, ".trash"))).toBe(true);
    expect(names(store)).toEqual(["Default", "vision"]);
    expect(getExperiment(store, id)).toMatchObject({
      experimentId: id,
      name: "vision",
      artifactLocation: `mlruns/${id}`,
      lifecycleStage: "active",
      tags: { team: "a" },
    });
  });

  test("no file of a new experiment names a path of this machine", async () => {
    const store = await emptyStore();
    const id = createExperiment(store, "vision");

    expect(readFileSync(join(store.root, id, "meta.yaml"), "utf8")).not.toContain(store.root);
  });

  test("a root that holds something but no experiment 0 is not given one, an empty one is", async () => {
    const used = openStore(await makeTempFolder());
    writeFileSync(join(used.root, "README.md"), "");
    createExperiment(used, "vision");
    const empty = openStore(await makeTempFolder());
    createExperiment(empty, "vision");

    expect(names(used)).toEqual(["vision"]);
    expect(names(empty)).toEqual(["Default", "vision"]);
  });

  test("a name is taken by an active and by a deleted experiment, in MLflow's words", async () => {
    const store = await emptyStore();
    const id = createExperiment(store, "dd");
    expect(() => createExperiment(store, "dd")).toThrow("Experiment 'dd' already exists.");
    deleteExperiment(store, id);

    expect(() => createExperiment(store, "dd")).toThrow(
      expect.objectContaining({
        errorCode: "RESOURCE_ALREADY_EXISTS",
        message:
          "Experiment 'dd' already exists in deleted state. You can restore the experiment, or permanently delete the experiment from the .trash folder (under tracking server's root folder) in order to use this experiment name again.",
      }),
    );
  });

  test("an own artifact location is kept; a relative one becomes absolute, as in MLflow", async () => {
    const store = await emptyStore();
    const bucket = createExperiment(store, "a", { artifactLocation: "s3://bucket/runs" });
    const local = createExperiment(store, "b", { artifactLocation: "x/y" });

    expect(getExperiment(store, bucket).artifactLocation).toBe("s3://bucket/runs");
    expect(getExperiment(store, local).artifactLocation).toBe(join(process.cwd(), "x/y"));
    expect(createRun(store, bucket).info.artifactUri).toMatch(
      /^s3:\/\/bucket\/runs\/[0-9a-f]{32}\/artifacts$/,
    );
  });

  test("runs of a moved tree keep their artifacts in the tree, not at the old place", async () => {
    const store = openStore(await makeTree("v3-basic"));
    const ads = findExperimentByName(store, "churn");
    const run = createRun(store, ads?.experimentId ?? "");

    expect(ads?.artifactLocation).toMatch(/^file:\/\/\/tmp\/tracking/);
    expect(run.info.artifactUri).toBe(`mlruns/${ads?.experimentId}/${run.info.runId}/artifacts`);
  });
});

describe("changing", () => {
  test("a rename changes the name and the time, and keeps what other versions wrote", async () => {
    const store = openStore(await makeTree("v3-basic"));
    const file = join(store.root, "0", "meta.yaml");
    writeFileSync(file, `${readFileSync(file, "utf8")}zz_unknown: kept\n`);
    const before = getExperiment(store, "0");

    renameExperiment(store, "0", "renamed");

    const after = getExperiment(store, "0");
    expect(after).toEqual({ ...before, name: "renamed", lastUpdateTime: after.lastUpdateTime });
    expect(after.lastUpdateTime).toBeGreaterThan(before.lastUpdateTime ?? 0);
    expect(readFileSync(file, "utf8")).toContain("zz_unknown: kept\n");
    expect(() => renameExperiment(store, "0", "churn")).toThrow(
      "Experiment 'churn' already exists.",
    );
  });

  test("tags are set, replaced and removed; not on a deleted experiment", async () => {
    const store = await emptyStore();
    const id = createExperiment(store, "e");
    setExperimentTag(store, id, { key: "a/b", value: "1" });
    setExperimentTag(store, id, { key: "a/b", value: "2\n" });
    expect(getExperiment(store, id).tags).toEqual({ "a/b": "2\n" });

    deleteExperimentTag(store, id, "a/b");
    expect(getExperiment(store, id).tags).toEqual({});
    expect(() => deleteExperimentTag(store, id, "a/b")).toThrow(
      `No tag with name: a/b in experiment with id ${id}`,
    );
    deleteExperiment(store, id);
    expect(() => setExperimentTag(store, id, { key: "x", value: "" })).toThrow(
      `The experiment ${id} must be in the 'active' lifecycle_stage to set tags`,
    );
  });
});

describe("deleting and restoring", () => {
  test("deleting moves the folder to .trash with its runs deleted; restoring brings all of them back", async () => {
    const store = await emptyStore();
    const id = createExperiment(store, "e");
    const [first, second] = [createRun(store, id), createRun(store, id)];
    deleteRun(store, first.info.runId);

    deleteExperiment(store, id);
    expect(existsSync(join(store.root, id))).toBe(false);
    expect(names(store, "DELETED_ONLY")).toEqual(["e"]);
    expect(getRun(store, second.info.runId).info.lifecycleStage).toBe("deleted");

    restoreExperiment(store, id);
    expect(names(store)).toContain("e");
    expect(
      [first, second].map(({ info }) => getRun(store, info.runId).info.lifecycleStage),
    ).toEqual(["active", "active"]);
  });

  test("the default experiment cannot be deleted", async () => {
    const store = await emptyStore();
    createExperiment(store, "e");

    expect(() => deleteExperiment(store, "0")).toThrow(
      "Cannot delete the default experiment '0'. This is an internally reserved experiment.",
    );
  });

  test("what is not there is not found, in MLflow's words", async () => {
    const store = await emptyStore();
    createExperiment(store, "e");
    expect(() => getExperiment(store, "999")).toThrow("Could not find experiment with ID 999");
    expect(() => deleteExperiment(store, "999")).toThrow("Could not find experiment with ID 999");
    expect(() => restoreExperiment(store, "999")).toThrow(
      "Could not find deleted experiment with ID 999",
    );
    expect(() => getExperiment(store, "../x")).toThrow("Invalid experiment ID: '../x'");
  });
});

describe("listing a damaged tree", () => {
  test("each broken folder is named and the others are listed", async () => {
    const store = await emptyStore();
    createExperiment(store, "good");
    mkdirSync(join(store.root, ".git"));
    mkdirSync(join(store.root, "123"));
    mkdirSync(join(store.root, "456"));
    writeFileSync(join(store.root, "456", "meta.yaml"), "name: [\n");
    const moved = createExperiment(store, "moved");
    renameSync(join(store.root, moved), join(store.root, "789"));

    const { found, problems } = listExperiments(store);

    expect(found.map(({ name }) => name).sort()).toEqual(["Default", "good"]);
    expect(problems.map(({ path }) => path).sort()).toEqual([
      ".git",
      "123",
      "456/meta.yaml",
      "789/meta.yaml",
    ]);
    expect(problems.find(({ path }) => path === ".git")?.message).toContain(
      "Invalid experiment ID: '.git'",
    );
    expect(problems.find(({ path }) => path === "789/meta.yaml")?.message).toContain(
      `the folder is '789', meta.yaml says '${moved}'`,
    );
  });
});

describe("roots", () => {
  test("a root that is missing, a file, or no tree is refused with a hint", async () => {
    const folder = await makeTempFolder();
    writeFileSync(join(folder, "file"), "");
    expect(() => checkRoot(join(folder, "missing"))).toThrow("does not exist.");
    expect(() => checkRoot(join(folder, "file"))).toThrow("is not a directory.");
    expect(() => checkRoot(folder)).toThrow("is not an mlruns tree");
  });

  test("a root of which the making was cut off is an empty tree", async () => {
    const folder = await makeTempFolder();
    mkdirSync(join(folder, ".trash"));
    writeFileSync(join(folder, ".mlruns-names.lock"), "");

    expect(() => checkRoot(folder)).not.toThrow();
  });

  test("the project folder around a tree is refused with the path of the tree", async () => {
    const root = await makeTree("v3-basic");

    expect(() => checkRoot(join(root, ".."))).toThrow(
      expect.objectContaining({ hint: `Did you mean '${root}'?` }),
    );
    expect(() => checkRoot(root)).not.toThrow();
  });

  test("an empty folder is a tree without experiments", async () => {
    expect(checkRoot(await makeTempFolder())).toBeUndefined();
  });
});
