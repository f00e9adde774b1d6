/** The damages are material for other tests. Here real MLflow confirms that they are damages, and that nothing else is. */
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import {
  EXPERIMENT,
  idOf,
  soundLoggedModel,
  soundModel,
  soundRun,
  soundTrace,
} from "./helpers/damage/sound.ts";
import { DAMAGES, makeBrokenTree, makeSoundTree } from "./helpers/damages.ts";
import { type PythonSession, startPython } from "./helpers/python.ts";
import { makeTempFolder } from "./helpers/tree.ts";

let python: PythonSession;

beforeAll(async () => {
  python = await startPython();
});

/** Reads a whole tree as a user of MLflow would, and prints the errors, or a missing experiment or run. */
const READ_ALL = `
import logging, os
from mlflow import MlflowClient
from mlflow.entities import ViewType
logging.getLogger("mlflow").setLevel(logging.CRITICAL)
root, experiment = args
os.chdir(os.path.dirname(root))
client = MlflowClient(root)

def check(read):
    try:
        read()
    except Exception as error:
        print(type(error).__name__, error)

def every_run(experiment):
    found = {run.info.run_id for run in client.search_runs([experiment], "", ViewType.ALL)}
    names = [name for name in os.listdir(os.path.join(root, experiment))
             if os.path.isfile(os.path.join(root, experiment, name, "meta.yaml"))]
    for name in names:
        if name not in found:
            print("not listed", name)
        client.get_run(name)
        client.list_artifacts(name)

def every_experiment():
    found = {experiment.experiment_id for experiment in client.search_experiments(ViewType.ALL)}
    for name in os.listdir(root):
        if name not in found and name not in (".trash", "models"):
            print("not listed", name)

def every_trace():
    for info in client._tracking_client.store.search_traces([experiment])[0]:
        client.get_trace(info.trace_id)

check(every_experiment)
if os.path.isdir(os.path.join(root, experiment)):
    check(lambda: every_run(experiment))
    check(lambda: client.search_logged_models([experiment]))
    check(every_trace)
check(client.search_registered_models)
check(client.search_model_versions)
`;

test("there are at least thirty kinds of damage, each with a name of its own", () => {
  expect(new Set(DAMAGES.map(({ name }) => name)).size).toBe(DAMAGES.length);
  expect(DAMAGES.length).toBeGreaterThanOrEqual(30);
});

test("MLflow finds nothing wrong with what the damages are done to", async () => {
  const root = await makeSoundTree();
  await soundRun(root, "run");
  await soundModel(root, "model");
  await soundLoggedModel(root, "logged model");
  await soundTrace(root, "trace");

  expect(await python.run(READ_ALL, [root, EXPERIMENT])).toBe("");
  expect(
    await python.run(
      `${READ_ALL}\nprint(client.get_trace("tr-${idOf("trace")}").data.spans[0].name)`,
      [root, EXPERIMENT],
    ),
  ).toBe("root\n");
});

test.each(DAMAGES.filter(({ seenBy }) => seenBy === "reading"))(
  "MLflow stumbles over: $name",
  async (damage) => {
    const root = join(await makeTempFolder(), "mlruns");
    await damage.apply(root);

    expect(await python.run(READ_ALL, [root, EXPERIMENT])).not.toBe("");
  },
);

test("all damages together leave the rest of the tree as it was, and point at what they did", async () => {
  const sound = await filesOf(await makeSoundTree());
  const { root, flaws } = await makeBrokenTree();
  const broken = await filesOf(root);

  expect(Object.fromEntries(Object.keys(sound).map((path) => [path, broken[path]]))).toEqual(sound);
  expect(new Set(flaws.map(({ path }) => path)).size).toBe(flaws.length);
  expect(flaws.filter(({ path }) => Object.hasOwn(sound, path))).toEqual([]);
});

/** Content of every file, by path. */
async function filesOf(root: string): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  for (const path of await readdir(root, { recursive: true })) {
    const status = await stat(join(root, path)).catch(() => undefined);
    if (status?.isFile()) files[path] = await readFile(join(root, path), "latin1");
  }
  return files;
}
