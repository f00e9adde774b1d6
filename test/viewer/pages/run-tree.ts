import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { makeTempFolder } from "../../helpers/tree.ts";

export const RUN_ID = "0123456789abcdef0123456789abcdef";
export const EXPERIMENT_ID = "7";

/** Start of the run, ms since the epoch. */
export const START = 1_790_000_000_000;

/** Files of a run by their path in it, such as `metrics/loss`. */
export type RunFiles = Readonly<Record<string, string | Uint8Array>>;

/** A tree with one finished run that has these files; more runs by their ids. */
export async function makeRunTree(
  files: RunFiles,
  others: Readonly<Record<string, RunFiles>> = {},
): Promise<string> {
  const root = join(await makeTempFolder(), "mlruns");
  await write(join(root, EXPERIMENT_ID, "meta.yaml"), [
    `artifact_location: mlruns/${EXPERIMENT_ID}`,
    `creation_time: ${START}`,
    `experiment_id: '${EXPERIMENT_ID}'`,
    `last_update_time: ${START}`,
    "lifecycle_stage: active",
    "name: journeys",
  ]);
  for (const [runId, own] of Object.entries({ [RUN_ID]: files, ...others })) {
    await writeRun(join(root, EXPERIMENT_ID, runId), runId, own);
  }
  return root;
}

/** Lines of a metric file: a value at each step, a second apart. */
export function history(values: readonly (number | string)[]): string {
  return values.map((value, step) => `${START + step * 1000} ${value} ${step}\n`).join("");
}

/** Lines of the `meta.yaml` of a finished run. */
export function runMeta(
  runId: string,
  artifactUri = `mlruns/${EXPERIMENT_ID}/${runId}/artifacts`,
): string[] {
  return [
    `artifact_uri: ${artifactUri}`,
    `end_time: ${START + 60_000}`,
    "entry_point_name: ''",
    `experiment_id: '${EXPERIMENT_ID}'`,
    "lifecycle_stage: active",
    `run_id: ${runId}`,
    `run_name: run-${runId.slice(0, 4)}`,
    `run_uuid: ${runId}`,
    "source_name: ''",
    "source_type: 4",
    "source_version: ''",
    `start_time: ${START}`,
    "status: 3",
    "tags: []",
    "user_id: ada",
  ];
}

async function writeRun(folder: string, runId: string, files: RunFiles): Promise<void> {
  await write(join(folder, "meta.yaml"), runMeta(runId));
  for (const part of ["params", "metrics", "tags", "artifacts"]) {
    await mkdir(join(folder, part), { recursive: true });
  }
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
}

async function write(path: string, lines: readonly string[]): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, `${lines.join("\n")}\n`);
}
