import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Damage, Flaw } from "./damage/damage.ts";
import { ENTITY_DAMAGES } from "./damage/entities.ts";
import { EXPERIMENT_DAMAGES } from "./damage/experiments.ts";
import { RUN_DAMAGES } from "./damage/runs.ts";
import { VALUE_DAMAGES } from "./damage/values.ts";
import { makeTree } from "./tree.ts";

export type { Damage, Flaw };

/** Every kind of damage that readers must survive and name. */
export const DAMAGES: readonly Damage[] = [
  ...EXPERIMENT_DAMAGES,
  ...RUN_DAMAGES,
  ...VALUE_DAMAGES,
  ...ENTITY_DAMAGES,
];

/**
 * A private copy of `v3-basic` with these damages done to it. What the copy had before stays as it was, so its golden
 * answers still hold.
 *
 * @param damages - default: all
 * @returns the root, and all flaws that a complete check should find
 */
export async function makeBrokenTree(
  damages: readonly Damage[] = DAMAGES,
): Promise<{ readonly root: string; readonly flaws: readonly Flaw[] }> {
  const root = await makeSoundTree();
  const flaws: Flaw[] = [];
  for (const damage of damages) flaws.push(...(await damage.apply(root)));
  return { root, flaws };
}

/** A private copy of `v3-basic` in which nothing is wrong: its locations, of another machine, are made relative. */
export async function makeSoundTree(): Promise<string> {
  const root = await makeTree("v3-basic");
  const files = await readdir(root, { recursive: true });
  for (const file of files.filter((name) => name.endsWith("meta.yaml"))) {
    const text = await readFile(join(root, file), "utf8");
    await writeFile(join(root, file), text.replaceAll("file:///tmp/tracking/mlruns", "mlruns"));
  }
  return root;
}
