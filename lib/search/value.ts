import { ATTRIBUTES, type Attribute, findAttribute, type SearchKind } from "./attributes.ts";
import type { Identifier } from "./identifier.ts";
import { trimQuotes } from "./identifier.ts";
import { mistake, quoteForHint } from "./problem.ts";
import { type Literal, parseLiteral, reprTuple } from "./python/literal.ts";
import { reprSet, reprText } from "./python/repr.ts";
import { isGroup, isType, type Node } from "./sql/node.ts";

type LiteralValue = string | number | readonly string[];

/** The value's node, and what is written before it for hints. */
export interface ValueContext {
  readonly kind: SearchKind;
  readonly identifier: Identifier;
  /** `params.lr =`, as written. */
  readonly before: string;
  /** As written. */
  readonly comparator: string;
  readonly node: Node;
}

/**
 * Reads the right side of a comparison. What may stand there depends on the left side only; whether the comparator fits
 * is looked at when matching.
 *
 * @throws MlrunsError INVALID_PARAMETER_VALUE
 * @see MLflow 3.17 `_get_value` of each class in `search_utils.py`
 */
export function readValue(context: ValueContext): LiteralValue {
  const { kind, identifier, node } = context;
  switch (identifier.entity) {
    case "metric":
      if (isNumber(node)) return Number(node.text);
      throw wrong(context, `Expected numeric value type for metric. Found ${node.text}`);
    case "attribute":
      return readAttributeValue(context, findAttribute(kind, identifier.key));
    case "dataset":
      if (isQuotable(node)) return readText(context);
      if (isGroup(node, "Parenthesis")) return readList(node);
      throw wrong(
        context,
        `Expected a quoted string value for dataset attributes. Got value ${node.text}`,
      );
    case "feedback":
    case "expectation":
      return readAssessment(context);
    default:
      if (isQuotable(node)) return readText(context);
      if (isGroup(node, "Parenthesis") && takesLists(context)) return readList(node);
      throw wrong(
        context,
        `Expected a quoted string value for ${identifier.entity} (e.g. 'my-value'). Got value ${node.text}`,
      );
  }
}

function readAttributeValue(context: ValueContext, attribute: Attribute | undefined): LiteralValue {
  const { kind, identifier, node } = context;
  const isNumeric = attribute?.type === "number";
  // Only the registry and traces take a quoted number where a number belongs.
  const isStrict = kind === "runs" || kind === "experiments" || kind === "logged_models";
  if (isNumber(node) && isNumeric) return Number(node.text);
  if (isNumeric && isStrict) {
    const message = `Expected numeric value type for numeric attribute: ${identifier.key}. Found ${node.text}`;
    throw wrong(context, message);
  }
  if (isQuotable(node)) return readText(context);
  if (isGroup(node, "Parenthesis")) {
    checkList(context, attribute);
    return readList(node);
  }
  if (isNumber(node) && (kind === "model_versions" || kind === "traces")) {
    const numeric = ATTRIBUTES[kind].filter(({ type }) => type === "number");
    throw wrong(
      context,
      `Only the '${reprSet(numeric.map(({ name }) => name))}' attributes support comparison with numeric values.`,
    );
  }
  const list = isStrict ? "" : " or a list of quoted string values";
  throw wrong(
    context,
    `Expected a quoted string value${list} for attributes. Got value ${node.text}`,
  );
}

/** @see MLflow 3.17 `_validate_assessment_comparison_value` */
function readAssessment(context: ValueContext): LiteralValue {
  const { identifier, node, comparator } = context;
  const isOrder = [">", ">=", "<", "<="].includes(comparator);
  if (isOrder && isNumber(node)) return Number(node.text);
  if (!isOrder && isQuotable(node)) return readText(context);
  throw wrong(
    context,
    !isOrder
      ? `Expected a quoted string value for ${identifier.entity} (e.g. 'my-value'). Got value ${node.text}`
      : `Expected a numeric value for ${identifier.entity} when using comparator '${comparator}'. Got value ${node.text}`,
  );
}

function readText(context: ValueContext): string {
  const { node } = context;
  const single = trimQuotes(node.text, "'");
  const text = single === node.text ? trimQuotes(node.text, '"') : single;
  if (text !== node.text) return text;
  throw wrong(
    context,
    "Parameter value is either not quoted or unidentified quote types used for string value " +
      `${node.text}. Use either single or double quotes.`,
  );
}

function readList(node: Node): readonly string[] {
  const literal = parseLiteral(node.text);
  if (literal === undefined) {
    throw mistake(
      "While parsing a list in the query, expected a non-empty list of string values, but got ill-formed list.",
      node,
      "A list is quoted texts in parentheses, such as ('a', 'b').",
    );
  }
  const items: readonly Literal[] = Array.isArray(literal) ? literal : [literal];
  if (items.length === 0) {
    throw mistake(
      "While parsing a list in the query, expected a non-empty list of string values, but got empty list",
      node,
      "A list has at least one quoted text, such as ('a').",
    );
  }
  const texts = items.filter((item) => typeof item === "string");
  if (texts.length === items.length) return texts;
  throw mistake(
    "While parsing a list in the query, expected string value, punctuation, or whitespace, " +
      `but got different type in list: ${reprTuple(items)}`,
    node,
    "Put every item of the list in quotes, such as ('1', '2').",
  );
}

function takesLists({ kind, identifier }: ValueContext): boolean {
  return kind === "traces" && (identifier.entity === "tag" || identifier.entity === "span");
}

function checkList({ kind, node }: ValueContext, attribute: Attribute | undefined): void {
  if (attribute?.list === true) return;
  const names = ATTRIBUTES[kind]
    .filter(({ list, viewer }) => list && viewer !== true)
    .map(({ name }) => name);
  const message =
    kind === "traces"
      ? `Only attributes in ${reprSet(names)} supports comparison with a list of quoted string values.`
      : `Only [${names.sort().map(reprText).join(", ")}] attributes support comparison with a list of quoted string values.`;
  throw mistake(message, node, "Compare with one quoted text instead.");
}

function wrong(context: ValueContext, message: string): Error {
  return mistake(message, context.node, valueHint(context));
}

function valueHint({ kind, identifier, before, node }: ValueContext): string {
  const attribute = findAttribute(kind, identifier.key);
  const bare = trimQuotes(trimQuotes(trimQuotes(node.text, "'"), '"'), "`");
  const isNumeric =
    identifier.entity === "metric" ||
    (identifier.entity === "attribute" && attribute?.type === "number");
  const subject = identifier.entity === "parameter" ? "param" : identifier.entity.replace("_", " ");
  if (isNumeric) {
    return /^-?(\d+\.?\d*|\.\d+)(e-?\d+)?$/i.test(bare)
      ? `${subject} values are numbers: write ${before} ${bare}`
      : `${subject} values are numbers: write ${before} 1, without quotes`;
  }
  return `${subject} values are text: write ${before} ${quoteForHint(bare)}`;
}

function isNumber(node: Node): boolean {
  return isType(node, "Integer", "Float");
}

/** Text in single quotes, or anything that SQL takes for a name: double-quoted text is one. */
function isQuotable(node: Node): boolean {
  return isType(node, "SingleQuoted") || isGroup(node, "Identifier");
}
