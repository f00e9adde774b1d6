import { rm } from "node:fs/promises";
import { join } from "node:path";
import { type Damage, write } from "./damage.ts";
import {
  EXPERIMENT,
  idOf,
  MODEL_META,
  soundLoggedModel,
  soundModel,
  soundRun,
  soundTrace,
} from "./sound.ts";

type Make = (root: string, name: string) => Promise<string>;

/** Makes a sound thing and then gives one of its files this content, or removes it. */
function badFile(
  name: string,
  make: Make,
  file: string,
  content: string | null,
  options: { readonly seenBy?: Damage["seenBy"]; readonly line?: number } = {},
): Damage {
  return {
    name,
    seenBy: options.seenBy ?? "reading",
    apply: async (root) => {
      const path = `${await make(root, name)}/${file.replace("ID", idOf(name))}`;
      if (content === null) await rm(join(root, path));
      else await write(root, path, content);
      return [{ path, line: options.line }];
    },
  };
}

/** The place of a dataset that a run has used. */
async function usedDataset(root: string, name: string): Promise<string> {
  const run = await soundRun(root, name);
  await write(root, `${run}/inputs/${idOf(name)}/meta.yaml`, inputMeta(idOf(name)));
  return `${EXPERIMENT}/datasets/${idOf(name)}`;
}

function inputMeta(datasetId: string): string {
  return `destination_id: ${datasetId}
destination_type: RUN
source_id: ${datasetId}
source_type: DATASET
tags: {}
`;
}

export const ENTITY_DAMAGES: readonly Damage[] = [
  badFile("empty dataset meta", usedDataset, "meta.yaml", ""),
  badFile("input meta that is no map", soundRun, "inputs/ID/meta.yaml", "- DATASET\n"),
  badFile("input whose dataset is gone", soundRun, "inputs/ID/meta.yaml", inputMeta(idOf("gone")), {
    seenBy: "doctor",
  }),
  badFile("output meta that is no map", soundRun, "outputs/m-ID/meta.yaml", "- RUN_OUTPUT\n"),

  badFile("empty logged model meta", soundLoggedModel, "meta.yaml", ""),
  badFile("logged model meta with a tab", soundLoggedModel, "meta.yaml", "name: m\n\tstatus: 2\n", {
    line: 2,
  }),

  badFile("empty registered model meta", soundModel, "meta.yaml", ""),
  badFile("registered model meta of another model", soundModel, "meta.yaml", MODEL_META, {
    seenBy: "doctor",
  }),
  badFile("empty model version meta", soundModel, "version-1/meta.yaml", ""),
  badFile("alias of a version that does not exist", soundModel, "aliases/champion", "9", {
    seenBy: "doctor",
  }),

  badFile("empty trace info", soundTrace, "trace_info.yaml", ""),
  badFile("trace without its spans", soundTrace, "artifacts/traces.json", null),
  badFile(
    "trace whose spans are half written",
    soundTrace,
    "artifacts/traces.json",
    '{"spans": [{"na',
  ),
  badFile("assessment that is no map", soundTrace, "assessments/a-ID.yaml", "- feedback\n"),
];
