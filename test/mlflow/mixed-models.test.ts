/** Real MLflow and we write to one tree in turn: models, versions, prompts, logged models. Neither loses what the other wrote. */
import { appendFile, readFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { MlrunsClient } from "../../lib/client/client.ts";
import { type PythonSession, startPython } from "../helpers/python.ts";
import { makeTempFolder, makeTree } from "../helpers/tree.ts";
import { readByMlflow, readByUs, writeByMlflow } from "../helpers/whole-tree.ts";

let python: PythonSession;

beforeAll(async () => {
  python = await startPython();
});

async function newClient(): Promise<MlrunsClient> {
  return new MlrunsClient(join(await makeTempFolder(), "mlruns"));
}

async function expectOneMind(root: string): Promise<void> {
  expect(await readByUs(root)).toEqual(await readByMlflow(python, root));
}

/** Adds a key of a future version to a meta.yaml. */
async function addUnknownKey(file: string): Promise<void> {
  await appendFile(file, "zz_future:\n  nested: [1, two]\n");
}

async function expectUnknownKey(file: string): Promise<void> {
  expect(await readFile(file, "utf8")).toContain("zz_future:\n  nested:\n  - 1\n  - two\n");
}

describe("registered models and versions", () => {
  test("we write, MLflow reads and updates, we read back", async () => {
    const client = await newClient();
    await client.createRegisteredModel("Übermodell 1", {
      tags: { team: "a", "a/b": "x\ny" },
      description: "yes: no\n\nsecond  ",
    });
    for (const source of ["s3://bucket/1", "mlruns/0/r/artifacts/m", "runs:/r/m"]) {
      await client.createModelVersion("Übermodell 1", source, {
        tags: { n: source },
        runId: "r",
        description: "1e3",
      });
    }
    await client.setRegisteredModelAlias("Übermodell 1", "champion", 2);
    await client.transitionModelVersionStage("Übermodell 1", 1, "Production");
    await client.deleteModelVersion("Übermodell 1", 3);
    await client.copyModelVersion("models:/Übermodell 1@champion", "copy");
    await expectOneMind(client.root);

    await writeByMlflow(
      python,
      client.root,
      `
name = "Übermodell 1"
client.update_registered_model(name, "by MLflow")
client.set_registered_model_tag(name, "more", "1")
client.set_registered_model_alias(name, "second", "1")
version = client.create_model_version(name, "s3://bucket/4", tags={"k": "v"})
assert int(version.version) == 4, version.version
client.transition_model_version_stage(name, "4", "Production", archive_existing_versions=True)
client.set_model_version_tag(name, "2", "seen", "yes")
client.update_model_version(name, "2", "by MLflow")
client.create_registered_model("theirs", tags={"t": "1"})
`,
    );
    await expectOneMind(client.root);
    expect(await client.getRegisteredModel("Übermodell 1")).toMatchObject({
      description: "by MLflow",
      tags: { team: "a", "a/b": "x\ny", more: "1" },
      aliases: { champion: "2", second: "1" },
    });
    expect(await client.getModelVersion("Übermodell 1", 2)).toMatchObject({
      source: "mlruns/0/r/artifacts/m",
      tags: { n: "mlruns/0/r/artifacts/m", seen: "yes" },
      aliases: ["champion"],
    });
  });

  test("MLflow wrote, we update, MLflow reads on; keys of a future version stay", async () => {
    const client = new MlrunsClient(await makeTree("v3-registry"));
    const model = join(client.root, "models/churn model");
    await addUnknownKey(join(model, "meta.yaml"));
    await addUnknownKey(join(model, "version-2/meta.yaml"));
    await expectOneMind(client.root);

    await client.updateRegisteredModel("churn model", { description: "by us" });
    await client.setRegisteredModelAlias("churn model", "champion", 1);
    await client.createModelVersion("churn model", "s3://bucket/5");
    await client.transitionModelVersionStage("churn model", 2, "Production", {
      archiveExistingVersions: true,
    });
    await client.setModelVersionTag("churn model", 2, "by", "us");
    await client.renameRegisteredModel("churn model", "attrition");
    await expectOneMind(client.root);

    const renamed = join(client.root, "models/attrition");
    await expectUnknownKey(join(renamed, "meta.yaml"));
    await expectUnknownKey(join(renamed, "version-2/meta.yaml"));
    await writeByMlflow(
      python,
      client.root,
      `
assert client.get_model_version_by_alias("attrition", "champion").version == 1
assert client.get_registered_model("attrition").tags == {"team": "growth", "multi": "a\\nb"}
client.set_registered_model_tag("attrition", "team", "again")
`,
    );
    await expectOneMind(client.root);
  });
});

describe("prompts", () => {
  test("we register, MLflow loads, formats and adds a version, we load that", async () => {
    const client = await newClient();
    await client.registerPrompt("greeting", "Hello {{name}}, {{ place }}!", {
      commitMessage: "first",
      tags: { author: "ada" },
      modelConfig: { model_name: "gpt-4", temperature: 0.5 },
      responseFormat: { type: "object" },
      experimentId: "0",
    });
    await client.registerPrompt("chat", [{ role: "user", content: "{{q}} é" }]);
    await client.setPromptAlias("greeting", "prod", 1);

    const said = await writeByMlflow(
      python,
      client.root,
      `
prompt = client.load_prompt("prompts:/greeting@prod")
print(json.dumps([prompt.format(name="Ada", place="Paris"), prompt.commit_message, prompt.tags, prompt.model_config,
                  prompt.response_format, client.load_prompt("chat").template,
                  [p.name for p in client.search_prompts()], client.get_prompt("greeting").tags]))
client.register_prompt("greeting", "Hi {{name}}", commit_message="shorter", tags={"author": "bob"},
                       model_config={"model_name": "x"})
client.register_prompt("chat", [{"role": "system", "content": "{{a}}"}, {"role": "user", "content": "b"}])
`,
    );
    expect(JSON.parse(said)).toEqual([
      "Hello Ada, Paris!",
      "first",
      { author: "ada" },
      { model_name: "gpt-4", temperature: 0.5 },
      { type: "object" },
      [{ role: "user", content: "{{q}} é" }],
      ["chat", "greeting"],
      { author: "ada", _mlflow_experiment_ids: ",0," },
    ]);
    expect(await client.loadPrompt("greeting")).toMatchObject({
      version: "2",
      template: "Hi {{name}}",
      commitMessage: "shorter",
      tags: { author: "bob" },
      modelConfig: { model_name: "x" },
    });
    expect((await client.loadPrompt("chat", 2)).template).toEqual([
      { role: "system", content: "{{a}}" },
      { role: "user", content: "b" },
    ]);
  });

  test("a prompt's files are those that MLflow writes", async () => {
    const ours = await newClient();
    const theirs = await newClient();
    await theirs.createExperiment("e");
    await ours.createExperiment("e");
    await ours.registerPrompt("p", [{ role: "user", content: "é {{q}}" }], {
      commitMessage: "c",
      tags: { t: "1" },
      modelConfig: { top_p: 1 },
    });
    await writeByMlflow(
      python,
      theirs.root,
      `client.register_prompt("p", [{"role": "user", "content": "é {{q}}"}], commit_message="c", tags={"t": "1"}, model_config={"top_p": 1})`,
    );
    const tags = async (client: MlrunsClient): Promise<object> =>
      (await client.getModelVersion("p", 1)).tags;

    expect(await tags(ours)).toEqual({
      ...(await tags(theirs)),
      // MLflow makes a float of it.
      _mlflow_prompt_model_config: '{"top_p": 1}',
    });
    expect((await ours.getModelVersion("p", 1)).source).toBe(
      (await theirs.getModelVersion("p", 1)).source,
    );
  });
});

describe("logged models", () => {
  test("we write, MLflow reads and updates, we read back", async () => {
    const client = await newClient();
    const experimentId = await client.createExperiment("lm");
    const { info } = await client.createRun(experimentId);
    const model = await client.createLoggedModel(experimentId, {
      name: "candidate",
      sourceRunId: info.runId,
      params: { lr: "0.1", "a/b": "" },
      tags: { note: "multi\nline" },
      modelType: "agent",
    });
    client.logMetric(info.runId, "acc", 0.5, { step: 3, modelId: model.modelId });
    client.logMetric(info.runId, "loss", Number.NaN, { modelId: model.modelId });
    client.logOutputs(info.runId, [{ modelId: model.modelId, step: 3 }]);
    client.logInputs(info.runId, [], [{ modelId: model.modelId }]);
    await client.finalizeLoggedModel(model.modelId, "READY");
    const deleted = await client.createLoggedModel(experimentId);
    await client.deleteLoggedModel(deleted.modelId);
    await expectOneMind(client.root);

    const made = await writeByMlflow(
      python,
      client.root,
      `
client.set_logged_model_tags(given["model"], {"seen": "yes"})
client.delete_logged_model_tag(given["model"], "note")
client.log_metric(given["run"], "acc", 0.75, step=4, model_id=given["model"])
client.finalize_logged_model(given["model"], "FAILED")
model = client.create_logged_model(given["experiment"], name="theirs", params={"p": "1"})
print(model.model_id)
`,
      { model: model.modelId, run: info.runId, experiment: experimentId },
    );
    await expectOneMind(client.root);
    expect(await client.getLoggedModel(model.modelId)).toMatchObject({
      status: "FAILED",
      tags: { seen: "yes" },
      params: { lr: "0.1", "a/b": "" },
    });
    // In an experiment with a relative location MLflow's models have relative ones, too.
    expect((await client.getLoggedModel(made.trim())).artifactLocation).toBe(
      `mlruns/${experimentId}/models/${made.trim()}/artifacts`,
    );
  });

  test("MLflow wrote, we update, MLflow reads on; keys of a future version stay", async () => {
    const client = new MlrunsClient(await makeTree("v3-logged-models"));
    const modelId = "m-b5cf69e274c34085888ba2b8217446db";
    const file = join(client.root, "763216358730172132/models", modelId, "meta.yaml");
    await addUnknownKey(file);
    await client.finalizeLoggedModel(modelId, "READY");
    await client.setLoggedModelTags(modelId, { by: "us" });
    await client.logLoggedModelParams(modelId, { lr: 2 });

    await expectUnknownKey(file);
    const said = await writeByMlflow(
      python,
      client.root,
      `
model = client.get_logged_model(given)
print(json.dumps([str(model.status), model.tags["by"], model.params["lr"], model.name]))
`,
      modelId,
    );
    expect(JSON.parse(said)).toEqual(["READY", "us", "2", "candidate-2"]);
  });
});
