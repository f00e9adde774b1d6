import type { Comparison, Filter, FilterNode, Value } from "../ast.ts";
import {
  ENTITIES,
  findAttribute,
  isUsableIn,
  type SearchKind,
  WORD_ATTRIBUTES,
} from "../attributes.ts";
import { findLateMistake, findMistake } from "../comparator.ts";
import { type Identifier, readIdentifier } from "../identifier.ts";
import { mistake, type Piece, toColumns } from "../problem.ts";
import { resolve } from "../resolve.ts";
import type { Node } from "../sql/node.ts";
import { readValue } from "../value.ts";
import { isWord, scan, type ViewerToken } from "./scan.ts";

/**
 * Reads a filter as the viewer's search box has it: MLflow's language, and OR, NOT, parentheses, IS NULL on everything,
 * `now-7d` for times, `/patterns/` for text, bare words for names, ids and tags, `experiment` and `root` of runs. Nodes that MLflow does not know say
 * so in `viewerOnly`.
 *
 * Unlike MLflow it looks at comparators at once, so that the box can underline them.
 *
 * @throws MlrunsError INVALID_PARAMETER_VALUE, with the column of the mistake and a hint
 */
export function parseViewerFilter(kind: SearchKind, text: string): Filter {
  const tokens = scan(text);
  const open = tokens.find((token) => !token.isClosed);
  if (open !== undefined) {
    throw mistake(
      `Invalid filter '${text}'. Could not be parsed.`,
      open,
      "A quote has no partner.",
    );
  }
  if (tokens.length === 0) return { kind, nodes: [] };
  const parser: Parser = { kind, text, tokens, at: 0 };
  const node = parseOr(parser);
  const rest = parser.tokens[parser.at];
  if (rest !== undefined) throw unexpected(parser, rest);
  return { kind, nodes: node.type === "and" ? node.nodes : [node] };
}

interface Parser {
  readonly kind: SearchKind;
  readonly text: string;
  readonly tokens: readonly ViewerToken[];
  at: number;
}

const HINT = {
  or: "The API has no OR: search once for each side.",
  and: "The API has no parentheses: it joins all conditions by AND.",
  not: "The API has no NOT: turn the comparator round, such as != for =.",
  null: "The API asks only tags, and params of runs, whether they are there.",
  time: "The API wants a time in milliseconds since 1970.",
  pattern: "The API has LIKE and ILIKE, with % for any text.",
  key: "The API wants this key in quotes.",
  attribute: "The API has no such attribute: it is told in which experiments to search.",
};

function parseOr(parser: Parser): FilterNode {
  const nodes = [parseAnd(parser)];
  while (isWord(parser.tokens[parser.at], "OR")) {
    parser.at += 1;
    nodes.push(parseAnd(parser));
  }
  return joined("or", nodes, HINT.or);
}

function parseAnd(parser: Parser): FilterNode {
  const nodes = [parseOne(parser)];
  for (;;) {
    const token = parser.tokens[parser.at];
    if (token === undefined || token.type === "close" || isWord(token, "OR")) break;
    if (isWord(token, "AND")) parser.at += 1;
    nodes.push(parseOne(parser));
  }
  return joined("and", nodes, HINT.and);
}

function joined(type: "and" | "or", nodes: readonly FilterNode[], viewerOnly: string): FilterNode {
  const [first] = nodes;
  const last = nodes.at(-1);
  if (first === undefined || last === undefined || nodes.length === 1) return first as FilterNode;
  const span = { start: first.span.start, end: last.span.end };
  return { type, nodes, span, viewerOnly };
}

function parseOne(parser: Parser): FilterNode {
  const token = parser.tokens[parser.at];
  if (token === undefined || isWord(token, "AND", "OR")) throw unexpected(parser, token);
  if (isWord(token, "NOT")) {
    parser.at += 1;
    const node = parseOne(parser);
    const span = { start: token.start + 1, end: node.span.end };
    return { type: "not", node, span, viewerOnly: HINT.not };
  }
  if (token.type === "open") {
    parser.at += 1;
    const node = parseOr(parser);
    const close = parser.tokens[parser.at];
    if (close?.type !== "close") throw unexpected(parser, close, "A parenthesis has no partner.");
    parser.at += 1;
    return node;
  }
  if (token.type === "word" && isCondition(parser)) return parseCondition(parser, token);
  if (token.type === "pattern") return parseBarePattern(parser, token);
  if (token.type === "word" || token.type === "text") return parseWords(parser, token);
  throw unexpected(parser, token);
}

/** Whether a word is the left side of a condition, and no bare word such as the first one in `runs in production`. */
function isCondition(parser: Parser): boolean {
  const [token, next, second] = parser.tokens.slice(parser.at, parser.at + 3);
  if (token === undefined || next === undefined) return false;
  if (next.type === "operator") return true;
  if (isWord(next, "IS")) return isWord(second, "NULL", "NOT");
  if (isWord(next, "IN")) return second?.type === "open" || isKnown(parser.kind, token.text);
  if (isWord(next, "NOT")) return isWord(second, "IN") && isKnown(parser.kind, token.text);
  return (
    isWord(next, "LIKE", "ILIKE") && (second?.type === "text" || isKnown(parser.kind, token.text))
  );
}

/** Whether a word names an attribute, or has a dot behind what may stand there. */
function isKnown(kind: SearchKind, word: string): boolean {
  const dot = word.indexOf(".");
  return dot < 0
    ? isUsableIn(findAttribute(kind, word), "viewer")
    : ENTITIES[kind].has(word.slice(0, dot));
}

function parseCondition(parser: Parser, left: ViewerToken): Comparison {
  const { kind } = parser;
  const identifier = readIdentifier(kind, left.text, left, "viewer");
  parser.at += 1;
  const comparator = parseComparator(parser);
  const isNull = comparator.text === "IS NULL" || comparator.text === "IS NOT NULL";
  const value = isNull
    ? { value: null, place: { start: comparator.end, end: comparator.end } }
    : parseValue(parser, identifier, left, comparator);
  const viewerOnly =
    value.viewerOnly ??
    nullHint(kind, identifier, isNull) ??
    attributeHint(kind, identifier) ??
    keyHint(left.text);
  const node: Comparison = {
    type: "comparison",
    ...identifier,
    comparator: comparator.text,
    value: value.value,
    span: toColumns({ start: left.start, end: value.place.end }),
    spans: {
      identifier: toColumns(left),
      comparator: toColumns(comparator),
      value: toColumns(value.place),
    },
    ...(viewerOnly === undefined ? {} : { viewerOnly }),
  };
  checkComparison(kind, node, isNull);
  return node;
}

function parseComparator(parser: Parser): Piece & { readonly text: string } {
  const first = parser.tokens[parser.at] as ViewerToken;
  const words = [first];
  if (isWord(first, "NOT")) words.push(parser.tokens[parser.at + 1] as ViewerToken);
  if (isWord(first, "IS")) {
    const hasNot = isWord(parser.tokens[parser.at + 1], "NOT");
    const rest = parser.tokens.slice(parser.at + 1, parser.at + (hasNot ? 3 : 2));
    if (!isWord(rest.at(-1), "NULL"))
      throw unexpected(parser, rest.at(-1), "Write IS NULL or IS NOT NULL.");
    words.push(...rest);
  }
  parser.at += words.length;
  const end = words.at(-1)?.end ?? first.end;
  return { text: words.map(({ text }) => text.toUpperCase()).join(" "), start: first.start, end };
}

interface ParsedValue {
  readonly value: Value;
  readonly place: Piece;
  readonly viewerOnly?: string;
}

const RELATIVE_TIME = /^now(?:([+-]\d+(?:\.\d+)?)([smhdw]))?$/i;
/** Milliseconds. */
export const TIME_UNITS: ReadonlyMap<string, number> = new Map([
  ["w", 604_800_000],
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["m", 60_000],
  ["s", 1000],
]);

function parseValue(
  parser: Parser,
  identifier: Identifier,
  left: Piece,
  comparator: Piece & { readonly text: string },
): ParsedValue {
  const { kind, text } = parser;
  const token = parser.tokens[parser.at];
  if (token === undefined) {
    const place = { start: text.length, end: text.length };
    const message = "Invalid comparison clause. Expected 3 tokens found 2";
    throw mistake(message, place, "Write a value behind the comparator.");
  }
  const time = token.type === "word" ? RELATIVE_TIME.exec(token.text) : null;
  if (time !== null && isTime(kind, identifier)) {
    parser.at += 1;
    const offset = Number(time[1] ?? 0) * (TIME_UNITS.get((time[2] ?? "s").toLowerCase()) ?? 0);
    return { value: { type: "relative-time", offset }, place: token, viewerOnly: HINT.time };
  }
  if (token.type === "pattern") {
    parser.at += 1;
    checkPatternSide(kind, identifier, comparator, token);
    return { value: readPattern(token), place: token, viewerOnly: HINT.pattern };
  }
  const node = token.type === "open" ? listNode(parser) : valueNode(token);
  parser.at += token.type === "open" ? 0 : 1;
  const before = text.slice(left.start, comparator.end);
  const value = readValue({ kind, identifier, before, comparator: comparator.text, node });
  return { value, place: node };
}

const INTEGER = /^-?\d+$/;
const FLOAT = /^-?(?:\d+(?:\.\d+)?e-?\d+|\d+\.\d*|\.\d+)$/i;

/** A value as the strict dialect's parser would have it. */
function valueNode({ text, start, end, type }: ViewerToken): Node {
  const node = { text, start, end, nodes: [] };
  if (INTEGER.test(text)) return { ...node, type: "Integer" };
  if (FLOAT.test(text)) return { ...node, type: "Float" };
  if (type === "text" && text.startsWith("'")) return { ...node, type: "SingleQuoted" };
  return { ...node, type: "Group", group: "Identifier" };
}

function listNode(parser: Parser): Node {
  const first = parser.tokens[parser.at] as ViewerToken;
  const length = parser.tokens.slice(parser.at).findIndex(({ type }) => type === "close");
  const last = parser.tokens[parser.at + length];
  if (length < 0 || last === undefined)
    throw unexpected(parser, first, "A parenthesis has no partner.");
  parser.at += length + 1;
  const { start } = first;
  const { end } = last;
  const text = parser.text.slice(start, end);
  return { type: "Group", group: "Parenthesis", text, start, end, nodes: [] };
}

function isTime(kind: SearchKind, { entity, key }: Identifier): boolean {
  return (
    entity === "attribute" &&
    findAttribute(kind, key)?.type === "number" &&
    /^(?!execution).*(?:time|creat)/i.test(key)
  );
}

function checkPatternSide(
  kind: SearchKind,
  { entity, key }: Identifier,
  comparator: Piece & { readonly text: string },
  token: ViewerToken,
): void {
  const isNumber =
    entity === "metric" || (entity === "attribute" && findAttribute(kind, key)?.type === "number");
  if (isNumber) throw mistake("A pattern is for text", token, "Write a number instead.");
  if (comparator.text === "=" || comparator.text === "!=") return;
  throw mistake(
    `Invalid comparator '${comparator.text}' before a pattern`,
    comparator,
    "Write = or !=.",
  );
}

function readPattern(token: ViewerToken): { type: "pattern"; source: string; ignoreCase: boolean } {
  const ignoreCase = token.text.endsWith("/i");
  const source = token.text.slice(1, ignoreCase ? -2 : -1);
  try {
    new RegExp(source, "u");
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw mistake(`${error.message}`, token, "To search for the text itself, put it in quotes.");
  }
  return { type: "pattern", source, ignoreCase };
}

/** A pattern alone is one for the name. */
function parseBarePattern(parser: Parser, token: ViewerToken): Comparison {
  parser.at += 1;
  const span = toColumns(token);
  const place = { start: span.start, end: span.start };
  return {
    type: "comparison",
    entity: "attribute",
    key: WORD_ATTRIBUTES[parser.kind].name,
    comparator: "=",
    value: readPattern(token),
    span,
    spans: { identifier: place, comparator: place, value: span },
    viewerOnly: HINT.pattern,
  };
}

function parseWords(parser: Parser, token: ViewerToken): FilterNode {
  parser.at += 1;
  const text = token.type === "text" ? token.text.slice(1, -1) : token.text;
  const { name } = WORD_ATTRIBUTES[parser.kind];
  const viewerOnly = `The API wants to know where to look: ${name} ILIKE '%${text}%'.`;
  return { type: "words", text, span: toColumns(token), viewerOnly };
}

function nullHint(kind: SearchKind, { entity }: Identifier, isNull: boolean): string | undefined {
  if (
    !isNull ||
    (entity === "tag" && !kind.startsWith("registered") && kind !== "model_versions")
  ) {
    return undefined;
  }
  return entity === "parameter" && kind === "runs" ? undefined : HINT.null;
}

function attributeHint(kind: SearchKind, { entity, key }: Identifier): string | undefined {
  return entity === "attribute" && findAttribute(kind, key)?.viewer ? HINT.attribute : undefined;
}

/** `metrics.val/auc` is a division to MLflow. */
function keyHint(text: string): string | undefined {
  return /^[\p{L}\p{N}_.]+(?:["'`].*)?$/su.test(text) ? undefined : HINT.key;
}

function checkComparison(kind: SearchKind, node: Comparison, isNull: boolean): void {
  if (
    isNull &&
    ["metric", "attribute", "tag", "parameter", "request_metadata"].includes(node.entity)
  ) {
    return;
  }
  const resolved = resolve(kind, node);
  const problem = findMistake(resolved) ?? findLateMistake(resolved);
  if (problem !== undefined) throw problem;
}

function unexpected(parser: Parser, token: ViewerToken | undefined, hint?: string): Error {
  const end = parser.text.length;
  return mistake(
    token === undefined
      ? `Invalid filter '${parser.text}'. Could not be parsed.`
      : `Invalid clause(s) in filter string: '${token.text}'`,
    token ?? { start: end, end },
    hint ?? "A condition is identifier, comparator, value, such as metrics.loss < 0.1.",
  );
}
