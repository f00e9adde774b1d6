import { comparatorsOf } from "./attributes.ts";
import { mistake, type Piece } from "./problem.ts";
import { reprSet } from "./python/repr.ts";

/**
 * Checks a condition on a trace's spans. Files cannot answer it, but MLflow first says what is wrong with it.
 *
 * @param comparator - as written: here MLflow knows upper case only
 * @throws MlrunsError INVALID_PARAMETER_VALUE
 * @see MLflow 3.17 `SearchTraceUtils.is_span`
 */
export function checkSpan(key: string, comparator: string, place: Piece): void {
  const attribute = key.startsWith("attributes.") ? key.slice("attributes.".length) : undefined;
  if (attribute === "") {
    throw mistake("Span attribute name cannot be empty after 'attributes.'", place);
  }
  if (attribute === undefined && !["name", "type", "status", "content"].includes(key)) {
    throw mistake(
      `Invalid span attribute '${key}'. Supported attributes: name, status, type, attributes.<attribute_name>.`,
      place,
    );
  }
  const allowed = key === "content" ? ["LIKE", "ILIKE"] : comparatorsOf("traces", "span");
  if (allowed.includes(comparator)) return;
  const message = `span.${key} comparator '${comparator}' not one of '${reprSet(allowed)}'`;
  throw mistake(message, place, `Write one of ${allowed.join(", ")}.`);
}
