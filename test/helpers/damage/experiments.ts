import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { type Damage, lineOf, replaced, write } from "./damage.ts";
import { experimentMeta, soundExperiment } from "./sound.ts";

/** An experiment of its own whose meta.yaml is changed. */
function badMeta(
  id: string,
  name: string,
  edit: (meta: string) => string,
  options: { readonly seenBy?: Damage["seenBy"]; readonly line?: (meta: string) => number } = {},
): Damage {
  return {
    name,
    seenBy: options.seenBy ?? "reading",
    apply: async (root) => {
      const path = `${id}/meta.yaml`;
      const meta = edit(experimentMeta(id, name));
      await write(root, path, meta);
      return [{ path, line: options.line?.(meta) }];
    },
  };
}

/** A folder in the root that MLflow takes for an experiment and then refuses, with all others. */
function badFolder(folder: string): Damage {
  return {
    name: `folder ${folder} in the root`,
    seenBy: "reading",
    apply: async (root) => {
      await mkdir(join(root, folder, "inner"), { recursive: true });
      return [{ path: folder }];
    },
  };
}

const edit =
  (from: string, to: string) =>
  (meta: string): string =>
    replaced(meta, from, to);

export const EXPERIMENT_DAMAGES: readonly Damage[] = [
  badFolder(".git"),
  badFolder(".venv"),
  badFolder(".ipynb_checkpoints"),
  badFolder("my stray!"),
  badMeta("777777777777777101", "empty experiment meta", () => ""),
  badMeta(
    "777777777777777102",
    "experiment meta with a tab for indent",
    edit("\nname:", "\n\tname:"),
    {
      line: (meta) => lineOf(meta, "\tname:"),
    },
  ),
  badMeta(
    "777777777777777103",
    "experiment meta of another experiment",
    edit("'777777777777777103'", "'5'"),
  ),
  badMeta("777777777777777104", "experiment meta without a name", (meta) =>
    meta.replace(/^name: .*\n/m, ""),
  ),
  badMeta("777777777777777105", "experiment meta without a location", (meta) =>
    meta.replace(/^artifact_location: .*\n/m, ""),
  ),
  badMeta(
    "777777777777777106",
    "experiment that is deleted by its meta only",
    edit("active", "deleted"),
    {
      seenBy: "doctor",
    },
  ),
  {
    name: "experiment folder without a meta",
    seenBy: "reading",
    apply: async (root) => {
      await mkdir(join(root, "777777777777777107", "0123456789abcdef0123456789abcdef"), {
        recursive: true,
      });
      return [{ path: "777777777777777107" }];
    },
  },
  {
    name: "two experiments of one name",
    seenBy: "doctor",
    apply: async (root) => {
      await soundExperiment(root, "777777777777777108", "twin");
      await soundExperiment(root, "777777777777777109", "twin");
      return [{ path: "777777777777777109/meta.yaml" }];
    },
  },
];
