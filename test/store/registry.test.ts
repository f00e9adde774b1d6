import { execFile } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import {
  deleteRegisteredModelAlias,
  getModelVersionByAlias,
  setRegisteredModelAlias,
} from "../../lib/store/model-aliases.ts";
import {
  copyModelVersion,
  createModelVersion,
  deleteModelVersion,
  deleteModelVersionTag,
  getModelVersion,
  getModelVersionDownloadUri,
  setModelVersionTag,
  transitionModelVersionStage,
  updateModelVersion,
} from "../../lib/store/model-versions.ts";
import {
  createRegisteredModel,
  deleteRegisteredModel,
  deleteRegisteredModelTag,
  getLatestVersions,
  getRegisteredModel,
  listModelVersions,
  listRegisteredModels,
  renameRegisteredModel,
  setRegisteredModelTag,
  updateRegisteredModel,
} from "../../lib/store/registry.ts";
import { openStore, type Store } from "../../lib/store/store.ts";
import { repoRoot } from "../helpers/paths.ts";
import { makeTempFolder, makeTree } from "../helpers/tree.ts";

const node = promisify(execFile);
const library = pathToFileURL(join(repoRoot, "dist", "index.js")).href;

async function emptyStore(): Promise<Store> {
  return openStore(join(await makeTempFolder(), "mlruns"));
}

async function storeWithModel(versions = 0): Promise<Store> {
  const store = await emptyStore();
  createRegisteredModel(store, "m", { tags: { team: "a" }, description: "first" });
  for (let i = 0; i < versions; i++) createModelVersion(store, "m", `s3://bucket/${i}`);
  return store;
}

function meta(store: Store, path: string): string {
  return readFileSync(join(store.root, "models", path, "meta.yaml"), "utf8");
}

describe("registered models", () => {
  test("a model is created with tags and description, and found again", async () => {
    const store = await storeWithModel();
    const model = getRegisteredModel(store, "m");

    expect(model).toEqual({
      name: "m",
      creationTimestamp: model.creationTimestamp,
      lastUpdatedTimestamp: model.creationTimestamp,
      description: "first",
      tags: { team: "a" },
      aliases: {},
      latestVersions: [],
    });
    expect(() => createRegisteredModel(store, "m")).toThrow(
      expect.objectContaining({
        errorCode: "RESOURCE_ALREADY_EXISTS",
        message: "Registered Model (name=m) already exists.",
      }),
    );
    expect(readdirSync(store.root).sort()).toEqual([".trash", "0", "models"]);
  });

  test("a change keeps what other versions of MLflow wrote, and moves the time", async () => {
    const store = openStore(await makeTree("v3-registry"));
    const file = join(store.root, "models/churn model/meta.yaml");
    writeFileSync(file, `${readFileSync(file, "utf8")}zz_unknown: kept\n`);
    const before = getRegisteredModel(store, "churn model");
    updateRegisteredModel(store, "churn model", { description: null });
    setRegisteredModelTag(store, "churn model", { key: "a/b", value: "1" });
    deleteRegisteredModelTag(store, "churn model", "team");
    deleteRegisteredModelTag(store, "churn model", "not there");

    const after = getRegisteredModel(store, "churn model");
    expect(after).toEqual({
      ...before,
      description: null,
      tags: { "a/b": "1", multi: "a\nb" },
      lastUpdatedTimestamp: after.lastUpdatedTimestamp,
    });
    expect(after.lastUpdatedTimestamp).not.toBe(before.lastUpdatedTimestamp);
    expect(readFileSync(file, "utf8")).toContain("zz_unknown: kept\n");
  });

  test("renaming loses nothing: tags, aliases, versions and their tags, unknown keys", async () => {
    const store = openStore(await makeTree("v3-registry"));
    const before = getRegisteredModel(store, "churn model");
    const versions = ["1", "2", "3"].map((number) => getModelVersion(store, "churn model", number));

    const after = renameRegisteredModel(store, "churn model", "attrition");

    const { lastUpdatedTimestamp } = after;
    const renamed = (each: object): object => ({
      ...each,
      name: "attrition",
      lastUpdatedTimestamp,
    });
    expect(after).toEqual({
      ...renamed(before),
      latestVersions: before.latestVersions.map(renamed),
    });
    expect(["1", "2", "3"].map((number) => getModelVersion(store, "attrition", number))).toEqual(
      versions.map(renamed),
    );
    expect(existsSync(join(store.root, "models/churn model"))).toBe(false);
    expect(meta(store, "attrition/version-1")).toContain("\nname: attrition\n");
    expect(meta(store, "attrition")).toContain("\nworkspace: default\n");
    // The deleted version moves, too: its number must not be given again.
    expect(createModelVersion(store, "attrition", "s3://x").version).toBe("5");
  });

  test("a model is not renamed over another one", async () => {
    const store = await storeWithModel();
    createRegisteredModel(store, "other");

    expect(() => renameRegisteredModel(store, "m", "other")).toThrow(
      "Registered Model (name=other) already exists.",
    );
    expect(() => renameRegisteredModel(store, "m", " ")).toThrow(
      "Missing value for required parameter 'new_name'.",
    );
    expect(listRegisteredModels(store).found.map(({ name }) => name)).toEqual(["m", "other"]);
  });

  test("a deleted model is gone with all it had", async () => {
    const store = await storeWithModel(2);
    deleteRegisteredModel(store, "m");

    expect(listRegisteredModels(store)).toEqual({ found: [], problems: [] });
    expect(readdirSync(store.root).sort()).toEqual([".trash", "0", "models"]);
    expect(() => getRegisteredModel(store, "m")).toThrow("Registered Model with name=m not found");
  });

  test("a broken model or version is named and does not stop the others", async () => {
    const store = await storeWithModel(2);
    createRegisteredModel(store, "other");
    writeFileSync(join(store.root, "models/other/meta.yaml"), "name: [");
    writeFileSync(join(store.root, "models/m/version-2/meta.yaml"), "name: m\n");
    mkdirSync(join(store.root, "models/bad:name"));

    const { found, problems } = listRegisteredModels(store);
    expect(found.map(({ name, latestVersions }) => [name, latestVersions.length])).toEqual([
      ["m", 1],
    ]);
    expect(problems.map(({ path }) => path)).toEqual([
      "models/bad:name/meta.yaml",
      "models/m/version-2/meta.yaml",
      "models/other/meta.yaml",
    ]);
    expect(listModelVersions(store).found.map(({ version }) => version)).toEqual(["1"]);
  });
});

describe("versions", () => {
  test("numbers go up and are not given again after a deletion", async () => {
    const store = await storeWithModel(2);
    deleteModelVersion(store, "m", "2");
    const version = createModelVersion(store, "m", "s3://bucket/x", {
      runId: "r",
      tags: { k: "v" },
      description: "d",
      runLink: "https://example.org",
    });

    expect(version).toEqual({
      name: "m",
      version: "3",
      creationTimestamp: version.creationTimestamp,
      lastUpdatedTimestamp: version.creationTimestamp,
      description: "d",
      userId: null,
      currentStage: "None",
      source: "s3://bucket/x",
      runId: "r",
      runLink: "https://example.org",
      status: "READY",
      statusMessage: null,
      modelId: null,
      storageLocation: "s3://bucket/x",
      tags: { k: "v" },
      aliases: [],
    });
    expect(() => getModelVersion(store, "m", "2")).toThrow(
      "Model Version (name=m, version=2) not found",
    );
    expect(getRegisteredModel(store, "m").lastUpdatedTimestamp).toBe(version.creationTimestamp);
  });

  test("processes that create versions at once get numbers of their own", async () => {
    const store = await storeWithModel();
    const script = `
      import { MlrunsClient } from ${JSON.stringify(library)};
      const client = new MlrunsClient(process.argv[1]);
      for (let i = 0; i < 20; i++) await client.createModelVersion("m", "s3://bucket");
    `;
    const args = ["--input-type=module", "--eval", script, store.root];
    await Promise.all([1, 2, 3, 4].map(() => node(process.execPath, args)));

    const { found, problems } = listModelVersions(store);
    expect(problems).toEqual([]);
    expect(found.map(({ version }) => Number(version)).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 80 }, (_, i) => i + 1),
    );
    expect(readdirSync(store.root).sort()).toEqual([".trash", "0", "models"]);
  });

  test("a stage is taken in whatever case; versions that were in it can be archived", async () => {
    const store = await storeWithModel(3);
    transitionModelVersionStage(store, "m", "1", "PRODUCTION");
    transitionModelVersionStage(store, "m", "2", "production", { archiveExistingVersions: true });
    transitionModelVersionStage(store, "m", "3", "staging");

    const stages = listModelVersions(store).found.map(({ currentStage }) => currentStage);
    expect(stages).toEqual(["Archived", "Production", "Staging"]);
    const latest = (names?: readonly string[]): string[] =>
      getLatestVersions(store, "m", names).map(({ version }) => version);
    expect(latest()).toEqual(["1", "2", "3"]);
    expect(latest(["production", "None"])).toEqual(["2"]);
  });

  test("a version that does not exist archives nothing", async () => {
    const store = await storeWithModel(1);
    transitionModelVersionStage(store, "m", "1", "Staging");

    expect(() =>
      transitionModelVersionStage(store, "m", "7", "Staging", { archiveExistingVersions: true }),
    ).toThrow("Model Version (name=m, version=7) not found");
    expect(getModelVersion(store, "m", "1").currentStage).toBe("Staging");
  });

  test("description and tags change", async () => {
    const store = await storeWithModel(1);
    updateModelVersion(store, "m", "1", { description: "better" });
    setModelVersionTag(store, "m", "1", { key: "a/b", value: "1" });
    setModelVersionTag(store, "m", "1", { key: "c", value: "2" });
    deleteModelVersionTag(store, "m", "1", "c");
    deleteModelVersionTag(store, "m", "1", "not there");

    expect(getModelVersion(store, "m", "1")).toMatchObject({
      description: "better",
      tags: { "a/b": "1" },
    });
  });

  test("a copy keeps tags and description and downloads from the original's place", async () => {
    const store = await storeWithModel(1);
    setModelVersionTag(store, "m", "1", { key: "k", value: "v" });
    const copy = copyModelVersion(store, "m", "1", "production");
    const second = copyModelVersion(store, "m", "1", "production");

    expect(copy).toMatchObject({
      name: "production",
      version: "1",
      source: "models:/m/1",
      storageLocation: "s3://bucket/0",
      tags: { k: "v" },
    });
    expect(second.version).toBe("2");
    expect(getModelVersionDownloadUri(store, "production", "2")).toBe("s3://bucket/0");
  });

  test("a version made of a logged model takes over its place and run", async () => {
    const store = openStore(await makeTree("v3-logged-models"));
    createRegisteredModel(store, "m");
    const modelId = "m-b5cf69e274c34085888ba2b8217446db";

    expect(createModelVersion(store, "m", `models:/${modelId}`, { modelId })).toMatchObject({
      modelId,
      runId: "12d5128c3ad842778d889336d709403f",
      storageLocation: `file:///tmp/tracking/mlruns/763216358730172132/models/${modelId}/artifacts`,
    });
    expect(() => createModelVersion(store, "m", "models:/m/9")).toThrow(
      "Unable to fetch model from model URI source artifact location 'models:/m/9'.Error: Model Version (name=m, version=9) not found",
    );
  });
});

describe("aliases", () => {
  test("an alias names one version at a time; latest is the highest", async () => {
    const store = await storeWithModel(3);
    setRegisteredModelAlias(store, "m", "champion", "1");
    setRegisteredModelAlias(store, "m", "champion", "2");
    setRegisteredModelAlias(store, "m", "old", "1");

    expect(getRegisteredModel(store, "m").aliases).toEqual({ champion: "2", old: "1" });
    expect(getModelVersion(store, "m", "2").aliases).toEqual(["champion"]);
    expect(getModelVersionByAlias(store, "m", "champion").version).toBe("2");
    expect(getModelVersionByAlias(store, "m", "Latest").version).toBe("3");
    expect(meta(store, "m")).toContain("aliases:\n  champion: '2'\n  old: '1'\n");
    expect(readFileSync(join(store.root, "models/m/aliases/old"), "utf8")).toBe("1");
  });

  test("an alias goes away by itself and with its version", async () => {
    const store = await storeWithModel(2);
    setRegisteredModelAlias(store, "m", "a", "1");
    setRegisteredModelAlias(store, "m", "b", "1");
    setRegisteredModelAlias(store, "m", "c", "2");
    deleteRegisteredModelAlias(store, "m", "a");
    deleteRegisteredModelAlias(store, "m", "not-there");
    deleteModelVersion(store, "m", "1");

    expect(getRegisteredModel(store, "m").aliases).toEqual({ c: "2" });
    expect(() => getModelVersionByAlias(store, "m", "b")).toThrow(
      expect.objectContaining({
        errorCode: "INVALID_PARAMETER_VALUE",
        message: "Registered model alias b not found.",
      }),
    );
  });
});
