import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { MLFLOW_TAG } from "../../entities/tag.ts";
import { SPANS_FILE, type Span, type TraceInfo } from "../../entities/trace.ts";
import { validateRunId } from "../../entities/validate.ts";
import { printAssessment } from "../../format/assessment.ts";
import { printSpans } from "../../format/spans.ts";
import { printTraceInfo } from "../../format/trace-info.ts";
import { experimentPaths, tracePaths } from "../../tree/layout.ts";
import { createFolderResumably } from "../../tree/write.ts";
import { experimentLocation } from "../artifact-location.ts";
import { findExperiment } from "../experiments.ts";
import type { Store } from "../store.ts";
import { emptyButArtifacts } from "./folder.ts";
import { type Refused, writeFirstValues } from "./values.ts";

/** Says where a server keeps spans. A tree has one place for them. */
const SPANS_LOCATION = "mlflow.trace.spansLocation";

/** A trace of another store. */
export interface AdoptableTrace {
  /** `experimentId` is the one here. */
  readonly info: TraceInfo;
  /** Undefined when `copyArtifacts` brings them, or when there are none to be had. */
  readonly spans: readonly Span[] | undefined;
  /** Whether spans and attachments stay at the place that the trace names. */
  readonly artifactsStay: boolean;
  /** As for `AdoptableRun`. */
  copyArtifacts(folder: string): Promise<void>;
}

/** Takes in a trace of another store with its assessments, whole or not at all. @returns false when it is there already */
export async function adoptTrace(
  store: Store,
  { info, spans, artifactsStay, copyArtifacts }: AdoptableTrace,
  refused: Refused,
): Promise<boolean> {
  const { traceId, experimentId } = info;
  validateRunId(traceId, "trace_id");
  const target = join(experimentPaths.traces(findExperiment(store, experimentId).folder), traceId);
  const location = `${experimentLocation(store, experimentId)}/traces/${traceId}/artifacts`;
  const { [SPANS_LOCATION]: _, ...others } = info.tags;
  const tags = artifactsStay ? others : { ...others, [MLFLOW_TAG.artifactLocation]: location };
  return createFolderResumably(store.root, `import-${traceId}`, target, async (folder) => {
    emptyButArtifacts(folder);
    for (const part of ["metadata", "tags", "artifacts"] as const) {
      mkdirSync(tracePaths[part](folder), { recursive: true });
    }
    writeFirstValues(tracePaths.metadata(folder), info.traceMetadata, refused);
    writeFirstValues(tracePaths.tags(folder), tags, refused);
    if (info.assessments.length > 0) mkdirSync(tracePaths.assessments(folder));
    for (const assessment of info.assessments) {
      const { assessmentId } = assessment;
      validateRunId(assessmentId, "assessment_id");
      const file = join(tracePaths.assessments(folder), `${assessmentId}.yaml`);
      writeFileSync(file, printAssessment({ ...assessment, extra: {} }));
    }
    await copyArtifacts(tracePaths.artifacts(folder));
    if (spans !== undefined) {
      writeFileSync(join(tracePaths.artifacts(folder), SPANS_FILE), printSpans(spans));
    }
    writeFileSync(tracePaths.info(folder), printTraceInfo({ ...info, extra: {} }));
  });
}
