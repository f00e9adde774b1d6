import type { LifecycleStage } from "../entities/lifecycle.ts";
import type { RunStatus } from "../entities/run.ts";
import type { RunMeta } from "./run-meta.ts";
import { readsAsString } from "./yaml-scalar.ts";

/** What needs no quotes in YAML, unless it reads as something else than text. */
const WORDS = "[A-Za-z][\\w.-]*(?: [\\w.-]+)*";
const TIME = "[1-9][0-9]{0,14}";
const ID = "[0-9a-f]{32}";

/** `RUN/meta.yaml` as MLflow writes it, from version 1 on. */
const PLAIN = new RegExp(
  [
    "^artifact_uri: (?<artifactUri>(?:[a-z][a-z0-9-]*:)?/[!-9;-~]*)",
    `(?:\ndeleted_time: (?<deletedTime>null|${TIME}))?`,
    `\nend_time: (?<endTime>null|${TIME})`,
    "\nentry_point_name: ''",
    "\nexperiment_id: '(?<experimentId>[0-9]+)'",
    "\nlifecycle_stage: (?<stage>active|deleted)",
    `\nrun_id: (?<runId>${ID})`,
    `\nrun_name: (?:''|(?<runName>${WORDS}))`,
    `(?:\nrun_uuid: ${ID})?`,
    "\nsource_name: ''\nsource_type: 4\nsource_version: ''",
    `\nstart_time: (?<startTime>${TIME})`,
    "\nstatus: (?<status>[1-5])",
    "\ntags: \\[\\]",
    `\nuser_id: (?<userId>${WORDS})\n$`,
  ].join(""),
);

const STATUSES: readonly RunStatus[] = ["RUNNING", "SCHEDULED", "FINISHED", "FAILED", "KILLED"];

/**
 * Reads a file that has the usual keys in the usual order and form, with one pattern: a reader of YAML has much more to look
 * at, and takes its time until Node has compiled it. Undefined for any other file, be it sound or not.
 */
export function parsePlainRunMeta(text: string): RunMeta | undefined {
  const groups = PLAIN.exec(text)?.groups;
  if (groups === undefined) return undefined;
  const { runId = "", runName = "", userId = "", deletedTime } = groups;
  // `null` and `yes` do not, nor does an id of digits only.
  if (!readsAsString(runId) || !readsAsString(userId)) return undefined;
  if (runName !== "" && !readsAsString(runName)) return undefined;
  return {
    runId,
    experimentId: groups.experimentId as string,
    runName,
    userId,
    status: STATUSES[Number(groups.status) - 1] as RunStatus,
    startTime: Number(groups.startTime),
    endTime: toTime(groups.endTime),
    lifecycleStage: groups.stage as LifecycleStage,
    artifactUri: groups.artifactUri as string,
    ...(deletedTime !== undefined && { deletedTime: toTime(deletedTime) }),
    extra: Object.create(null),
  };
}

function toTime(text: string | undefined): number | null {
  return text === "null" ? null : Number(text);
}
