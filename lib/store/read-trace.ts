import type { TraceInfo } from "../entities/trace.ts";
import { MlrunsError, type TreeProblem } from "../errors.ts";
import { parseTraceInfo, type TraceInfoMeta } from "../format/trace-info.ts";
import { tracePaths } from "../tree/layout.ts";
import { readPatiently } from "../tree/read.ts";
import { readAssessments } from "./assessments.ts";
import { findExperiment } from "./experiments.ts";
import { readValues } from "./read-run.ts";
import { type Scan, type Store, toProblem, treePath } from "./store.ts";
import { findTrace, listTracePlaces, type TracePlace } from "./trace-place.ts";

/** @throws MlrunsError RESOURCE_DOES_NOT_EXIST */
export function getTraceInfo(store: Store, traceId: string): TraceInfo {
  return readTraceInfo(store, findTrace(store, traceId), []);
}

/** Reads the traces of an experiment, without their spans. One that cannot be read is a problem, and the others are still there. */
export function listTraceInfos(store: Store, experimentId: string): Scan<TraceInfo> {
  const found: TraceInfo[] = [];
  const problems: TreeProblem[] = [];
  const { folder } = findExperiment(store, experimentId);
  for (const place of listTracePlaces(experimentId, folder)) {
    try {
      found.push(readTraceInfo(store, place, problems));
    } catch (error) {
      problems.push(toProblem(error, treePath(store, tracePaths.info(place.folder))));
    }
  }
  return { found, problems };
}

/** Reads a trace without its spans. What cannot be read is missing in it and named in `problems`. */
export function readTraceInfo(store: Store, place: TracePlace, problems: TreeProblem[]): TraceInfo {
  const { extra: _, ...fields } = readTraceMeta(store, place);
  return {
    ...fields,
    traceMetadata: readValues(store, tracePaths.metadata(place.folder), problems),
    tags: readValues(store, tracePaths.tags(place.folder), problems),
    assessments: readAssessments(store, place, problems),
  };
}

/** @throws MlrunsError INTERNAL_ERROR when it is broken, INVALID_STATE when it names another trace */
export function readTraceMeta(store: Store, place: TracePlace): TraceInfoMeta {
  const file = tracePaths.info(place.folder);
  const path = treePath(store, file);
  const meta = readPatiently(file, (text) => parseTraceInfo(text, path));
  if (meta.traceId === place.traceId) return meta;
  throw new MlrunsError(
    "INVALID_STATE",
    `Trace with ID '${place.traceId}' metadata is in invalid state.`,
    { path },
  );
}
