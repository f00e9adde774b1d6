import { invalidParameter, MlrunsError } from "../errors.ts";
import type { Filter, FilterNode, Value } from "./ast.ts";
import { type EntityType, findAttribute, type SearchKind } from "./attributes.ts";
import { parseFilter } from "./parse.ts";
import { tokenize } from "./sql/tokenize.ts";
import { TIME_UNITS } from "./viewer/parse.ts";

/**
 * Writes a filter as text that reads back as the same tree, with keys and values quoted where they need it. Without
 * viewer-only nodes it is a filter for MLflow.
 *
 * @throws MlrunsError INVALID_PARAMETER_VALUE for text that no quotes can hold: neither language has escapes
 */
export function printFilter({ kind, nodes }: Filter): string {
  const context = { kind, isViewer: nodes.some(isViewerOnly) };
  const [only] = nodes;
  return nodes.length === 1 && only !== undefined
    ? printNode(context, only, "")
    : printNodes(context, nodes, " AND ", "");
}

/** Writes an identifier, its key in quotes when it needs them: metrics.loss, params.`learning rate`, status. */
export function printIdentifier(kind: SearchKind, entity: EntityType, key: string): string {
  const word = entity === "attribute" ? ATTRIBUTE_WORD[kind] : (WORDS.get(entity) ?? entity);
  const unquoted = entity === "attribute" ? [key, `${word}.${key}`] : [`${word}.${key}`];
  const candidates = [
    ...(/^[\p{L}\p{N}_.]+$/u.test(key) ? unquoted : []),
    ...["`", '"', "'"].map((quote) => `${word}.${quote}${key}${quote}`),
  ];
  const found = candidates.find((text) => readsAs(kind, text, entity, key));
  if (found !== undefined) return found;
  throw invalidParameter(`The key ${key} cannot be written in a filter`, {
    hint: "A key may hold one kind of quote only.",
  });
}

/**
 * Writes a text in quotes.
 *
 * @throws MlrunsError INVALID_PARAMETER_VALUE when neither kind of quote can hold it
 */
export function printText(text: string): string {
  return quoteText(text, "", false);
}

interface Context {
  readonly kind: SearchKind;
  /** The viewer's language has no doubled quotes. */
  readonly isViewer: boolean;
}

/** From the last node to the first: a backslash before a closing quote swallows it when a quote follows. */
function printNodes(
  context: Context,
  nodes: readonly FilterNode[],
  joint: string,
  rest: string,
): string {
  return nodes.reduceRight((after, node) => {
    const behind = after === "" ? "" : `${joint}${after}`;
    return `${printOperand(context, node, `${behind}${rest}`)}${behind}`;
  }, "");
}

function printOperand(context: Context, node: FilterNode, rest: string): string {
  const needsParentheses = node.type === "and" || node.type === "or";
  return needsParentheses
    ? `(${printNode(context, node, `)${rest}`)})`
    : printNode(context, node, rest);
}

function printNode(context: Context, node: FilterNode, rest: string): string {
  switch (node.type) {
    case "comparison": {
      const { entity, key, comparator, value } = node;
      const left = `${printIdentifier(context.kind, entity, key)} ${comparator}`;
      return value === null ? left : `${left} ${printValue(context, value, rest)}`;
    }
    case "words":
      return quoteText(node.text, rest, true);
    case "not":
      return `NOT ${printOperand(context, node.node, rest)}`;
    case "and":
      return printNodes(context, node.nodes, " AND ", rest);
    case "or":
      return printNodes(context, node.nodes, " OR ", rest);
  }
}

function printValue(context: Context, value: NonNullable<Value>, rest: string): string {
  if (typeof value === "string") return quoteText(value, rest, context.isViewer);
  if (typeof value === "number") return printNumber(value);
  if (!("type" in value)) return `(${value.map(printItem).join(", ")})`;
  if (value.type === "pattern") return `/${value.source}/${value.ignoreCase ? "i" : ""}`;
  if (value.offset === 0) return "now";
  const size = Math.abs(value.offset);
  const [unit, length] = [...TIME_UNITS].find(([, length]) => size % length === 0) ?? ["s", 1000];
  return `now${value.offset < 0 ? "-" : "+"}${size / length}${unit}`;
}

/** The languages have neither `1e+21` nor a word for infinity. */
function printNumber(value: number): string {
  if (Number.isFinite(value)) return String(value).replace("e+", "e");
  return value > 0 ? "1e999" : "-1e999";
}

/** An item of a list is a Python text, which has escapes. */
function printItem(text: string): string {
  const escaped = text.replace(/[\\'"\p{Cc}]/gu, (char) => {
    return `\\x${(char.codePointAt(0) ?? 0).toString(16).padStart(2, "0")}`;
  });
  return `'${escaped}'`;
}

function quoteText(text: string, rest: string, isViewer: boolean): string {
  const inOrder = text.includes("'") ? ['"', "'"] : ["'", '"'];
  const found = inOrder.find((quote) => {
    if (isViewer) return !text.includes(quote);
    const quoted = `${quote}${text}${quote}`;
    return tokenize(quoted + rest)[0]?.text === quoted;
  });
  if (found !== undefined) return `${found}${text}${found}`;
  throw invalidParameter(`The text ${text} cannot be written in a filter`, {
    hint: "A text may hold one kind of quote only.",
  });
}

function isViewerOnly(node: FilterNode): boolean {
  return "viewerOnly" in node && node.viewerOnly !== undefined;
}

const WORDS: ReadonlyMap<EntityType, string> = new Map([
  ["metric", "metrics"],
  ["parameter", "params"],
  ["tag", "tags"],
  ["request_metadata", "metadata"],
]);

const ATTRIBUTE_WORD: Readonly<Record<SearchKind, string>> = {
  runs: "attributes",
  experiments: "attribute",
  logged_models: "attributes",
  registered_models: "attribute",
  model_versions: "attribute",
  traces: "attributes",
};

function readsAs(kind: SearchKind, text: string, entity: EntityType, key: string): boolean {
  const isNumber =
    entity === "metric" || (entity === "attribute" && findAttribute(kind, key)?.type === "number");
  try {
    // Some condition that the parser lets through whatever the key.
    const rest = kind === "traces" ? "IS NULL" : isNumber ? "= 1" : "= 'x'";
    const [node, ...more] = parseFilter(kind, `${text} ${rest}`).nodes;
    const isSame = node?.type === "comparison" && node.entity === entity && node.key === key;
    return isSame && more.length === 0;
  } catch (error) {
    if (error instanceof MlrunsError) return false;
    throw error;
  }
}
