import type { JsonValue } from "../entities/json.ts";
import {
  ASSESSMENT_SOURCE_TYPES,
  type Assessment,
  type AssessmentError,
  type AssessmentSourceType,
} from "../entities/trace.ts";
import {
  fail,
  type MetaFile,
  openMeta,
  readExtra,
  readOptionalText,
  readText,
  readTexts,
} from "./meta-file.ts";
import { parsePythonJson, printPythonJson } from "./python-json.ts";
import { printTimestamp } from "./timestamp.ts";
import { readTimestamp } from "./trace-info.ts";
import { printYaml, type YamlMap } from "./yaml.ts";
import {
  describeYaml,
  isYamlMap,
  type PrintableYaml,
  type PrintableYamlMap,
  YamlFloat,
  type YamlValue,
} from "./yaml-value.ts";

/** `TRACE/assessments/ID.yaml`. */
export type AssessmentMeta = Assessment & {
  /** Keys of other versions, kept when the file is rewritten. */
  readonly extra: YamlMap;
};

const KNOWN: ReadonlySet<string> = new Set([
  "assessment_id",
  "assessment_name",
  "create_time",
  "expectation",
  "feedback",
  "issue",
  "last_update_time",
  "metadata",
  "overrides",
  "rationale",
  "source",
  "span_id",
  "trace_id",
  "valid",
]);

/**
 * Reads `TRACE/assessments/ID.yaml`.
 *
 * @throws MlrunsError INTERNAL_ERROR when id, name, trace, source or a time is missing, or when it is none of feedback,
 *   expectation and issue
 */
export function parseAssessment(text: string, path: string): AssessmentMeta {
  const file = openMeta(text, path);
  const metadata = readTexts(file, "metadata");
  const common = {
    assessmentId: readText(file, "assessment_id"),
    name: readText(file, "assessment_name"),
    traceId: readText(file, "trace_id"),
    spanId: readOptionalText(file, "span_id"),
    source: readSource(file),
    createTimeMs: readTimestamp(file, "create_time"),
    lastUpdateTimeMs: readTimestamp(file, "last_update_time"),
    rationale: readOptionalText(file, "rationale"),
    metadata,
    overrides: readOptionalText(file, "overrides"),
    valid: file.map.valid !== false,
    extra: readExtra(file, KNOWN),
  };
  const { expectation, feedback, issue } = file.map;
  if (isYamlMap(expectation)) {
    return { ...common, kind: "expectation", value: readExpected(file, expectation) };
  }
  if (isYamlMap(feedback)) {
    const error = readError(file, feedback);
    return { ...common, kind: "feedback", value: feedback.value ?? null, error };
  }
  if (isYamlMap(issue)) {
    return { ...common, kind: "issue", issueName: describeYaml(issue.issue_name) };
  }
  return fail(file, "assessment_name", `Unknown assessment type: ${common.name}`);
}

/** Writes the file as MLflow does: what is null is left out. */
export function printAssessment(assessment: AssessmentMeta): string {
  const { sourceId, sourceType } = assessment.source;
  return printYaml({
    ...assessment.extra,
    assessment_id: assessment.assessmentId,
    assessment_name: assessment.name,
    create_time: printTimestamp(assessment.createTimeMs),
    last_update_time: printTimestamp(assessment.lastUpdateTimeMs),
    source: { ...withoutNulls({ source_id: sourceId }), source_type: sourceType },
    trace_id: assessment.traceId,
    valid: assessment.valid,
    ...withoutNulls({
      metadata: Object.keys(assessment.metadata).length === 0 ? null : assessment.metadata,
      overrides: assessment.overrides,
      rationale: assessment.rationale,
      span_id: assessment.spanId,
    }),
    ...printKind(assessment),
  });
}

function printKind(assessment: Assessment): PrintableYamlMap {
  switch (assessment.kind) {
    case "issue":
      return { issue: { issue_name: assessment.issueName } };
    case "feedback":
      return {
        feedback: {
          value: withFloats(assessment.value),
          ...(assessment.error !== null && { error: printError(assessment.error) }),
        },
      };
    case "expectation":
      return { expectation: printExpected(assessment.value) };
  }
}

/** Only a scalar is stored as it is. */
function printExpected(value: JsonValue): PrintableYamlMap {
  if (typeof value !== "object" || value === null) return { value: withFloats(value) };
  const text = printPythonJson(value);
  return { serialized_value: { serialization_format: "JSON_FORMAT", value: text } };
}

function readExpected(file: MetaFile, expectation: YamlMap): JsonValue {
  if ("value" in expectation) return expectation.value ?? null;
  const serialized = expectation.serialized_value;
  const text = isYamlMap(serialized) ? serialized.value : undefined;
  if (typeof text === "string") return parsePythonJson(text, file.path);
  return fail(file, "expectation", "key 'expectation' should have a value");
}

function readSource(file: MetaFile): Assessment["source"] {
  const source = file.map.source;
  if (!isYamlMap(source)) return fail(file, "source", "key 'source' should be a map");
  const name = describeYaml(source.source_type);
  const sourceType = standardSourceType(name);
  if (sourceType === undefined) {
    return fail(file, "source", `Invalid assessment source type: ${name}`);
  }
  // MLflow takes a missing id for the word `default`.
  const sourceId = source.source_id === undefined ? "default" : source.source_id;
  return { sourceType, sourceId: sourceId === null ? null : describeYaml(sourceId) };
}

function standardSourceType(text: string): AssessmentSourceType | undefined {
  const upper = text.toUpperCase();
  if (upper === "AI_JUDGE") return "LLM_JUDGE";
  return ASSESSMENT_SOURCE_TYPES.find((type) => type === upper);
}

function readError(file: MetaFile, feedback: YamlMap): AssessmentError | null {
  const { error } = feedback;
  if (error === undefined || error === null) return null;
  if (!isYamlMap(error)) return fail(file, "feedback", "key 'error' should be a map");
  const text = (value: YamlValue | undefined): string | null =>
    value === undefined || value === null ? null : describeYaml(value);
  return {
    errorCode: text(error.error_code) ?? "",
    errorMessage: text(error.error_message),
    stackTrace: text(error.stack_trace),
  };
}

function printError(error: AssessmentError): PrintableYamlMap {
  return {
    error_code: error.errorCode,
    ...withoutNulls({ error_message: error.errorMessage, stack_trace: error.stackTrace }),
  };
}

/** Protobuf, through which MLflow writes these values, knows no integers. */
function withFloats(value: JsonValue): PrintableYaml {
  if (typeof value === "number" || typeof value === "bigint") return new YamlFloat(Number(value));
  if (value === null || typeof value !== "object") return value;
  if (isList(value)) return value.map(withFloats);
  const map: { [key: string]: PrintableYaml } = Object.create(null);
  for (const key of Object.keys(value)) map[key] = withFloats(value[key] as JsonValue);
  return map;
}

function withoutNulls(map: PrintableYamlMap): PrintableYamlMap {
  return Object.fromEntries(Object.entries(map).filter(([, value]) => value !== null));
}

function isList(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}
