import type { MlrunsError } from "../errors.ts";
import type { Comparison } from "./ast.ts";
import { attributeNames, comparatorsOf, type EntityType } from "./attributes.ts";
import { mistake, type Piece } from "./problem.ts";
import { reprSet } from "./python/repr.ts";
import type { Resolved } from "./resolve.ts";
import { checkSpan } from "./trace-span.ts";

/**
 * What MLflow says when it comes to compare with this condition: the comparator does not fit, or files cannot answer it.
 * Where MLflow crashes instead (LIKE with a list, a version that is no number), this is a mistake as well.
 *
 * @see MLflow 3.17 `SearchUtils.is_metric`, `is_param`, `is_tag`, `is_string_attribute` and so on
 */
export function findMistake(resolved: Resolved): MlrunsError | undefined {
  const { kind, node, entity, key, attribute } = resolved;
  const { comparator } = node;
  const name = node.spans.identifier;
  switch (entity) {
    case "span":
      return spanMistake(resolved);
    case "issue":
      return mistake(
        `Invalid search key '${key}', supported are ${reprSet(attributeNames(kind, "filter"))}`,
        toPiece(name),
        NO_DATABASE,
      );
    case "dataset":
      if (kind === "logged_models") {
        const message = `Invalid logged model search key '${key}'`;
        return mistake(message, toPiece(name), "A model's datasets are those of its metrics.");
      }
  }
  const type = attribute?.type ?? "text";
  if (!comparatorsOf(kind, entity, type).includes(comparator)) return comparatorMistake(resolved);
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
  return valueMistake(resolved);
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

/** What MLflow lets through when reading and crashes on when comparing. */
function valueMistake({ kind, node, entity, attribute }: Resolved): MlrunsError | undefined {
  const { comparator, value } = node;
  const place = toPiece(node.spans.value);
  if (comparator === "RLIKE") {
    const message = "RLIKE requires database support";
    return mistake(message, toPiece(node.spans.comparator), "Write LIKE or ILIKE.");
  }
  const isLike = comparator === "LIKE" || comparator === "ILIKE";
  const isOrder = /^[<>]/.test(comparator);
  if (Array.isArray(value) && (isLike || isOrder)) {
    return mistake(`A list cannot be compared with ${comparator}`, place, "Write IN or NOT IN.");
  }
  if (entity !== "attribute" || attribute?.type !== "number") return undefined;
  if (kind === "model_versions" && typeof value === "string" && !PYTHON_INT.test(value)) {
    const message = `invalid literal for int() with base 10: '${value}'`;
    return mistake(message, place, `Write a whole number, such as ${node.key} ${comparator} 1.`);
  }
  if (kind === "traces" && typeof value === "string" && isOrder) {
    const message = `Expected numeric value type for numeric attribute: ${node.key}. Found '${value}'`;
    return mistake(message, place, "Write the number without quotes.");
  }
  return undefined;
}

/** What Python's `int` reads. */
const PYTHON_INT = /^\s*[+-]?\d+(?:_\d+)*\s*$/;

function toPiece({ start, end }: Piece): Piece {
  return { start: start - 1, end: end - 1 };
}
