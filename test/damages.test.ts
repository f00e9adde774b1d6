/** The damages are material for other tests. Here real MLflow confirms that they are damages, and that nothing else is. */
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { READ_ALL } from "./helpers/damage/read-all.ts";
import {
  EXPERIMENT,
  idOf,
  soundLoggedModel,
  soundModel,
  soundRun,
  soundTrace,
} from "./helpers/damage/sound.ts";
import { DAMAGES, makeBrokenTree, makeSoundTree } from "./helpers/damages.ts";
import { folderBytes } from "./helpers/folder-bytes.ts";
import { type PythonSession, startPython } from "./helpers/python.ts";
import { makeTempFolder } from "./helpers/tree.ts";

let python: PythonSession;

beforeAll(async () => {
  python = await startPython();
});

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
  const sound = await folderBytes(await makeSoundTree());
  const { root, flaws } = await makeBrokenTree();
  const broken = await folderBytes(root);

  expect(Object.fromEntries(Object.keys(sound).map((path) => [path, broken[path]]))).toEqual(sound);
  expect(new Set(flaws.map(({ path }) => path)).size).toBe(flaws.length);
  expect(flaws.filter(({ path }) => Object.hasOwn(sound, path))).toEqual([]);
});
