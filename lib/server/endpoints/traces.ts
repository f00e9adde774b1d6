import * as v from "valibot";
import type { NewTrace } from "../../client/trace-client.ts";
import { MLFLOW_TAG } from "../../entities/tag.ts";
import { SPANS_FILE, TRACE_STATES, type TraceInfo } from "../../entities/trace.ts";
import { invalidParameter, MlrunsError, notFound } from "../../errors.ts";
import { printPythonJson } from "../../format/python-json.ts";
import { decodeAssessment } from "../../wire/assessment.ts";
import { compact, someOf } from "../../wire/json.ts";
import { encodeSpan } from "../../wire/otlp-json.ts";
import { decodeTraceInfo, encodeTraceInfo, type TraceInfoJson } from "../../wire/trace.ts";
import { sendFile } from "../download.ts";
import { type Api, type Endpoint, endpoint, rawEndpoint } from "../endpoint.ts";
import { safePath } from "../locations.ts";
import { readFields } from "../request.ts";
import { flag, int64, oneOf, parseShape, required, text, textMap, texts } from "../schema.ts";
import { assessmentShape } from "./assessments.ts";

const V2 = "/2.0/mlflow/traces";
const V3 = "/3.0/mlflow/traces";
const LARGEST_PAGE = 500;

/** Tags that tell where a server keeps spans: they are not the client's to change. */
const SERVER_TAGS: ReadonlySet<string> = new Set([
  "mlflow.trace.spansLocation",
  "mlflow.trace.archiveLocation",
]);

const traceInfoShape = v.object({
  trace_id: required,
  client_request_id: v.optional(text),
  trace_location: v.object({
    type: v.optional(
      oneOf(["TRACE_LOCATION_TYPE_UNSPECIFIED", "MLFLOW_EXPERIMENT", "INFERENCE_TABLE"], 0),
    ),
    mlflow_experiment: v.object({ experiment_id: required }),
  }),
  request_preview: v.optional(text),
  response_preview: v.optional(text),
  request_time: v.optional(text),
  execution_duration: v.optional(text),
  state: v.optional(oneOf(TRACE_STATES, 0)),
  trace_metadata: v.optional(textMap),
  tags: v.optional(textMap),
  assessments: v.optional(v.array(assessmentShape)),
});

const traceId = v.object({ trace_id: required });
const traceIds = v.object({ trace_ids: v.pipe(v.array(text), v.nonEmpty()) });
const getTrace = v.object({ trace_id: required, allow_partial: v.optional(flag, false) });

export const traceEndpoints: readonly Endpoint[] = [
  endpoint(
    "POST",
    V3,
    v.object({ trace: v.object({ trace_info: traceInfoShape }) }),
    async (api, request) => ({
      trace: { trace_info: encode(api, await saveTrace(api, request.trace.trace_info)) },
    }),
  ),
  // Named paths stand before those with an id, which would match them as well.
  endpoint(
    "POST",
    `${V3}/search`,
    v.object({
      locations: v.array(
        v.object({ mlflow_experiment: v.optional(v.object({ experiment_id: required })) }),
      ),
      filter: v.optional(text),
      max_results: v.optional(v.pipe(int64, v.maxValue(LARGEST_PAGE)), 100),
      order_by: texts,
      page_token: v.optional(text),
    }),
    async (api, request) => {
      const ids = request.locations.flatMap(
        ({ mlflow_experiment: experiment }) => experiment?.experiment_id ?? [],
      );
      await checkExperiments(api, ids);
      const { traces, nextPageToken } = await api.client.searchTraces(ids, {
        orderBy: request.order_by,
        maxResults: request.max_results,
        ...(request.filter && { filter: request.filter }),
        ...(request.page_token && { pageToken: request.page_token }),
      });
      return compact({
        traces: someOf(traces.map((trace) => encode(api, trace))),
        next_page_token: nextPageToken,
      });
    },
    { isReading: true },
  ),
  rawEndpoint("GET", `${V3}/get`, async (api, context) => {
    const request = parseShape(getTrace, await readFields(context, getTrace));
    return spansAnswer(`{"trace":${await printTrace(api, request.trace_id)}}`);
  }),
  rawEndpoint("GET", `${V3}/batchGet`, async (api, context) => {
    const request = parseShape(traceIds, await readFields(context, traceIds));
    const traces: string[] = [];
    for (const id of request.trace_ids) {
      const trace = await orUndefined(printTrace(api, id));
      if (trace !== undefined) traces.push(trace);
    }
    return spansAnswer(`{"traces":[${traces.join(",")}]}`);
  }),
  endpoint(
    "POST",
    `${V3}/batchGetInfos`,
    traceIds,
    async (api, request) => {
      const infos: TraceInfoJson[] = [];
      for (const id of request.trace_ids) {
        const info = await orUndefined(api.client.getTraceInfo(id));
        if (info !== undefined) infos.push(encode(api, info));
      }
      return compact({ trace_infos: someOf(infos) });
    },
    { isReading: true },
  ),
  ...[V2, V3].map((base) =>
    endpoint(
      "POST",
      `${base}/delete-traces`,
      v.object({
        experiment_id: required,
        max_timestamp_millis: v.optional(int64),
        max_traces: v.optional(int64),
        request_ids: texts,
      }),
      async (api, request) => {
        const { max_timestamp_millis: maxTimestampMillis, max_traces: maxTraces } = request;
        const ids = request.request_ids;
        checkChoice(ids, maxTimestampMillis, maxTraces);
        await checkExperiments(api, [request.experiment_id]);
        const choice =
          maxTimestampMillis === undefined
            ? { traceIds: ids }
            : { maxTimestampMillis, ...(maxTraces !== undefined && { maxTraces }) };
        return { traces_deleted: await api.client.deleteTraces(request.experiment_id, choice) };
      },
    ),
  ),
  endpoint("POST", `${V2}/link-to-run`, v.object({ run_id: required }), async () => {
    throw needsDatabase("Linking traces to runs");
  }),
  endpoint("POST", `${V2}/link-prompts`, v.object({ trace_id: required }), async () => {
    throw needsDatabase("Linking prompts to traces");
  }),
  ...[V2, V3].flatMap((base) => tagEndpoints(base)),
  endpoint("GET", `${V3}/:trace_id`, traceId, async (api, request) => ({
    trace: { trace_info: encode(api, await api.client.getTraceInfo(request.trace_id)) },
  })),
  ...["2.0", "3.0"].map((version) =>
    rawEndpoint(
      "GET",
      `/${version}/mlflow/get-trace-artifact`,
      async ({ client }, context) => {
        const id = context.req.query("request_id");
        if (!id) {
          throw new MlrunsError(
            "BAD_REQUEST",
            'Request must include the "request_id" query parameter.',
          );
        }
        const path = safePath(context.req.query("path") ?? "");
        const artifacts = await client.openArtifacts(client.artifactPlaceOfTrace(id));
        return sendFile(context, artifacts, path === "" ? SPANS_FILE : `attachments/${path}`);
      },
      { mount: "ajax" },
    ),
  ),
];

/**
 * @throws MlrunsError RESOURCE_DOES_NOT_EXIST when one of the experiments is unknown: MLflow says so of traces, and of runs
 *   just finds none
 */
export async function checkExperiments({ client }: Api, ids: readonly string[]): Promise<void> {
  for (const id of ids) {
    try {
      await client.getExperiment(id);
    } catch (error) {
      const isUnknown =
        error instanceof MlrunsError && error.errorCode === "RESOURCE_DOES_NOT_EXIST";
      throw isUnknown ? notFound(`Experiment ${id} does not exist.`) : error;
    }
  }
}

/** As MLflow's own file store says it. */
function needsDatabase(what: string): MlrunsError {
  return invalidParameter(
    `${what} is not supported in FileStore. Please use a database-backed store (e.g., SQLAlchemy store) for this feature.`,
  );
}

function tagEndpoints(base: string): readonly Endpoint[] {
  return [
    endpoint(
      "PATCH",
      `${base}/:trace_id/tags`,
      v.object({ trace_id: required, key: required, value: v.optional(text, "") }),
      async ({ client }, request) => {
        refuseServerTag(request.key, "set");
        await client.setTraceTag(request.trace_id, request.key, request.value);
        return {};
      },
    ),
    endpoint(
      "DELETE",
      `${base}/:trace_id/tags`,
      v.object({ trace_id: required, key: required }),
      async ({ client }, request) => {
        refuseServerTag(request.key, "deleted");
        await client.deleteTraceTag(request.trace_id, request.key);
        return {};
      },
    ),
  ];
}

/** Creates a trace. One that is there, because its spans came first or the request is repeated, is changed. */
async function saveTrace(
  { client }: Api,
  json: v.InferOutput<typeof traceInfoShape>,
): Promise<TraceInfo> {
  const { assessments, ...info } = decodeTraceInfo(json as TraceInfoJson);
  const { [MLFLOW_TAG.artifactLocation]: _, ...tags } = info.tags;
  const trace: NewTrace = {
    ...info,
    tags,
    requestTime: info.requestTime || Date.now(),
  };
  try {
    await client.startTrace(trace);
  } catch (error) {
    const isThere = error instanceof MlrunsError && error.errorCode === "RESOURCE_ALREADY_EXISTS";
    if (!isThere) throw error;
    const { traceId: id, experimentId: __, ...changes } = trace;
    await client.endTrace(
      info.traceId,
      Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== null)),
    );
  }
  for (const assessment of json.assessments ?? []) {
    await client.createAssessment(info.traceId, decodeAssessment(assessment));
  }
  return client.getTraceInfo(info.traceId);
}

function checkChoice(
  ids: readonly string[],
  maxTimestamp: number | undefined,
  maxTraces: number | undefined,
): void {
  if (maxTimestamp === undefined && ids.length === 0) {
    throw invalidParameter("Either `max_timestamp_millis` or `trace_ids` must be specified.");
  }
  if (maxTimestamp !== undefined && ids.length > 0) {
    throw invalidParameter("Only one of `max_timestamp_millis` and `trace_ids` can be specified.");
  }
  if (ids.length > 0 && maxTraces !== undefined) {
    throw invalidParameter("`max_traces` can't be specified if `trace_ids` is specified.");
  }
}

function refuseServerTag(key: string, done: "set" | "deleted"): void {
  if (!SERVER_TAGS.has(key)) return;
  throw invalidParameter(`Tag '${key}' is immutable and cannot be ${done} on a trace.`);
}

/** A trace with its spans, as JSON text: its times in nanoseconds are more than a JavaScript number can hold. */
async function printTrace(api: Api, id: string): Promise<string> {
  const { info, spans } = await api.client.getTrace(id);
  const printed = printPythonJson(spans.map(encodeSpan), false);
  return `{"trace_info":${JSON.stringify(encode(api, info))},"spans":${printed}}`;
}

function spansAnswer(json: string): Response {
  return new Response(json, { headers: { "content-type": "application/json" } });
}

async function orUndefined<Value>(promise: Promise<Value>): Promise<Value | undefined> {
  try {
    return await promise;
  } catch (error) {
    if (error instanceof MlrunsError) return undefined;
    throw error;
  }
}

function encode({ locations }: Api, info: TraceInfo): TraceInfoJson {
  return encodeTraceInfo(info, locations.ofTrace(info));
}
