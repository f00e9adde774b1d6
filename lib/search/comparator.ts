import type { MlrunsError } from "../errors.ts";
import type { Comparison } from "./ast.ts";
import { attributeNames, comparatorsOf, type EntityType } from "./attributes.ts";
import { mistake, type Piece } from "./problem.ts";
import { reprSet } from "./python/repr.ts";
import type { Resolved } from "./resolve.ts";
import { checkSpan } from "./trace-span.ts";

/**
 * What MLflow says when it comes to this condition: the comparator does not fit, or files cannot answer it. Where MLflow
 * crashes instead, as on a version that is no number, this is a mistake as well.
 *
 * @see MLflow 3.17 `SearchUtils.is_metric`, `is_param`, `is_tag`, `is_string_attribute` and so on
 */
export function findMistake(resolved: Resolved): MlrunsError | undefined {
  const { kind, node, entity, key, attribute } = resolved;
  const name = node.spans.identifier;
  if (entity === "span") return spanMistake(resolved);
  if (entity === "issue") {
    const names = reprSet(attributeNames(kind, "filter"));
    const message = `Invalid search key '${key}', supported are ${names}`;
    return mistake(message, toPiece(name), NO_DATABASE);
  }
  if (entity === "dataset" && kind === "logged_models") {
    const message = `Invalid logged model search key '${key}'`;
    return mistake(message, toPiece(name), "A model's datasets are those of its metrics.");
  }
  // MLflow lets every comparator through to a model's texts.
  const isUnchecked = kind === "logged_models" && attribute?.type === "text";
  if (!isUnchecked && !isFitting(resolved)) return comparatorMistake(resolved);
  if (entity === "feedback" || entity === "expectation") {
    return mistake(
      "Assessment filtering requires database support and cannot be performed on in-memory trace data.",
      toPiece(node.span),
      NO_DATABASE,
    );
  }
  if (attribute?.filter === "fails") {
    const message = `Invalid attribute key '${key}' specified. MLflow knows the name, but has no such value`;
    return mistake(message, toPiece(name), `Write ${OTHER_NAMES.get(key) ?? "timestamp_ms"}.`);
  }
  return versionMistake(resolved);
}

/**
 * What MLflow crashes on once there is a value to compare: a comparator that needs a database, or a value that the
 * comparator cannot be used with.
 */
export function findLateMistake(resolved: Resolved): MlrunsError | undefined {
  const { kind, node, entity, attribute } = resolved;
  const { comparator, value } = node;
  if (comparator === "RLIKE") {
    const message = "RLIKE requires database support";
    return mistake(message, toPiece(node.spans.comparator), "Write LIKE or ILIKE.");
  }
  if (!isFitting(resolved)) return comparatorMistake(resolved);
  const place = toPiece(node.spans.value);
  const isOrder = /^[<>]/.test(comparator);
  if (Array.isArray(value) && (isOrder || comparator === "LIKE" || comparator === "ILIKE")) {
    return mistake(`A list cannot be compared with ${comparator}`, place, "Write IN or NOT IN.");
  }
  const isTraceNumber = kind === "traces" && entity === "attribute" && attribute?.type === "number";
  if (isTraceNumber && isOrder && typeof value === "string") {
    const message = `Expected numeric value type for numeric attribute: ${node.key}. Found '${value}'`;
    return mistake(message, place, "Write the number without quotes.");
  }
  return undefined;
}

function isFitting({ kind, node, entity, attribute }: Resolved): boolean {
  return comparatorsOf(kind, entity, attribute?.type).includes(node.comparator);
}

const NO_DATABASE =
  "Spans, assessments and issues are not searched: filter by tags, metadata or attributes.";

const OTHER_NAMES: ReadonlyMap<string, string> = new Map([
  ["creation_time", "creation_timestamp"],
  ["last_updated_time", "last_updated_timestamp"],
]);

function spanMistake({ node, key }: Resolved): MlrunsError {
  try {
    checkSpan(key, node.comparator, toPiece(node.span));
  } catch (error) {
    return error as MlrunsError;
  }
  return mistake(
    "Span filtering requires database support and cannot be performed on in-memory trace data.",
    toPiece(node.span),
    NO_DATABASE,
  );
}

function comparatorMistake({ kind, node, entity, key, attribute }: Resolved): MlrunsError {
  const type = attribute?.type ?? "text";
  const allowed = comparatorsOf(kind, entity, type);
  // For numbers MLflow shows the comparators of text; its last quote it closes only sometimes.
  const isModelNumber = kind === "logged_models" && entity === "attribute";
  const shown = comparatorsOf(isModelNumber ? "runs" : kind, entity, "text");
  const isClosed =
    entity === "parameter" ||
    entity === "request_metadata" ||
    (entity === "attribute" && type === "text");
  const message =
    entity === "feedback" || entity === "expectation"
      ? `assessment.${key} comparator '${node.comparator}' not one of '${reprSet(shown)}'`
      : `Invalid comparator '${node.comparator}' not one of '${reprSet(shown)}${isClosed ? "'" : ""}`;
  return mistake(message, toPiece(node.spans.comparator), comparatorHint(node, entity, allowed));
}

function comparatorHint(node: Comparison, entity: EntityType, allowed: readonly string[]): string {
  if (node.comparator === "==") return "Write = instead.";
  if (node.comparator === "<>") return "Write != instead.";
  const isOrder = /^[<>]=?$/.test(node.comparator);
  const reason =
    isOrder && (entity === "parameter" || entity === "tag")
      ? `${entity === "parameter" ? "Params" : "Tags"} are text and have no order. `
      : "";
  return `${reason}Write one of ${allowed.join(", ")}.`;
}

/** MLflow makes a whole number of what a version is compared with, and crashes where it cannot. */
function versionMistake({ kind, node, attribute }: Resolved): MlrunsError | undefined {
  if (kind !== "model_versions" || attribute?.type !== "number") return undefined;
  const { key, comparator, value, spans } = node;
  if (typeof value === "string" ? PYTHON_INT.test(value) : Number.isFinite(value)) return undefined;
  return mistake(
    typeof value === "string"
      ? `invalid literal for int() with base 10: '${value}'`
      : "cannot convert float infinity to integer",
    toPiece(spans.value),
    `Write a whole number, such as ${key} ${comparator} 1.`,
  );
}

/** What Python's `int` reads. */
const PYTHON_INT = /^\s*[+-]?\d+(?:_\d+)*\s*$/;

function toPiece({ start, end }: Piece): Piece {
  return { start: start - 1, end: end - 1 };
}
