import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import type { JsonValue } from "../../entities/json.ts";
import { MLFLOW_TAG } from "../../entities/tag.ts";
import {
  type Assessment,
  SPANS_FILE,
  type Span,
  type Trace,
  type TraceInfo,
} from "../../entities/trace.ts";
import { MlrunsError } from "../../errors.ts";
import { isJsonObject, parsePythonJson, printPythonJson } from "../../format/python-json.ts";
import { parseSpans, printSpans, printSpansV2 } from "../../format/spans.ts";
import type { AssessmentChanges, NewAssessment } from "../../store/assessments.ts";
import {
  type NewTrace,
  newTraceId,
  type TraceChanges,
  type TraceChoice,
} from "../../store/traces.ts";
import {
  type AssessmentJson,
  decodeAssessment,
  encodeAssessment,
  encodeAssessmentChanges,
} from "../../wire/assessment.ts";
import { decodeSpans } from "../../wire/otlp.ts";
import {
  decodeTraceInfo,
  decodeTraceInfoV2,
  encodeTraceInfo,
  type TraceInfoJson,
  type TraceInfoV2Json,
} from "../../wire/trace.ts";
import {
  type ExpectationOptions,
  type FeedbackOptions,
  toExpectation,
  toFeedback,
  toOverride,
} from "../assessment-options.ts";
import type { SearchOptions } from "../experiment-client.ts";
import { type LogValue, toText } from "../log-value.ts";
import { openRemote } from "./remote-artifacts.ts";
import { toPairs } from "./rest-experiment-client.ts";
import { RestPromptClient } from "./rest-prompt-client.ts";

const V2 = "/api/2.0/mlflow/traces";
const V3 = "/api/3.0/mlflow/traces";
/** Says that the server itself keeps the spans, not a file. */
const SPANS_LOCATION_TAG = "mlflow.trace.spansLocation";
const TRACE_ID_ATTRIBUTE = "mlflow.traceRequestId";

interface InfoAnswer {
  readonly trace: { readonly trace_info: TraceInfoJson };
}
interface InfoV2Answer {
  readonly trace_info: TraceInfoV2Json;
}
interface AssessmentAnswer {
  readonly assessment: AssessmentJson;
}

/** The traces of a server. One of MLflow 2 is spoken to in its own words; it has no assessments. */
export abstract class RestTraceClient extends RestPromptClient {
  /** Creates a trace, without spans. A server of MLflow 2 gives it an id of its own. */
  async startTrace(trace: NewTrace): Promise<TraceInfo> {
    const traceId = trace.traceId ?? newTraceId();
    return this.#save(toTraceInfo({ ...trace, traceId }));
  }

  /** Changes a trace, as when it ends; what is left out stays. */
  async endTrace(traceId: string, changes: TraceChanges): Promise<TraceInfo> {
    const old = await this.getTraceInfo(traceId);
    const merged = {
      ...old,
      ...changes,
      traceMetadata: { ...old.traceMetadata, ...changes.traceMetadata },
      tags: { ...old.tags, ...changes.tags },
    };
    return this.#orOld(
      () => this.#saveV3({ ...merged, assessments: [] }),
      () => this.#endV2(merged),
    );
  }

  /** Creates a trace together with its spans. @returns the trace with the id that it has on the server */
  async logTrace(trace: NewTrace, spans: readonly Span[]): Promise<TraceInfo> {
    const traceId = trace.traceId ?? spans[0]?.traceId ?? newTraceId();
    const info = await this.startTrace({ ...trace, traceId });
    await this.#writeSpans(info, spans, traceId);
    return info;
  }

  /** Writes the spans of a trace that is there; what was written before is replaced. */
  async logSpans(traceId: string, spans: readonly Span[]): Promise<void> {
    await this.#writeSpans(await this.getTraceInfo(traceId), spans, spans[0]?.traceId ?? traceId);
  }

  /** A trace with its spans. @throws MlrunsError RESOURCE_DOES_NOT_EXIST; NOT_FOUND when its spans are missing */
  async getTrace(traceId: string): Promise<Trace> {
    const info = await this.getTraceInfo(traceId);
    return { info, spans: await this.#readSpans(info) };
  }

  /** A trace without its spans. @throws MlrunsError RESOURCE_DOES_NOT_EXIST */
  async getTraceInfo(traceId: string): Promise<TraceInfo> {
    const id = encodeURIComponent(traceId);
    return this.#orOld(
      async () =>
        decodeTraceInfo(
          (await this.connection.call<InfoAnswer>("GET", `${V3}/${id}`)).trace.trace_info,
        ),
      async () =>
        decodeTraceInfoV2(
          (await this.connection.call<InfoV2Answer>("GET", `${V2}/${id}/info`)).trace_info,
        ),
    );
  }

  /** The spans of a trace. @throws MlrunsError as `getTrace` */
  async getSpans(traceId: string): Promise<readonly Span[]> {
    return this.#readSpans(await this.getTraceInfo(traceId));
  }

  /** Searches traces, without their spans. */
  async searchTraces(
    experimentIds: readonly string[],
    options: Omit<SearchOptions, "viewType"> = {},
  ): Promise<{ traces: TraceInfo[]; nextPageToken: string | undefined }> {
    const { filter, orderBy = [], maxResults = 100, pageToken } = options;
    const fields = {
      max_results: maxResults,
      order_by: orderBy,
      ...(filter && { filter }),
      ...(pageToken && { page_token: pageToken }),
    };
    const locations = experimentIds.map((id) => ({
      type: "MLFLOW_EXPERIMENT",
      mlflow_experiment: { experiment_id: id },
    }));
    return this.#orOld(
      async () => {
        const page = await this.connection.call<{
          traces?: TraceInfoJson[];
          next_page_token?: string;
        }>("POST", `${V3}/search`, { locations, ...fields });
        return {
          traces: (page.traces ?? []).map(decodeTraceInfo),
          nextPageToken: page.next_page_token || undefined,
        };
      },
      async () => {
        const page = await this.connection.call<{
          traces?: TraceInfoV2Json[];
          next_page_token?: string;
        }>("GET", V2, { experiment_ids: experimentIds, ...fields });
        return {
          traces: (page.traces ?? []).map(decodeTraceInfoV2),
          nextPageToken: page.next_page_token || undefined,
        };
      },
    );
  }

  async setTraceTag(traceId: string, key: string, value: LogValue): Promise<void> {
    const fields = { key, value: toText(value) };
    await this.connection.call("PATCH", `${V2}/${encodeURIComponent(traceId)}/tags`, fields);
  }

  /** @throws MlrunsError RESOURCE_DOES_NOT_EXIST when the trace has no such tag */
  async deleteTraceTag(traceId: string, key: string): Promise<void> {
    await this.connection.call("DELETE", `${V2}/${encodeURIComponent(traceId)}/tags`, { key });
  }

  /** Deletes traces for good: by id, or those that began at a time or before it. @returns how many there were */
  async deleteTraces(experimentId: string, choice: TraceChoice): Promise<number> {
    const chosen =
      "traceIds" in choice
        ? { request_ids: choice.traceIds }
        : {
            max_timestamp_millis: choice.maxTimestampMillis,
            ...(choice.maxTraces !== undefined && { max_traces: choice.maxTraces }),
          };
    const { traces_deleted: deleted = 0 } = await this.connection.call<{ traces_deleted?: number }>(
      "POST",
      `${V2}/delete-traces`,
      { experiment_id: experimentId, ...chosen },
    );
    return Number(deleted);
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
    const old = await this.getAssessment(traceId, assessmentId);
    return this.createAssessment(traceId, toOverride(old, feedback));
  }

  /** Adds an assessment of whatever kind. */
  async createAssessment(traceId: string, assessment: NewAssessment): Promise<Assessment> {
    const now = Date.now();
    const { assessment_id: _, ...json } = encodeAssessment({
      ...assessment,
      assessmentId: "",
      traceId,
      createTimeMs: now,
      lastUpdateTimeMs: now,
      valid: true,
    });
    return this.#assess("POST", assessmentsOf(traceId), { assessment: json });
  }

  /** @throws MlrunsError RESOURCE_DOES_NOT_EXIST */
  async getAssessment(traceId: string, assessmentId: string): Promise<Assessment> {
    return this.#assess("GET", assessmentsOf(traceId, assessmentId), {});
  }

  /** Changes an assessment; what is left out stays. */
  async updateAssessment(
    traceId: string,
    assessmentId: string,
    changes: AssessmentChanges,
  ): Promise<Assessment> {
    const { assessment, update_mask } = encodeAssessmentChanges(changes);
    const ids = { assessment_id: assessmentId, trace_id: traceId };
    return this.#assess("PATCH", assessmentsOf(traceId, assessmentId), {
      assessment: { ...ids, ...assessment },
      update_mask,
    });
  }

  /** Deletes an assessment; what it overrode is valid again. */
  async deleteAssessment(traceId: string, assessmentId: string): Promise<void> {
    await asAssessments(() =>
      this.connection.call("DELETE", assessmentsOf(traceId, assessmentId), {}),
    );
  }

  async #save(info: TraceInfo): Promise<TraceInfo> {
    return this.#orOld(
      () => this.#saveV3(info),
      async () => {
        const { trace_info: started } = await this.connection.call<InfoV2Answer>("POST", V2, {
          experiment_id: info.experimentId,
          timestamp_ms: info.requestTime,
          request_metadata: toPairs(info.traceMetadata),
          tags: toPairs(info.tags),
        });
        const saved = { ...info, traceId: started.request_id };
        return info.state === "IN_PROGRESS" ? decodeTraceInfoV2(started) : this.#endV2(saved);
      },
    );
  }

  async #saveV3(info: TraceInfo): Promise<TraceInfo> {
    const { [MLFLOW_TAG.artifactLocation]: _, ...tags } = info.tags;
    const trace = { trace_info: encodeTraceInfo({ ...info, tags }, "") };
    const saved = await this.connection.call<InfoAnswer>("POST", V3, { trace });
    return decodeTraceInfo(saved.trace.trace_info);
  }

  async #endV2(info: TraceInfo): Promise<TraceInfo> {
    const { trace_info: ended } = await this.connection.call<InfoV2Answer>(
      "PATCH",
      `${V2}/${encodeURIComponent(info.traceId)}`,
      {
        timestamp_ms: info.requestTime + (info.executionDuration ?? 0),
        status: info.state === "STATE_UNSPECIFIED" ? "TRACE_STATUS_UNSPECIFIED" : info.state,
        request_metadata: toPairs(info.traceMetadata),
        tags: toPairs(info.tags),
      },
    );
    return decodeTraceInfoV2(ended);
  }

  /** @param traceId - of the spans as they are: a server of MLflow 2 has given another one */
  async #writeSpans(info: TraceInfo, spans: readonly Span[], traceId: string): Promise<void> {
    const artifacts = await openRemote(
      this.connection,
      info.tags[MLFLOW_TAG.artifactLocation] ?? "",
    );
    const printed =
      info.traceId === traceId
        ? printSpans(spans)
        : printSpansV2(spans.map((span) => withTraceId(span, info.traceId)));
    await artifacts.write(SPANS_FILE, Readable.from([Buffer.from(printed)]));
  }

  async #readSpans({ traceId, tags }: TraceInfo): Promise<readonly Span[]> {
    if (tags[SPANS_LOCATION_TAG] !== undefined) return this.#readKeptSpans(traceId);
    const artifacts = await openRemote(this.connection, tags[MLFLOW_TAG.artifactLocation] ?? "");
    try {
      const content = await text(await artifacts.read(SPANS_FILE));
      return parseSpans(content, `${traceId}/${SPANS_FILE}`);
    } catch (error) {
      if (!(error instanceof MlrunsError) || error.httpStatus !== 404) throw error;
      throw new MlrunsError(
        "NOT_FOUND",
        `Trace with ID ${traceId} cannot be loaded because it is missing span data.`,
        { cause: error },
      );
    }
  }

  /** Spans that the server keeps come with times that no JavaScript number can hold. */
  async #readKeptSpans(traceId: string): Promise<readonly Span[]> {
    const answer = await this.connection.send({
      method: "GET",
      path: `${V3}/get`,
      query: { trace_id: traceId },
    });
    const body = parsePythonJson(await text(answer), `${V3}/get`);
    const trace: JsonValue = isJsonObject(body) ? (body.trace ?? null) : null;
    const spans = isJsonObject(trace) ? trace.spans : [];
    return decodeSpans(Array.isArray(spans) ? spans : []);
  }

  async #assess(
    method: "GET" | "POST" | "PATCH",
    path: string,
    fields: Readonly<Record<string, unknown>>,
  ): Promise<Assessment> {
    const { assessment } = await asAssessments(() =>
      this.connection.call<AssessmentAnswer>(method, path, fields),
    );
    return decodeAssessment(assessment);
  }

  /** Asks as MLflow 3 has it, and a server that does not know that as MLflow 2 has it. */
  async #orOld<Value>(ask: () => Promise<Value>, askOld: () => Promise<Value>): Promise<Value> {
    try {
      return await ask();
    } catch (error) {
      if (isUnknownEndpoint(error)) return askOld();
      throw error;
    }
  }
}

function toTraceInfo(trace: NewTrace & { readonly traceId: string }): TraceInfo {
  return {
    traceId: trace.traceId,
    experimentId: trace.experimentId,
    requestTime: trace.requestTime ?? Date.now(),
    state: trace.state ?? "IN_PROGRESS",
    requestPreview: trace.requestPreview ?? null,
    responsePreview: trace.responsePreview ?? null,
    clientRequestId: trace.clientRequestId ?? null,
    executionDuration: trace.executionDuration ?? null,
    traceMetadata: trace.traceMetadata ?? {},
    tags: trace.tags ?? {},
    assessments: [],
  };
}

function withTraceId(span: Span, traceId: string): Span {
  const attributes = { ...span.attributes, [TRACE_ID_ATTRIBUTE]: printPythonJson(traceId) };
  return { ...span, traceId, attributes };
}

function assessmentsOf(traceId: string, assessmentId?: string): string {
  const path = `${V3}/${encodeURIComponent(traceId)}/assessments`;
  return assessmentId === undefined ? path : `${path}/${encodeURIComponent(assessmentId)}`;
}

async function asAssessments<Value>(ask: () => Promise<Value>): Promise<Value> {
  try {
    return await ask();
  } catch (error) {
    if (!isUnknownEndpoint(error)) throw error;
    throw new MlrunsError("NOT_IMPLEMENTED", "This server has no assessments of traces.", {
      cause: error,
      hint: "Servers of MLflow have them from 3.2 on.",
    });
  }
}

function isUnknownEndpoint(error: unknown): boolean {
  return error instanceof MlrunsError && error.errorCode === "ENDPOINT_NOT_FOUND";
}
