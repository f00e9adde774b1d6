import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { MLFLOW_TAG } from "../../entities/tag.ts";
import { SPANS_FILE } from "../../entities/trace.ts";
import { parseAssessment } from "../../format/assessment.ts";
import { parseSpans } from "../../format/spans.ts";
import { parseTraceInfo } from "../../format/trace-info.ts";
import { experimentPaths, tracePaths } from "../../tree/layout.ts";
import { entriesOf, isFile, listFolders } from "../../tree/read.ts";
import { artifactPlaceOfTrace, listTracePlaces, type TracePlace } from "../trace-place.ts";
import type { ExaminedExperiment } from "./experiments.ts";
import type { Examination } from "./finding.ts";
import { checkLocation } from "./locations.ts";
import { checkValues } from "./values.ts";

/** Checks the traces of an experiment with their spans and assessments. */
export function checkTraces(
  examination: Examination,
  { experimentId, folder }: ExaminedExperiment,
): void {
  const traces = experimentPaths.traces(folder);
  for (const name of listFolders(traces)) {
    if (isFile(tracePaths.info(join(traces, name)))) continue;
    const message = "What looks like a trace has no trace_info.yaml: nobody finds it";
    const hint = "A process ended while it was writing it. Remove the folder.";
    examination.report("trace-info-missing", join(traces, name), message, { hint });
  }
  for (const place of listTracePlaces(experimentId, folder)) checkTrace(examination, place);
}

function checkTrace(examination: Examination, place: TracePlace): void {
  const { traceId, experimentId, folder } = place;
  checkValues(examination, tracePaths.tags(folder));
  checkValues(examination, tracePaths.metadata(folder));
  checkAssessments(examination, folder);
  const file = tracePaths.info(folder);
  const info = examination.read("trace-info", file, parseTraceInfo);
  if (info === undefined) return;
  if (info.traceId !== traceId) {
    const message = `The folder is trace '${traceId}', trace_info.yaml says '${info.traceId}'`;
    const hint = "A folder that was copied or renamed: rename it back.";
    examination.report("trace-place", file, message, { hint });
    return;
  }
  const tag = join(tracePaths.tags(folder), MLFLOW_TAG.artifactLocation);
  checkLocation(examination, {
    kind: "trace-location",
    file: tag,
    uri: isFile(tag) ? readFileSync(tag, "utf8") : null,
    experimentId,
    tail: `traces/${traceId}/artifacts`,
    rewrite: (_, uri) => Buffer.from(uri),
  });
  if (info.state !== "IN_PROGRESS") checkSpans(examination, place);
}

function checkSpans(examination: Examination, place: TracePlace): void {
  const artifacts = artifactPlaceOfTrace(examination.store, place);
  if (artifacts.kind === "remote") return;
  const file = join(artifacts.folder, SPANS_FILE);
  if (existsSync(file)) {
    examination.read("trace-spans", file, parseSpans);
    return;
  }
  examination.report("trace-spans", file, "The spans of the trace are missing", {
    hint: "The process ended before it had written them: MLflow cannot load the trace. Delete it.",
  });
}

function checkAssessments(examination: Examination, folder: string): void {
  for (const { name } of entriesOf(tracePaths.assessments(folder))) {
    const file = join(tracePaths.assessments(folder), name);
    examination.read("assessment", file, parseAssessment, {
      hint: "MLflow reads every file in this folder: move the file out of it, or correct it.",
    });
  }
}
