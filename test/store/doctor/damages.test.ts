/** Every kind of damage is named where it is, and nothing else is; what is mended, real MLflow opens. */
import { mkdir, readdir, utimes } from "node:fs/promises";
import { dirname, join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { checkTree } from "../../../lib/store/doctor/check.ts";
import type { FindingKind } from "../../../lib/store/doctor/finding.ts";
import { fixTree } from "../../../lib/store/doctor/fix.ts";
import { openStore } from "../../../lib/store/store.ts";
import { READ_ALL } from "../../helpers/damage/read-all.ts";
import {
  EXPERIMENT,
  idOf,
  soundLoggedModel,
  soundModel,
  soundRun,
  soundTrace,
} from "../../helpers/damage/sound.ts";
import { DAMAGES, type Damage, makeBrokenTree } from "../../helpers/damages.ts";
import { folderBytes } from "../../helpers/folder-bytes.ts";
import { type PythonSession, startPython } from "../../helpers/python.ts";
import { makeTempFolder, makeTree, TREE_NAMES } from "../../helpers/tree.ts";

let python: PythonSession;

/** Damages that cannot be mended without a guess. */
const MENDED_BY_HAND: ReadonlySet<string> = new Set([
  "folder .git in the root",
  "folder .venv in the root",
  "folder .ipynb_checkpoints in the root",
  "folder my stray! in the root",
  "empty experiment meta",
  "experiment meta with a tab for indent",
  "experiment meta of another experiment",
  "experiment meta without a name",
  "experiment meta without a location",
  "experiment that is deleted by its meta only",
  "experiment folder without a meta",
  "two experiments of one name",
  "empty run meta",
  "run meta with a tab for indent",
  "run meta that is a list",
  "run meta cut in the middle",
  "run meta that is not utf-8",
  "run meta of another run",
  "run meta of another experiment",
  "run meta with an unknown status",
  "run meta with an unknown lifecycle stage",
  "run meta with a quoted start time",
  "run that ended before it started",
  "run folder without a meta",
  "artifacts whose run is gone",
  "parent run that does not exist",
  "run that is its own parent",
  "same run in two experiments",
  "param that is not utf-8",
  "tag that is not utf-8",
  "empty dataset meta",
  "input meta that is no map",
  "input whose dataset is gone",
  "output meta that is no map",
  "empty logged model meta",
  "logged model meta with a tab",
  "empty registered model meta",
  "empty model version meta",
  "alias of a version that does not exist",
  "empty trace info",
  "trace without its spans",
  "trace whose spans are half written",
  "assessment that is no map",
]);

beforeAll(async () => {
  python = await startPython();
});

/** A tree with one damage. What it left behind is old enough that nobody can still be writing it. */
async function damagedTree(damage: Damage) {
  const root = join(await makeTempFolder(), "mlruns");
  await mkdir(join(root, ".trash"), { recursive: true });
  const flaws = await damage.apply(root);
  await age(root);
  return { root, flaws };
}

async function age(root: string): Promise<void> {
  for (const path of await readdir(root, { recursive: true })) {
    await utimes(join(root, path), 0, 0).catch(() => undefined);
  }
}

test("a sound tree has nothing wrong with it", async () => {
  const root = join(await makeTempFolder(), "mlruns");
  await mkdir(join(root, ".trash"), { recursive: true });
  await soundRun(root, "run");
  await soundModel(root, "model");
  await soundLoggedModel(root, "logged model");
  await soundTrace(root, "trace");

  expect(checkTree(openStore(root)).findings).toEqual([]);
});

test.each(TREE_NAMES)(
  "the only thing wrong with %s is that it was moved, and that is mended",
  async (name) => {
    const root = await makeTree(name);
    const kinds = (): Set<FindingKind> =>
      new Set(checkTree(openStore(root)).findings.map(({ kind }) => kind));
    const found = kinds();
    fixTree(openStore(root));

    expect([...found].filter((kind) => !/-location$|^version-source$/.test(kind))).toEqual(
      // In this tree MLflow was told an end that lies before the start.
      name === "v3-basic" ? ["run-times"] : [],
    );
    const left = { "v3-basic": ["run-times"], "v3-edge": ["experiment-location"] } as const;
    // The other has an experiment whose artifacts were to lie in a folder of that machine, outside of the tree.
    expect([...kinds()]).toEqual(name === "v3-basic" || name === "v3-edge" ? left[name] : []);
  },
);

describe("each damage is named exactly", () => {
  test.each(DAMAGES)("$name", async (damage) => {
    const { root, flaws } = await damagedTree(damage);
    const { findings } = checkTree(openStore(root));

    for (const { path, line } of flaws) {
      expect(findings).toContainEqual(
        expect.objectContaining({ path, ...(line !== undefined && { line }) }),
      );
    }
    const expected = new Set([...flaws.map(({ path }) => path), ...ALSO(damage)]);
    expect(findings.map(({ path }) => path).filter((path) => !expected.has(path))).toEqual([]);
  });

  /** A run in two places is named at both. */
  const ALSO = ({ name }: Damage): string[] =>
    name === "same run in two experiments" ? [`${EXPERIMENT}/${idOf(name)}`] : [];
});

test("all damages in one tree are all named", async () => {
  const { root, flaws } = await makeBrokenTree();
  await age(root);
  const found = new Set(checkTree(openStore(root)).findings.map(({ path }) => path));

  expect(flaws.filter(({ path }) => !found.has(path))).toEqual([]);
});

describe("mending", () => {
  const mendable = DAMAGES.filter(({ name }) => !MENDED_BY_HAND.has(name));

  test.each(mendable)("$name: real MLflow opens the tree", async (damage) => {
    const { root } = await damagedTree(damage);
    const { mended, left, backupFolder } = fixTree(openStore(root));

    expect(mended.length).toBeGreaterThan(0);
    expect(left.findings).toEqual([]);
    expect(await python.run(READ_ALL, [root, EXPERIMENT])).toBe("");
    for (const { finding, what } of mended) {
      if (what === "made the folder") continue;
      const kept = join(backupFolder ?? "", finding.path);
      expect((await readdir(dirname(kept))).length).toBeGreaterThan(0);
    }
  });

  test("what would be a guess is left as it is", async () => {
    const damages = DAMAGES.filter(({ name }) => MENDED_BY_HAND.has(name));
    const { root, flaws } = await makeBrokenTree(damages);
    await age(root);
    const before = await folderBytes(root);
    const { mended, left } = fixTree(openStore(root));

    expect(mended).toEqual([]);
    expect(await folderBytes(root)).toEqual(before);
    const found = new Set(left.findings.map(({ path }) => path));
    expect(flaws.filter(({ path }) => !found.has(path))).toEqual([]);
    for (const { hint, kind } of left.findings) {
      if (!/-meta$|^trace-info$|^trace-spans$|^value-unreadable$/.test(kind))
        expect(hint, kind).toBeDefined();
    }
  });
});
