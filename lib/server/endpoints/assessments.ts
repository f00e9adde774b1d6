import * as v from "valibot";
import type { AssessmentChanges } from "../../client/trace-client.ts";
import { ASSESSMENT_SOURCE_TYPES } from "../../entities/trace.ts";
import { invalidParameter } from "../../errors.ts";
import {
  type AssessmentJson,
  decodeAssessment,
  decodeExpectation,
  decodeFeedback,
  encodeAssessment,
} from "../../wire/assessment.ts";
import { type Endpoint, endpoint } from "../endpoint.ts";
import { anything, flag, oneOf, required, text, textMap } from "../schema.ts";

const BASE = "/3.0/mlflow/traces/:trace_id/assessments";

const fields = {
  assessment_id: v.optional(text),
  trace_id: v.optional(text),
  span_id: v.optional(text),
  create_time: v.optional(text),
  last_update_time: v.optional(text),
  feedback: v.optional(
    v.object({
      value: v.optional(anything),
      error: v.optional(
        v.object({
          error_code: v.optional(text),
          error_message: v.optional(text),
          stack_trace: v.optional(text),
        }),
      ),
    }),
  ),
  expectation: v.optional(
    v.object({
      value: v.optional(anything),
      serialized_value: v.optional(
        v.object({ serialization_format: v.optional(text), value: v.optional(text) }),
      ),
    }),
  ),
  issue: v.optional(v.object({ issue_name: required })),
  rationale: v.optional(text),
  metadata: v.optional(textMap),
  overrides: v.optional(text),
  valid: v.optional(flag),
};

const source = v.object({
  source_type: v.optional(oneOf(ASSESSMENT_SOURCE_TYPES, 0)),
  source_id: v.optional(text),
});

export const assessmentShape: v.GenericSchema<unknown, AssessmentJson> = v.object({
  ...fields,
  assessment_name: required,
  source: v.optional(source),
});

/** Of a change only the fields count that the mask names. */
const changesShape: v.GenericSchema<unknown, Partial<AssessmentJson>> = v.object({
  ...fields,
  assessment_name: v.optional(text),
  source: v.optional(source),
});

const place = v.object({ trace_id: required, assessment_id: required });

/** What people and judges say of traces. */
export const assessmentEndpoints: readonly Endpoint[] = [
  endpoint(
    "POST",
    BASE,
    v.object({ trace_id: required, assessment: assessmentShape }),
    async ({ client }, request) => {
      const { feedback, expectation, issue } = request.assessment;
      if (!feedback && !expectation && !issue) {
        throw invalidParameter("Either `expectation` or `feedback` must be provided.");
      }
      const created = await client.createAssessment(
        request.trace_id,
        decodeAssessment(request.assessment),
      );
      return { assessment: encodeAssessment(created) };
    },
  ),
  endpoint("GET", `${BASE}/:assessment_id`, place, async ({ client }, request) => ({
    assessment: encodeAssessment(
      await client.getAssessment(request.trace_id, request.assessment_id),
    ),
  })),
  endpoint(
    "PATCH",
    `${BASE}/:assessment_id`,
    v.object({
      trace_id: required,
      assessment_id: required,
      assessment: changesShape,
      update_mask: required,
    }),
    async ({ client }, request) => {
      const updated = await client.updateAssessment(
        request.trace_id,
        request.assessment_id,
        changesOf(request.assessment, request.update_mask),
      );
      return { assessment: encodeAssessment(updated) };
    },
  ),
  endpoint("DELETE", `${BASE}/:assessment_id`, place, async ({ client }, request) => {
    await client.deleteAssessment(request.trace_id, request.assessment_id);
    return {};
  }),
];

/** @param mask - names of fields, separated by commas, in camelCase as protobuf's JSON has them */
function changesOf(json: Partial<AssessmentJson>, mask: string): AssessmentChanges {
  const named = new Set(
    mask.split(",").map((name) => name.trim().replaceAll("_", "").toLowerCase()),
  );
  return {
    ...(named.has("assessmentname") &&
      json.assessment_name !== undefined && { name: json.assessment_name }),
    ...(named.has("feedback") && json.feedback && { feedback: decodeFeedback(json.feedback) }),
    ...(named.has("expectation") &&
      json.expectation && { expectation: { value: decodeExpectation(json.expectation) } }),
    ...(named.has("rationale") && { rationale: json.rationale ?? "" }),
    ...(named.has("metadata") && { metadata: json.metadata ?? {} }),
  };
}
