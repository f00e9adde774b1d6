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

describe("registerModel", () => {
  test("registers files of a run, and the next version when the model is there", async () => {
    const { runId } = (await client.createRun(experimentId)).info;
    await client.logText(runId, "weights", "model/weights.bin");
    const source = `runs:/${runId}/model`;

    expect(await client.registerModel(source, "churn")).toMatchObject({
      version: "1",
      source,
      runId,
      storageLocation: source,
    });
    expect((await client.registerModel(source, "churn", { tags: { k: "v" } })).version).toBe("2");
    expect((await client.getRegisteredModel("churn")).latestVersions[0]?.tags).toEqual({ k: "v" });
  });

  test("takes the name of a logged model for its path in the run, the latest of several", async () => {
    const { runId } = (await client.createRun(experimentId)).info;
    const [first, second] = [
      await client.createLoggedModel(experimentId, { name: "net", sourceRunId: runId }),
      await client.createLoggedModel(experimentId, { name: "net", sourceRunId: runId }),
    ];
    client.logOutputs(runId, [
      { modelId: first.modelId, step: 5 },
      { modelId: second.modelId, step: 3 },
    ]);

    const version = await client.registerModel(`runs:/${runId}/net`, "churn");
    expect(version).toMatchObject({
      source: `models:/${first.modelId}`,
      modelId: first.modelId,
      runId,
      storageLocation: first.artifactLocation,
    });
    expect((await client.getLoggedModel(first.modelId)).tags).toEqual({
      "mlflow.modelVersions": '[{"name":"churn","version":1}]',
    });
  });

  test("a model that is not there is refused, and nothing is registered", async () => {
    const { runId } = (await client.createRun(experimentId)).info;

    await expect(client.registerModel(`runs:/${runId}/net`, "churn")).rejects.toThrow(
      `Unable to find a logged_model with artifact_path net under run ${runId}`,
    );
    expect((await client.searchRegisteredModels()).registeredModels).toEqual([]);
  });

  test("a prompt's tags make no model", async () => {
    await client.createRegisteredModel("m");

    await expect(
      client.createModelVersion("m", "s3://b", { tags: { "mlflow.prompt.is_prompt": "true" } }),
    ).rejects.toThrow("Prompts cannot be registered as models.");
  });
});

describe("prompts", () => {
  test("are found by version, alias and as the latest; what is not there may be undefined", async () => {
    await client.registerPrompt("p", "one");
    await client.registerPrompt("p", "two");
    await client.setPromptAlias("p", "prod", 1);
    const template = async (...args: Parameters<MlrunsClient["loadPrompt"]>) =>
      (await client.loadPrompt(...args)).template;

    expect(await template("p")).toBe("two");
    expect(await template("p", 1)).toBe("one");
    expect(await template("prompts:/p/2")).toBe("two");
    expect(await template("prompts:/p@prod")).toBe("one");
    await client.deletePromptAlias("p", "prod");
    expect(await client.findPrompt("prompts:/p@prod")).toBeUndefined();
    expect(await client.findPrompt("p", 3)).toBeUndefined();
    expect(await client.findPrompt("q")).toBeUndefined();
    await expect(client.loadPrompt("prompts:/p")).rejects.toThrow(
      "Invalid prompt URI format: prompts:/p",
    );
  });

  test("are searched apart from models, and deleted whole", async () => {
    await client.registerPrompt("greet-1", "a", { tags: { team: "x" } });
    await client.registerPrompt("greet-2", "b");
    await client.createRegisteredModel("model");
    const names = async (filter?: string): Promise<string[]> =>
      (await client.searchPrompts(filter === undefined ? {} : { filter })).prompts.map(
        ({ name }) => name,
      );

    expect(await names()).toEqual(["greet-1", "greet-2"]);
    expect(await names("tags.team = 'x'")).toEqual(["greet-1"]);
    await client.deletePrompt("greet-1");
    expect(await names()).toEqual(["greet-2"]);
  });

  test("a version that cannot be made leaves no prompt without one", async () => {
    await expect(client.registerPrompt("p", "x".repeat(100_001))).rejects.toThrow(
      "Prompt text exceeds max length of 100000 characters.",
    );
    expect((await client.searchPrompts()).prompts).toEqual([]);
  });
});

test("searches of the registry and of logged models page like MLflow's", async () => {
  for (const name of ["c", "a", "b"]) await client.createRegisteredModel(name);
  for (const name of ["x", "y"]) await client.createLoggedModel(experimentId, { name });
  const first = await client.searchRegisteredModels({ maxResults: 2 });
  const second = await client.searchRegisteredModels({
    maxResults: 2,
    ...(first.nextPageToken && { pageToken: first.nextPageToken }),
  });
  const { loggedModels } = await client.searchLoggedModels([experimentId, "unknown"], {
    filter: "name = 'x'",
  });

  expect([first, second].map((page) => page.registeredModels.map(({ name }) => name))).toEqual([
    ["a", "b"],
    ["c"],
  ]);
  expect(second.nextPageToken).toBeUndefined();
  expect(loggedModels.map(({ name }) => name)).toEqual(["x"]);
});
