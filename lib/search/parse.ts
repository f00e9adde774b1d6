import type { Comparison, Filter } from "./ast.ts";
import type { SearchKind } from "./attributes.ts";
import { readIdentifier } from "./identifier.ts";
import { mistake, toColumns } from "./problem.ts";
import { isGroup, matches, type Node } from "./sql/node.ts";
import { type Clause, readClauses } from "./sql/statement.ts";
import { checkSpan } from "./trace-span.ts";
import { readValue } from "./value.ts";
import { parseViewerFilter } from "./viewer/parse.ts";

export interface ParseOptions {
  /**
   * `mlflow` (default): exactly what MLflow's file store accepts. `viewer`: also OR, parentheses, NOT, IS NULL on all,
   * `now-7d`, `/patterns/` and bare words, and comparators are checked at once.
   */
  readonly dialect?: "mlflow" | "viewer";
}

/**
 * Reads a filter. An empty text, or none, matches everything.
 *
 * A comparator that does not fit is no mistake yet: MLflow looks at it when it compares the first entity, so that it
 * goes unnoticed where nothing is compared. Comparators are in the tree as written, in upper case.
 *
 * @throws MlrunsError INVALID_PARAMETER_VALUE in MLflow's wording, with the column of the mistake and a hint
 * @see MLflow 3.17 `mlflow.utils.search_utils`
 */
export function parseFilter(
  kind: SearchKind,
  text: string | undefined,
  options: ParseOptions = {},
): Filter {
  if (text === undefined || text === "") return { kind, nodes: [] };
  if (options.dialect === "viewer") return parseViewerFilter(kind, text);
  const nodes = readClauses(kind, text).map((clause) => readComparison(kind, clause, text));
  return { kind, nodes };
}

function readComparison(kind: SearchKind, clause: Clause, text: string): Comparison {
  const [left, comparator, right] = checkShape(kind, clause);
  const identifier = readIdentifier(kind, left.text, left, "filter");
  const before = text.slice(left.start, comparator.end);
  const value =
    right === undefined
      ? null
      : readValue({ kind, identifier, before, comparator: comparator.text, node: right });
  if (right === undefined) checkNull(kind, identifier, clause);
  else if (identifier.entity === "span") checkSpan(identifier.key, comparator.text, clause);
  return {
    type: "comparison",
    ...identifier,
    comparator: comparator.text.toUpperCase(),
    value,
    span: toColumns(clause),
    spans: {
      identifier: toColumns(left),
      comparator: toColumns(comparator),
      value: toColumns(right ?? { start: comparator.end, end: comparator.end }),
    },
  };
}

/** @see MLflow 3.17 `SearchUtils._validate_comparison` */
function checkShape(kind: SearchKind, clause: Clause): [Node, Node, Node | undefined] {
  const [left, comparator, right] = clause.nodes;
  const isNull =
    clause.nodes.length === 2 && matches(comparator, "Keyword", ["IS NULL", "IS NOT NULL"]);
  if (left === undefined || comparator === undefined || (clause.nodes.length !== 3 && !isNull)) {
    const message = `Invalid comparison clause. Expected 3 tokens found ${clause.nodes.length}`;
    throw mistake(message, clause, "Write one condition as identifier, comparator, value.");
  }
  const isTimestamp = kind === "traces" && matches(left, "Name.Builtin", ["timestamp"]);
  if (!isGroup(left, "Identifier") && !isTimestamp) {
    throw mistake(
      `Invalid comparison clause. Expected 'Identifier' found '${left.text}'`,
      left,
      identifierHint(left.text),
    );
  }
  return [left, comparator, right];
}

/** `metrics.val/auc` is a division to SQL. */
function identifierHint(text: string): string {
  const [, entity, key] = /^([\w`]+)\.([^"'`]+)$/s.exec(text) ?? [];
  if (entity === undefined || key === undefined) {
    return "The left side names what to compare, such as metrics.loss or params.`learning rate`.";
  }
  return `Put the key in quotes: write ${entity}.\`${key}\``;
}

function checkNull(
  kind: SearchKind,
  { entity, key }: { readonly entity: string; readonly key: string },
  clause: Clause,
): void {
  const hint = "Only tags and, for runs, params can be asked whether they are there.";
  switch (kind) {
    case "runs":
    case "logged_models":
      if (entity === "tag" || entity === "parameter") return;
      throw mistake(
        `IS NULL / IS NOT NULL is only supported for tags and params, not for '${entity}' '${key}'`,
        clause,
        hint,
      );
    case "experiments":
      if (entity === "tag") return;
      throw mistake(
        `IS NULL / IS NOT NULL is only supported for tags, not for attribute '${key}'`,
        clause,
        hint,
      );
    case "registered_models":
    case "model_versions":
      // MLflow crashes here.
      throw mistake("IS NULL / IS NOT NULL is not supported in the model registry", clause, hint);
    case "traces":
      return;
  }
}
