/** The same calls, one by one, on a tree of real MLflow and on one of ours: who answers what. */
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { MlrunsClient } from "../../lib/client/client.ts";
import { MlrunsError } from "../../lib/errors.ts";
import { startPython } from "../helpers/python.ts";
import { makeTempFolder } from "../helpers/tree.ts";

/** MLflow's method, its arguments, and what is called here instead. */
type Call = readonly [
  method: string,
  args: readonly unknown[],
  ours: (client: MlrunsClient) => Promise<unknown>,
];

const LONG = "x".repeat(100_001);

const CALLS: readonly Call[] = [
  ["create_registered_model", ["m"], (c) => c.createRegisteredModel("m")],
  ["create_registered_model", ["m"], (c) => c.createRegisteredModel("m")],
  ["create_registered_model", [""], (c) => c.createRegisteredModel("")],
  ["create_registered_model", [" "], (c) => c.createRegisteredModel(" ")],
  ["create_registered_model", ["a/b"], (c) => c.createRegisteredModel("a/b")],
  ["create_registered_model", ["a:b"], (c) => c.createRegisteredModel("a:b")],
  ["create_registered_model", ["a%b"], (c) => c.createRegisteredModel("a%b")],
  ["create_registered_model", ["."], (c) => c.createRegisteredModel(".")],
  ["create_registered_model", [".."], (c) => c.createRegisteredModel("..")],
  ["create_registered_model", ["..a"], (c) => c.createRegisteredModel("..a")],
  [
    "create_registered_model",
    ["Übermodell 日本"],
    (c) => c.createRegisteredModel("Übermodell 日本"),
  ],
  [
    "create_registered_model",
    ["t", { "a*b": "1" }],
    (c) => c.createRegisteredModel("t", { tags: { "a*b": "1" } }),
  ],
  [
    "create_registered_model",
    ["t", { a: LONG }],
    (c) => c.createRegisteredModel("t", { tags: { a: LONG } }),
  ],
  ["get_registered_model", ["zz"], (c) => c.getRegisteredModel("zz")],
  ["rename_registered_model", ["zz", "y"], (c) => c.renameRegisteredModel("zz", "y")],
  [
    "rename_registered_model",
    ["m", "Übermodell 日本"],
    (c) => c.renameRegisteredModel("m", "Übermodell 日本"),
  ],
  ["delete_registered_model", ["zz"], (c) => c.deleteRegisteredModel("zz")],
  [
    "update_registered_model",
    ["zz", "d"],
    (c) => c.updateRegisteredModel("zz", { description: "d" }),
  ],
  [
    "set_registered_model_tag",
    ["m", "a//b", "1"],
    (c) => c.setRegisteredModelTag("m", "a//b", "1"),
  ],
  [
    "set_registered_model_tag",
    ["m", "k".repeat(251), "1"],
    (c) => c.setRegisteredModelTag("m", "k".repeat(251), "1"),
  ],
  ["set_registered_model_tag", ["m", "k", LONG], (c) => c.setRegisteredModelTag("m", "k", LONG)],
  ["set_registered_model_tag", ["zz", "k", "1"], (c) => c.setRegisteredModelTag("zz", "k", "1")],
  ["delete_registered_model_tag", ["m", "nope"], (c) => c.deleteRegisteredModelTag("m", "nope")],
  ["delete_registered_model_tag", ["zz", "nope"], (c) => c.deleteRegisteredModelTag("zz", "nope")],
  ["get_latest_versions", ["zz"], (c) => c.getLatestVersions("zz")],
  ["get_latest_versions", ["m", ["Foo"]], (c) => c.getLatestVersions("m", ["Foo"])],
  ["create_model_version", ["m", "s3://b/1"], (c) => c.createModelVersion("m", "s3://b/1")],
  ["create_model_version", ["m", "s3://b/2"], (c) => c.createModelVersion("m", "s3://b/2")],
  ["create_model_version", ["m", "models:/zz/1"], (c) => c.createModelVersion("m", "models:/zz/1")],
  ["get_model_version", ["m", "99"], (c) => c.getModelVersion("m", "99")],
  ["get_model_version", ["m", "x"], (c) => c.getModelVersion("m", "x")],
  ["get_model_version", ["m", "1.0"], (c) => c.getModelVersion("m", "1.0")],
  ["get_model_version", ["zz", "1"], (c) => c.getModelVersion("zz", "1")],
  [
    "update_model_version",
    ["m", "99", "d"],
    (c) => c.updateModelVersion("m", "99", { description: "d" }),
  ],
  [
    "set_model_version_tag",
    ["m", "99", "k", "v"],
    (c) => c.setModelVersionTag("m", "99", "k", "v"),
  ],
  ["set_model_version_tag", ["m", "1", "", "v"], (c) => c.setModelVersionTag("m", "1", "", "v")],
  [
    "set_model_version_tag",
    ["m", "1", "k", LONG],
    (c) => c.setModelVersionTag("m", "1", "k", LONG),
  ],
  [
    "set_model_version_tag",
    ["m", "1", "mlflow.prompt.text", LONG],
    (c) => c.setModelVersionTag("m", "1", "mlflow.prompt.text", LONG),
  ],
  [
    "delete_model_version_tag",
    ["m", "1", "nope"],
    (c) => c.deleteModelVersionTag("m", "1", "nope"),
  ],
  [
    "transition_model_version_stage",
    ["m", "1", "Foo"],
    (c) => c.transitionModelVersionStage("m", "1", "Foo"),
  ],
  [
    "transition_model_version_stage",
    ["m", "9", "Staging"],
    (c) => c.transitionModelVersionStage("m", "9", "Staging"),
  ],
  [
    "transition_model_version_stage",
    ["m", "1", "Archived", true],
    (c) => c.transitionModelVersionStage("m", "1", "Archived", { archiveExistingVersions: true }),
  ],
  [
    "transition_model_version_stage",
    ["m", "1", "sTaging"],
    (c) => c.transitionModelVersionStage("m", "1", "sTaging"),
  ],
  ["set_registered_model_alias", ["m", "", "1"], (c) => c.setRegisteredModelAlias("m", "", "1")],
  [
    "set_registered_model_alias",
    ["m", "a b", "1"],
    (c) => c.setRegisteredModelAlias("m", "a b", "1"),
  ],
  [
    "set_registered_model_alias",
    ["m", "LATEST", "1"],
    (c) => c.setRegisteredModelAlias("m", "LATEST", "1"),
  ],
  [
    "set_registered_model_alias",
    ["m", "V12", "1"],
    (c) => c.setRegisteredModelAlias("m", "V12", "1"),
  ],
  [
    "set_registered_model_alias",
    ["m", "a".repeat(256), "1"],
    (c) => c.setRegisteredModelAlias("m", "a".repeat(256), "1"),
  ],
  [
    "set_registered_model_alias",
    ["m", "champion", "9"],
    (c) => c.setRegisteredModelAlias("m", "champion", "9"),
  ],
  [
    "set_registered_model_alias",
    ["m", "champion", "x"],
    (c) => c.setRegisteredModelAlias("m", "champion", "x"),
  ],
  [
    "set_registered_model_alias",
    ["zz", "champion", "1"],
    (c) => c.setRegisteredModelAlias("zz", "champion", "1"),
  ],
  [
    "set_registered_model_alias",
    ["m", "champion", "2"],
    (c) => c.setRegisteredModelAlias("m", "champion", "2"),
  ],
  ["get_model_version_by_alias", ["m", "nope"], (c) => c.getModelVersionByAlias("m", "nope")],
  [
    "get_model_version_by_alias",
    ["m", "champion"],
    (c) => c.getModelVersionByAlias("m", "champion"),
  ],
  ["get_model_version_by_alias", ["m", "latest"], (c) => c.getModelVersionByAlias("m", "latest")],
  [
    "delete_registered_model_alias",
    ["m", "nope"],
    (c) => c.deleteRegisteredModelAlias("m", "nope"),
  ],
  ["get_model_version_download_uri", ["m", "9"], (c) => c.getModelVersionDownloadUri("m", "9")],
  ["get_model_version_download_uri", ["m", "2"], (c) => c.getModelVersionDownloadUri("m", "2")],
  ["delete_model_version", ["m", "9"], (c) => c.deleteModelVersion("m", "9")],
  ["delete_model_version", ["m", "2"], (c) => c.deleteModelVersion("m", "2")],
  ["delete_model_version", ["m", "2"], (c) => c.deleteModelVersion("m", "2")],
  [
    "get_model_version_by_alias",
    ["m", "champion"],
    (c) => c.getModelVersionByAlias("m", "champion"),
  ],
  ["copy_model_version", ["models:/m/1", "copy"], (c) => c.copyModelVersion("models:/m/1", "copy")],
  [
    "register_prompt",
    ["greeting", "Hi {{name}}"],
    (c) => c.registerPrompt("greeting", "Hi {{name}}"),
  ],
  ["register_prompt", ["m", "Hi"], (c) => c.registerPrompt("m", "Hi")],
  ["register_prompt", ["a b", "Hi"], (c) => c.registerPrompt("a b", "Hi")],
  ["register_prompt", ["", "Hi"], (c) => c.registerPrompt("", "Hi")],
  ["register_prompt", ["long", LONG], (c) => c.registerPrompt("long", LONG)],
  ["load_prompt", ["long"], (c) => c.loadPrompt("long")],
  ["load_prompt", ["greeting", 7], (c) => c.loadPrompt("greeting", 7)],
  ["load_prompt", ["m", 1], (c) => c.loadPrompt("m", 1)],
  ["load_prompt", ["prompts:/greeting@nope"], (c) => c.loadPrompt("prompts:/greeting@nope")],
  ["load_prompt", ["prompts:/greeting/1", 1], (c) => c.loadPrompt("prompts:/greeting/1", 1)],
  ["load_prompt", ["greeting"], (c) => c.loadPrompt("greeting")],
  ["create_registered_model", ["greeting"], (c) => c.createRegisteredModel("greeting")],
];

const SCRIPT = `
import json, os
from mlflow import MlflowClient
from mlflow.exceptions import MlflowException
os.chdir(args["folder"])
import mlflow
mlflow.set_tracking_uri("mlruns")
client = MlflowClient("mlruns", "mlruns")
answers = []
for method, arguments in args["calls"]:
    try:
        getattr(client, method)(*arguments)
        answers.append("done")
    except MlflowException as error:
        answers.append(error.error_code + ": " + error.message)
    except Exception as error:
        answers.append("crash: " + type(error).__name__)
print(json.dumps(answers))
`;

let theirs: string[];
const answers: string[] = [];

beforeAll(async () => {
  const python = await startPython();
  const calls = CALLS.map(([method, args]) => [method, args]);
  theirs = JSON.parse(await python.run(SCRIPT, { folder: await makeTempFolder(), calls }));
  const client = new MlrunsClient(join(await makeTempFolder(), "mlruns"));
  for (const [, , ours] of CALLS) answers.push(await answerOf(() => ours(client)));
});

test.each(
  CALLS.map(([method, args], i) => [i, method, JSON.stringify(args).slice(0, 60)] as const),
)("%i: %s%s", (i) => {
  expect(answers[i]).toBe(theirs[i]);
});

// MLflow answers these two with INTERNAL_ERROR, on which its clients try again for minutes.
test("a blank new name and an unknown version to copy are mistakes of the caller", async () => {
  const client = new MlrunsClient(join(await makeTempFolder(), "mlruns"));
  await client.createRegisteredModel("m");

  expect(await answerOf(() => client.renameRegisteredModel("m", " "))).toBe(
    "INVALID_PARAMETER_VALUE: Missing value for required parameter 'new_name'.",
  );
  expect(await answerOf(() => client.copyModelVersion("models:/m/2", "copy"))).toBe(
    "RESOURCE_DOES_NOT_EXIST: Model Version (name=m, version=2) not found",
  );
});

async function answerOf(call: () => Promise<unknown>): Promise<string> {
  try {
    await call();
    return "done";
  } catch (error) {
    if (error instanceof MlrunsError) return `${error.errorCode}: ${error.message}`;
    throw error;
  }
}
