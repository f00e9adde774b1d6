import type { RunInfo, RunStatus } from "../entities/run.ts";
import {
  fail,
  type MetaFile,
  openMeta,
  readExtra,
  readInteger,
  readLifecycleStage,
  readOptionalInteger,
  readOptionalText,
  readText,
  requireKey,
} from "./meta-file.ts";
import { parsePlainRunMeta } from "./plain-run-meta.ts";
import { printYaml, type YamlMap } from "./yaml.ts";
import { describeYaml } from "./yaml-value.ts";

/** What `RUN/meta.yaml` holds. */
export type RunMeta = RunInfo & {
  /** When the run was deleted, in milliseconds since the epoch. Undefined: the file does not have the key. */
  readonly deletedTime?: number | null;
  /** Keys of other versions, kept when the file is rewritten. */
  readonly extra: YamlMap;
};

/** MLflow's numbers in the file; its API speaks the names. */
export const RUN_STATUS_NUMBERS: Readonly<Record<RunStatus, number>> = {
  RUNNING: 1,
  SCHEDULED: 2,
  FINISHED: 3,
  FAILED: 4,
  KILLED: 5,
};

/** What moved elsewhere long ago and is written for old readers only. `source_type` 4 is LOCAL. */
const CONSTANTS = {
  entry_point_name: "",
  source_name: "",
  source_type: 4,
  source_version: "",
  tags: [],
} as const;

const KNOWN: ReadonlySet<string> = new Set([
  ...Object.keys(CONSTANTS),
  "artifact_uri",
  "deleted_time",
  "end_time",
  "experiment_id",
  "lifecycle_stage",
  "run_id",
  "run_name",
  "run_uuid",
  "start_time",
  "status",
  "user_id",
]);

/**
 * Reads `RUN/meta.yaml` of MLflow 1, 2 and 3. A missing status means RUNNING, a missing lifecycle stage active; the run
 * name is empty when there is none.
 *
 * @throws MlrunsError INTERNAL_ERROR with the path, and the line where it is known, when the YAML is broken, or when
 *   an id, the user, the start or the end is missing
 */
export function parseRunMeta(text: string, path: string): RunMeta {
  return parsePlainRunMeta(text) ?? readMeta(openMeta(text, path));
}

function readMeta(file: MetaFile): RunMeta {
  requireKey(file, "end_time");
  const deletedTime = readOptionalInteger(file, "deleted_time");
  return {
    // 1.x before 1.0 has only `run_uuid`, 3.x only `run_id`.
    runId:
      readOptionalText(file, "run_id") ??
      readOptionalText(file, "run_uuid") ??
      readText(file, "run_id"),
    experimentId: readText(file, "experiment_id"),
    runName: readOptionalText(file, "run_name") ?? "",
    userId: readText(file, "user_id"),
    status: readStatus(file),
    startTime: readInteger(file, "start_time"),
    endTime: readOptionalInteger(file, "end_time"),
    lifecycleStage: readLifecycleStage(file),
    artifactUri: readOptionalText(file, "artifact_uri"),
    ...("deleted_time" in file.map && { deletedTime }),
    extra: readExtra(file, KNOWN),
  };
}

/**
 * Writes `RUN/meta.yaml` as MLflow does. Unlike MLflow 3 it writes `run_uuid` too, without which MLflow 1 cannot
 * read the run.
 */
export function printRunMeta(meta: RunMeta): string {
  return printYaml({
    ...meta.extra,
    ...CONSTANTS,
    artifact_uri: meta.artifactUri,
    ...(meta.deletedTime !== undefined && { deleted_time: meta.deletedTime }),
    end_time: meta.endTime,
    experiment_id: meta.experimentId,
    lifecycle_stage: meta.lifecycleStage,
    run_id: meta.runId,
    run_name: meta.runName,
    run_uuid: meta.runId,
    start_time: meta.startTime,
    status: RUN_STATUS_NUMBERS[meta.status],
    user_id: meta.userId,
  });
}

function readStatus(file: MetaFile): RunStatus {
  const value = file.map.status;
  if (value === undefined) return "RUNNING";
  for (const [status, number] of Object.entries(RUN_STATUS_NUMBERS)) {
    if (number === value) return status as RunStatus;
  }
  return fail(
    file,
    "status",
    `Could not get string corresponding to run status ${describeYaml(value)}`,
  );
}
