import { lstatSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { validateKey } from "../../entities/validate.ts";
import { MlrunsError } from "../../errors.ts";
import { type MetricPlace, MetricReader } from "../../format/metric-reader.ts";
import { isFile, readText } from "../../tree/read.ts";
import { type KeyFile, walkKeys } from "../../tree/walk.ts";
import { toProblem, treePath } from "../store.ts";
import type { Examination, Mend } from "./finding.ts";
import { decodeLoosely, keepPoints, REPLACEMENT } from "./mend-metric.ts";

const MOVE_AWAY: Mend = { action: "move away" };

/** What git, editors and systems leave in folders. */
const STRAY =
  /^(\.git(keep|ignore|attributes)|\.DS_Store|\._.*|Thumbs\.db|desktop\.ini|\.nfs[0-9a-f]+|\.~lock\..*|.*\.sw[a-p]|.*~|#.*#|\.mlruns-[0-9a-f]+\.tmp|.*\.(orig|rej|bak)|.*\.tmp-\d+)$/;

/** Checks a folder of params or tags, in which every file is a value. */
export function checkValues(examination: Examination, folder: string): void {
  for (const { key, path } of walkKeys(folder)) {
    if (isStray(examination, key, path)) continue;
    checkName(examination, key, path, "key");
    checkText(examination, path);
  }
}

/** Checks a folder of metrics. */
export function checkMetrics(
  examination: Examination,
  folder: string,
  place: Omit<MetricPlace, "key" | "path">,
): void {
  for (const file of walkKeys(folder)) checkMetric(examination, file, place);
}

function checkMetric(
  examination: Examination,
  { key, path }: KeyFile,
  place: Omit<MetricPlace, "key" | "path">,
): void {
  if (!isFile(path)) {
    checkText(examination, path);
    return;
  }
  const text = decodeLoosely(readFileSync(path));
  const description = { ...place, key, path: treePath(examination.store, path) };
  const reader = new MetricReader(Buffer.from(text), description);
  let hasPoints = false;
  while (reader.next()) hasPoints = true;
  const { problems } = reader;
  if (isStrayName(key) && !hasPoints) {
    const line = problems[0]?.line === undefined ? {} : { line: problems[0].line };
    const message = "No metric, but MLflow takes every file here for one";
    examination.report("stray-file", path, message, { ...line, mend: MOVE_AWAY });
    return;
  }
  checkName(examination, key, path, "name");
  if (problems.length === 0) return;
  const rewrite = (content: Buffer): Buffer => keepPoints(content, description);
  const isMendable = rewrite(Buffer.from(text)).length > 0;
  const mend: Mend = isMendable ? { action: "rewrite", rewrite } : MOVE_AWAY;
  const isEmpty = text.trim() === "";
  const lines = text.includes(REPLACEMENT) ? text.split("\n") : [];
  for (const problem of problems) {
    const isCoded = lines[(problem.line ?? 0) - 1]?.includes(REPLACEMENT) ?? false;
    const message = isCoded ? "The line is not valid UTF-8" : problem.message;
    const kind = isEmpty ? "metric-empty" : isCoded ? "metric-encoding" : "metric-line";
    examination.reportProblem(kind, { ...problem, message }, { mend });
  }
}

function isStray(examination: Examination, key: string, path: string): boolean {
  if (!isStrayName(key)) return false;
  const what = basename(dirname(path)).replace(/s$/, "");
  examination.report("stray-file", path, `No ${what}, but MLflow takes every file here for one`, {
    mend: MOVE_AWAY,
  });
  return true;
}

function isStrayName(key: string): boolean {
  return STRAY.test(basename(key));
}

function checkName(
  examination: Examination,
  key: string,
  path: string,
  parameter: "name" | "key",
): void {
  try {
    validateKey(key, parameter);
  } catch (error) {
    if (!(error instanceof MlrunsError)) throw error;
    const hint = "Rename the file: MLflow refuses the run because of it.";
    examination.report("key-name", path, error.message, { hint });
  }
}

/** Whether a file can be read as text at all. A link that leads nowhere holds nothing that could be lost. */
function checkText(examination: Examination, path: string): void {
  try {
    readText(path);
  } catch (error) {
    const isLink = lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
    const problem = toProblem(error, treePath(examination.store, path));
    examination.reportProblem("value-unreadable", problem, isLink ? { mend: MOVE_AWAY } : {});
  }
}

/** Folders below a run or model that hold values. */
export function checkAllValues(
  examination: Examination,
  folder: string,
  place: Omit<MetricPlace, "key" | "path">,
): void {
  checkMetrics(examination, join(folder, "metrics"), place);
  checkValues(examination, join(folder, "params"));
  checkValues(examination, join(folder, "tags"));
}
