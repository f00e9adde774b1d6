import { randomUUID } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, rmdirSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { compareText, type ReadonlyDictionary, toDictionary } from "../entities/record.ts";
import type { Assessment, Expectation, Feedback, IssueReference } from "../entities/trace.ts";
import { validateRunId } from "../entities/validate.ts";
import { invalidParameter, notFound, type TreeProblem } from "../errors.ts";
import { type AssessmentMeta, parseAssessment, printAssessment } from "../format/assessment.ts";
import { tracePaths } from "../tree/layout.ts";
import { entriesOf, isFile, readPatiently } from "../tree/read.ts";
import { replaceValue } from "../tree/write.ts";
import { collecting, type Store, treePath } from "./store.ts";
import { findTrace, type TracePlace } from "./trace-place.ts";

/** What an assessment is given by the store. */
type Given = "assessmentId" | "traceId" | "createTimeMs" | "lastUpdateTimeMs" | "valid";

/** An assessment to be: everything but what the store gives it. */
export type NewAssessment =
  | Omit<Feedback, Given>
  | Omit<Expectation, Given>
  | Omit<IssueReference, Given>;

export interface AssessmentChanges {
  readonly name?: string;
  readonly rationale?: string;
  /** Is added to what there is. */
  readonly metadata?: ReadonlyDictionary<string>;
  readonly feedback?: Pick<Feedback, "value" | "error">;
  readonly expectation?: Pick<Expectation, "value">;
}

const ENDING = ".yaml";

/**
 * Adds an assessment to a trace. One that overrides another makes that one invalid.
 *
 * @throws MlrunsError RESOURCE_DOES_NOT_EXIST for the trace or the overridden assessment
 */
export function createAssessment(
  store: Store,
  traceId: string,
  assessment: NewAssessment,
): Assessment {
  const place = findTrace(store, traceId);
  const now = Date.now();
  const meta: AssessmentMeta = {
    ...assessment,
    assessmentId: `a-${randomUUID().replaceAll("-", "")}`,
    traceId,
    createTimeMs: now,
    lastUpdateTimeMs: now,
    valid: true,
    extra: toDictionary([]),
  };
  const original =
    meta.overrides === null ? undefined : readAssessment(store, place, meta.overrides);
  // The new one first: should we end between the two, both count, and none is lost.
  write(place, meta);
  if (original !== undefined) write(place, { ...original, valid: false });
  return withoutExtra(meta);
}

/** @throws MlrunsError RESOURCE_DOES_NOT_EXIST */
export function getAssessment(store: Store, traceId: string, assessmentId: string): Assessment {
  return withoutExtra(readAssessment(store, findTrace(store, traceId), assessmentId));
}

/**
 * Changes an assessment; what is left out stays. Its source and span cannot change.
 *
 * @throws MlrunsError INVALID_PARAMETER_VALUE when a feedback is given an expectation or the reverse
 */
export function updateAssessment(
  store: Store,
  traceId: string,
  assessmentId: string,
  changes: AssessmentChanges,
): Assessment {
  const place = findTrace(store, traceId);
  const old = readAssessment(store, place, assessmentId);
  const { feedback, expectation, name, rationale } = changes;
  if (feedback && expectation) {
    throw invalidParameter("Cannot specify both `expectation` and `feedback` parameters.");
  }
  if (expectation && old.kind !== "expectation") {
    throw invalidParameter("Cannot update expectation value on a Feedback assessment.");
  }
  if (feedback && old.kind !== "feedback") {
    throw invalidParameter("Cannot update feedback value on an Expectation assessment.");
  }
  const common = {
    name: name ?? old.name,
    rationale: rationale ?? old.rationale,
    metadata: { ...old.metadata, ...changes.metadata },
    lastUpdateTimeMs: Date.now(),
  };
  const meta: AssessmentMeta =
    old.kind === "feedback"
      ? { ...old, ...common, ...feedback }
      : old.kind === "expectation"
        ? { ...old, ...common, ...expectation }
        : { ...old, ...common };
  write(place, meta);
  return withoutExtra(meta);
}

/** Deletes an assessment, nothing if there is none; what it overrode is valid again. */
export function deleteAssessment(store: Store, traceId: string, assessmentId: string): void {
  const place = findTrace(store, traceId);
  const file = fileOf(place, assessmentId);
  if (!isFile(file)) return;
  const { overrides } = collecting(store, file, [], () =>
    readAssessment(store, place, assessmentId),
  ) ?? { overrides: null };
  rmSync(file);
  if (overrides !== null && isFile(fileOf(place, overrides))) {
    const original = collecting(store, file, [], () => readAssessment(store, place, overrides));
    if (original !== undefined) {
      write(place, { ...original, valid: true, lastUpdateTimeMs: Date.now() });
    }
  }
  const folder = tracePaths.assessments(place.folder);
  if (existsSync(folder) && readdirSync(folder).length === 0) rmdirSync(folder);
}

/** Reads the assessments of a trace, the oldest first. One that cannot be read is a problem. */
export function readAssessments(
  store: Store,
  place: TracePlace,
  problems: TreeProblem[],
): Assessment[] {
  const folder = tracePaths.assessments(place.folder);
  return entriesOf(folder)
    .filter(({ name }) => name.endsWith(ENDING))
    .flatMap(({ name }) => {
      const read = collecting(store, join(folder, name), problems, () =>
        withoutExtra(readAssessment(store, place, basename(name, ENDING))),
      );
      return read ?? [];
    })
    .sort((a, b) => a.createTimeMs - b.createTimeMs || compareText(a.assessmentId, b.assessmentId));
}

function readAssessment(store: Store, place: TracePlace, assessmentId: string): AssessmentMeta {
  const file = fileOf(place, assessmentId);
  if (!isFile(file)) {
    throw notFound(`Assessment with ID '${assessmentId}' not found for trace '${place.traceId}'`);
  }
  const path = treePath(store, file);
  return readPatiently(file, (text) => parseAssessment(text, path));
}

function write(place: TracePlace, meta: AssessmentMeta): void {
  const file = fileOf(place, meta.assessmentId);
  mkdirSync(tracePaths.assessments(place.folder), { recursive: true });
  // MLflow reads every file in the folder, so the temporary one lies beside it.
  replaceValue(place.folder, file, printAssessment(meta));
}

function fileOf(place: TracePlace, assessmentId: string): string {
  validateRunId(assessmentId, "assessment_id");
  return join(tracePaths.assessments(place.folder), `${assessmentId}${ENDING}`);
}

function withoutExtra({ extra: _, ...assessment }: AssessmentMeta): Assessment {
  return assessment;
}
