import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import type { ArtifactRepository } from "../artifacts/artifact-repository.ts";
import type { ArtifactPlace } from "../entities/file-info.ts";
import {
  type Assessment,
  SPANS_FILE,
  type Span,
  type Trace,
  type TraceInfo,
} from "../entities/trace.ts";
import { MlrunsError, type TreeProblem } from "../errors.ts";
import { parseSpans, printSpans } from "../format/spans.ts";
import { searchTraces } from "../search/index.ts";
import { appendSpans, stampOfSpans } from "../store/append-spans.ts";
import {
  type AssessmentChanges,
  createAssessment,
  deleteAssessment,
  getAssessment,
  type NewAssessment,
  updateAssessment,
} from "../store/assessments.ts";
import { getTraceInfo, listTraceInfos } from "../store/read-trace.ts";
import {
  deleteTraces,
  deleteTraceTag,
  endTrace,
  findTraceArtifacts,
  type NewTrace,
  setTraceTag,
  startTrace,
  type TraceChanges,
  type TraceChoice,
} from "../store/traces.ts";

import {
  type ExpectationOptions,
  type FeedbackOptions,
  toExpectation,
  toFeedback,
  toOverride,
} from "./assessment-options.ts";
import type { SearchOptions } from "./experiment-client.ts";
import { type LogValue, toText } from "./log-value.ts";
import { PromptClient } from "./prompt-client.ts";

export type { AssessmentChanges, NewAssessment, NewTrace, TraceChanges, TraceChoice };

/** The traces of a tree. To record traces of your code see `trace` and `withSpan`. */
export class TraceClient extends PromptClient {
  /**
   * Creates a trace, without spans.
   *
   * @throws MlrunsError RESOURCE_DOES_NOT_EXIST when the experiment is unknown or deleted, RESOURCE_ALREADY_EXISTS
   */
  async startTrace(trace: NewTrace): Promise<TraceInfo> {
    return startTrace(this.store, trace);
  }

  /** Changes a trace, as when it ends; what is left out stays. */
  async endTrace(traceId: string, changes: TraceChanges): Promise<TraceInfo> {
    return endTrace(this.store, traceId, changes);
  }

  /** Creates a trace together with its spans. Spans that are kept in the tree are written before this returns. */
  async logTrace(trace: NewTrace, spans: readonly Span[]): Promise<TraceInfo> {
    const info = startTrace(this.store, trace, spans);
    const artifacts = await this.#open(info.traceId);
    if ((await artifacts.find(SPANS_FILE)) === undefined) await writeSpans(artifacts, spans);
    return info;
  }

  /** Writes the spans of a trace that is there; what was written before is replaced. */
  async logSpans(traceId: string, spans: readonly Span[]): Promise<void> {
    await writeSpans(await this.#open(traceId), spans);
  }

  /** Tells the file of a trace's spans from what it was before; undefined when they are in another store. */
  stampOfSpans(traceId: string): string | undefined {
    return stampOfSpans(this.store, traceId);
  }

  /**
   * Adds spans to those of a trace without reading them.
   *
   * @param stamp - of `stampOfSpans`, when the spans of the trace were last seen
   * @returns the new stamp; undefined when somebody has written meanwhile, and then nothing is added
   */
  appendSpans(traceId: string, spans: readonly Span[], stamp: string): string | undefined {
    return appendSpans(this.store, traceId, spans, stamp);
  }

  /**
   * A trace with its spans.
   *
   * @throws MlrunsError RESOURCE_DOES_NOT_EXIST; NOT_FOUND when its spans are missing, INTERNAL_ERROR when they are broken
   */
  async getTrace(traceId: string): Promise<Trace> {
    const info = getTraceInfo(this.store, traceId);
    return { info, spans: await this.getSpans(traceId) };
  }

  /** A trace without its spans. @throws MlrunsError RESOURCE_DOES_NOT_EXIST */
  async getTraceInfo(traceId: string): Promise<TraceInfo> {
    return getTraceInfo(this.store, traceId);
  }

  /** The spans of a trace. @throws MlrunsError as `getTrace` */
  async getSpans(traceId: string): Promise<readonly Span[]> {
    const artifacts = await this.#open(traceId);
    if ((await artifacts.find(SPANS_FILE)) === undefined) {
      throw new MlrunsError(
        "NOT_FOUND",
        `Trace with ID ${traceId} cannot be loaded because it is missing span data.`,
        { hint: `Its artifact ${SPANS_FILE} is gone, or the process ended before it was written.` },
      );
    }
    const content = await text(await artifacts.read(SPANS_FILE));
    return parseSpans(content, `traces/${traceId}/artifacts/${SPANS_FILE}`);
  }

  /** Searches traces, without their spans. @throws MlrunsError INVALID_PARAMETER_VALUE for a filter that MLflow refuses */
  async searchTraces(
    experimentIds: readonly string[],
    options: Omit<SearchOptions, "viewType"> = {},
  ): Promise<{ traces: TraceInfo[]; nextPageToken: string | undefined }> {
    const traces = this.knownExperiments(experimentIds).flatMap(
      (id) => listTraceInfos(this.store, id).found,
    );
    return searchTraces(traces, options);
  }

  /** Every trace of an experiment, without their spans, with what could not be read. */
  async scanTraces(
    experimentId: string,
  ): Promise<{ traces: readonly TraceInfo[]; problems: readonly TreeProblem[] }> {
    const { found, problems } = listTraceInfos(this.store, experimentId);
    return { traces: found, problems };
  }

  async setTraceTag(traceId: string, key: string, value: LogValue): Promise<void> {
    setTraceTag(this.store, traceId, { key, value: toText(value) });
  }

  /** @throws MlrunsError RESOURCE_DOES_NOT_EXIST when the trace has no such tag */
  async deleteTraceTag(traceId: string, key: string): Promise<void> {
    deleteTraceTag(this.store, traceId, key);
  }

  /** Deletes traces for good: by id, or those that began at a time or before it. @returns how many there were */
  async deleteTraces(experimentId: string, choice: TraceChoice): Promise<number> {
    return deleteTraces(this.store, experimentId, choice);
  }

  /** Says how good a trace, or a span of it, is. */
  async logFeedback(traceId: string, feedback: FeedbackOptions): Promise<Assessment> {
    return this.createAssessment(traceId, toFeedback(feedback));
  }

  /** Says what a trace, or a span of it, should have given. */
  async logExpectation(traceId: string, expectation: ExpectationOptions): Promise<Assessment> {
    return this.createAssessment(traceId, toExpectation(expectation));
  }

  /** Replaces a feedback by another; the old one stays and is no longer valid. */
  async overrideFeedback(
    traceId: string,
    assessmentId: string,
    feedback: Omit<FeedbackOptions, "name" | "overrides">,
  ): Promise<Assessment> {
    const old = getAssessment(this.store, traceId, assessmentId);
    return this.createAssessment(traceId, toOverride(old, feedback));
  }

  /** Adds an assessment of whatever kind. */
  async createAssessment(traceId: string, assessment: NewAssessment): Promise<Assessment> {
    return createAssessment(this.store, traceId, assessment);
  }

  /** @throws MlrunsError RESOURCE_DOES_NOT_EXIST */
  async getAssessment(traceId: string, assessmentId: string): Promise<Assessment> {
    return getAssessment(this.store, traceId, assessmentId);
  }

  /** Changes an assessment; what is left out stays. */
  async updateAssessment(
    traceId: string,
    assessmentId: string,
    changes: AssessmentChanges,
  ): Promise<Assessment> {
    return updateAssessment(this.store, traceId, assessmentId, changes);
  }

  /** Deletes an assessment; what it overrode is valid again. */
  async deleteAssessment(traceId: string, assessmentId: string): Promise<void> {
    deleteAssessment(this.store, traceId, assessmentId);
  }

  /** Where a trace keeps its spans. */
  artifactPlaceOfTrace(traceId: string): ArtifactPlace {
    return findTraceArtifacts(this.store, traceId);
  }

  async #open(traceId: string): Promise<ArtifactRepository> {
    return this.openArtifacts(findTraceArtifacts(this.store, traceId));
  }
}

async function writeSpans(artifacts: ArtifactRepository, spans: readonly Span[]): Promise<void> {
  await artifacts.write(SPANS_FILE, Readable.from([Buffer.from(printSpans(spans))]));
}
