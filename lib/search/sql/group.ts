import {
  find,
  type GroupKind,
  isGroup,
  isKeyword,
  isName,
  isNumber,
  isPresent,
  isType,
  isWhitespace,
  matches,
  type Node,
  newGroup,
  nextIndex,
  normalized,
  previousIndex,
  wrap,
} from "./node.ts";
import type { Token, TokenType } from "./tokenize.ts";

/** sqlparse gives up beyond these, and MLflow then refuses the filter. */
const MAX_DEPTH = 100;
const MAX_TOKENS = 10_000;

/**
 * Groups the tokens of one statement as sqlparse 0.6.1 does: `tags.a` becomes an Identifier, `tags.a = 'x'` a
 * Comparison. MLflow accepts a filter when only Comparisons and ANDs are left at the top, whatever SQL they came from.
 *
 * @throws RangeError when the text is nested too deeply or has too many tokens
 * @see sqlparse `engine.grouping.group`
 */
export function groupStatement(tokens: readonly Token[]): Node {
  const statement = newGroup(
    "Statement",
    tokens.map((token) => ({ ...token, nodes: [] })),
  );
  for (const pass of PASSES) pass(statement);
  return statement;
}

type Pass = (list: Node) => void;

const NUMBERS = ["Integer", "Float"] as const;
const STRINGS = ["SingleQuoted", "DoubleQuoted"] as const;
const LITERALS = [...NUMBERS, ...STRINGS, "Name", "Name.Placeholder"] as const;
const DELIMITED: readonly GroupKind[] = [
  "Parenthesis",
  "SquareBrackets",
  "Case",
  "If",
  "For",
  "Begin",
];

/** In sqlparse's order: each pass sees what those before it have grouped. */
const PASSES: readonly Pass[] = [
  everywhere("Comment", groupComments),
  (list) => groupPairs(list, "SquareBrackets", "Punctuation", ["["], "Punctuation", ["]"]),
  (list) => groupPairs(list, "Parenthesis", "Punctuation", ["("], "Punctuation", [")"]),
  (list) => groupPairs(list, "Case", "Keyword", ["CASE"], "Keyword", ["END"]),
  (list) => groupPairs(list, "If", "Keyword", ["IF"], "Keyword", ["END IF"]),
  (list) => groupPairs(list, "For", "Keyword", ["FOR", "FOREACH"], "Keyword", ["END LOOP"]),
  (list) => groupPairs(list, "Begin", "Keyword", ["BEGIN"], "Keyword", ["END"]),
  everywhere("Over", groupOver),
  everywhere("Function", groupFunctions),
  everywhere("Where", groupWhere),
  joining("Identifier", {
    at: (node) => matches(node, "Punctuation", ["."]) || matches(node, "Operator", ["->", "->>"]),
    after: (node) =>
      isGroup(node, "SquareBrackets", "Identifier") || isType(node, "Name", "DoubleQuoted"),
    // A dot with nothing of use behind it still becomes part of the identifier.
    take: (before, at, next, node) =>
      isGroup(node, "SquareBrackets", "Function") ||
      isType(node, "Name", "DoubleQuoted", "Wildcard", "SingleQuoted")
        ? [before, next]
        : [before, at],
  }),
  joining("Identifier", {
    at: (node) => isGroup(node, "SquareBrackets"),
    after: (node) =>
      isGroup(node, "SquareBrackets", "Identifier", "Function") ||
      isType(node, "Name", "DoubleQuoted"),
    take: (before, at) => [before, at],
    inside: false,
  }),
  everywhere("Identifier", groupNames),
  everywhere("Identifier", groupOrder),
  joining("Identifier", {
    at: (node) => matches(node, "Punctuation", ["::"]),
    before: isPresent,
  }),
  joining("Identifier", {
    at: (node) => isType(node, "Keyword.TimeZone"),
    before: (node) => matches(node, "Keyword", ["AS"]) || matches(node, "SingleQuoted"),
  }),
  joining("TypedLiteral", {
    at: (node) => matches(node, "Name.Builtin") || matches(node, "Keyword", ["TIMESTAMP"]),
    before: (node) => matches(node, "SingleQuoted"),
    take: (_, at, next) => [at, next],
    extend: false,
  }),
  joining("TypedLiteral", {
    at: (node) => isGroup(node, "TypedLiteral"),
    before: (node) =>
      matches(node, "Keyword", ["DAY", "HOUR", "MINUTE", "MONTH", "SECOND", "YEAR"]),
    take: (_, at, next) => [at, next],
  }),
  joining("Operation", {
    at: (node) => isType(node, "Operator", "Wildcard"),
    after: isOperand,
    before: isOperand,
    take: (before, at, next, _, list) => {
      const operator = list.nodes[at];
      if (operator !== undefined) operator.type = "Operator";
      return [before, next];
    },
    extend: false,
  }),
  joining("Comparison", {
    at: (node) => isType(node, "Comparison"),
    after: isComparable,
    before: isComparable,
    extend: false,
  }),
  joining("Identifier", {
    at: (node) => matches(node, "Keyword", ["AS"]),
    after: (node) => normalized(node) === "NULL" || !isKeyword(node),
    before: (node) => isPresent(node) && !isType(node, "Keyword.Statement"),
  }),
  everywhere(undefined, groupAliased),
  joining("Assignment", {
    at: (node) => isType(node, "Assignment"),
    after: (node) => !isType(node, "Keyword"),
    before: (node) => isPresent(node) && !isType(node, "Keyword"),
    take: (before, _, next, __, list) => {
      const semicolon = find(list, next + 1, (node) => matches(node, "Punctuation", [";"]));
      return [before, semicolon > 0 ? semicolon : next];
    },
  }),
  everywhere(undefined, alignComments),
  joining("IdentifierList", {
    at: (node) => matches(node, "Punctuation", [","]),
    after: isListItem,
    before: isListItem,
  }),
  groupValues,
];

/** How a pass joins two neighbours around a node between them, such as `a = b` around `=`. */
interface Joining {
  readonly at: (node: Node) => boolean;
  /** Whether the node may follow this one. */
  readonly after?: (before: Node) => boolean;
  /** Whether the node may stand before this one. */
  readonly before?: (next: Node | undefined) => boolean;
  /** First and last index of the group; from neighbour to neighbour when left out. */
  readonly take?: (
    before: number,
    at: number,
    next: number,
    nextNode: Node | undefined,
    list: Node,
  ) => readonly [number, number];
  /** Whether a group of the same kind at the start takes the rest in, instead of being wrapped. Default true. */
  readonly extend?: boolean;
  /** Whether groups inside are searched as well. Default true. */
  readonly inside?: boolean;
}

function joining(kind: GroupKind, rule: Joining): Pass {
  return (list) => join(list, kind, rule, 0);
}

function join(list: Node, kind: GroupKind, rule: Joining, depth: number): void {
  guard(list, depth);
  let shift = 0;
  let before: number | undefined;
  let beforeNode: Node | undefined;
  // Nodes that were just grouped are visited once more, at the index of their group: sqlparse does so, and chains
  // such as a.b.c come out of it.
  for (const [index, node] of [...list.nodes].entries()) {
    const at = index - shift;
    if (at < 0 || isWhitespace(node)) continue;
    if (rule.inside !== false && node.group !== undefined && node.group !== kind) {
      join(node, kind, rule, depth + 1);
    }
    if (before !== undefined && beforeNode !== undefined && rule.at(node)) {
      const next = nextIndex(list, at);
      const nextNode = list.nodes[next];
      if (
        (rule.after?.(beforeNode) ?? true) &&
        (rule.before?.(nextNode) ?? true) &&
        !isDelimiter(list, beforeNode) &&
        !isDelimiter(list, nextNode)
      ) {
        const [from, to] = rule.take?.(before, at, next, nextNode, list) ?? [before, next];
        beforeNode = wrap(list, kind, from, to, rule.extend ?? true);
        before = from;
        shift += to - from;
        continue;
      }
    }
    before = at;
    beforeNode = node;
  }
}

function groupPairs(
  list: Node,
  kind: GroupKind,
  openType: TokenType,
  open: readonly string[],
  closeType: TokenType,
  close: readonly string[],
  depth = 0,
): void {
  guard(list, depth);
  const opened: number[] = [];
  let shift = 0;
  for (const [index, node] of [...list.nodes].entries()) {
    const at = index - shift;
    if (node.group !== undefined && node.group !== kind) {
      groupPairs(node, kind, openType, open, closeType, close, depth + 1);
    } else if (matches(node, openType, open)) {
      opened.push(at);
    } else if (matches(node, closeType, close)) {
      const from = opened.pop();
      if (from === undefined) continue;
      wrap(list, kind, from, at, false);
      shift += at - from;
    }
  }
}

/** Runs a pass on every group from the inside out, leaving out groups of one kind. */
function everywhere(except: GroupKind | undefined, pass: Pass): Pass {
  const run = (list: Node): void => {
    for (const node of list.nodes) {
      if (node.group !== undefined && node.group !== except) run(node);
    }
    pass(list);
  };
  return run;
}

function groupComments(list: Node): void {
  const isComment = (node: Node): boolean => node.type === "Comment";
  for (let at = find(list, 0, isComment); at >= 0; at = find(list, at + 1, isComment)) {
    const end = find(list, at, (node) => !isComment(node) && node.type !== "Whitespace.Newline");
    if (end < 0) return;
    wrap(list, "Comment", at, end - 1, false);
  }
}

function groupOver(list: Node): void {
  const isOver = (node: Node): boolean => matches(node, "Keyword", ["OVER"]);
  for (let at = find(list, 0, isOver); at >= 0; at = find(list, at + 1, isOver)) {
    const next = nextIndex(list, at);
    const node = list.nodes[next];
    if (isGroup(node, "Parenthesis") || isName(node)) wrap(list, "Over", at, next, false);
  }
}

function groupFunctions(list: Node): void {
  const words = new Set(list.nodes.map((node) => node.text.toUpperCase()));
  if (words.has("CREATE") && words.has("TABLE") && !words.has("AS")) return;
  for (let at = find(list, 0, isName); at >= 0; at = find(list, at + 1, isName)) {
    const next = nextIndex(list, at);
    if (!isGroup(list.nodes[next], "Parenthesis")) continue;
    const over = nextIndex(list, next);
    wrap(list, "Function", at, isGroup(list.nodes[over], "Over") ? over : next, false);
  }
}

const AFTER_WHERE = [
  "ORDER BY",
  "GROUP BY",
  "LIMIT",
  "UNION",
  "UNION ALL",
  "EXCEPT",
  "INTERSECT",
  "HAVING",
  "RETURNING",
  "INTO",
] as const;

function groupWhere(list: Node): void {
  const isWhere = (node: Node): boolean => matches(node, "Keyword", ["WHERE"]);
  for (let at = find(list, 0, isWhere); at >= 0; at = find(list, at + 1, isWhere)) {
    const end = find(list, at + 1, (node) => matches(node, "Keyword", AFTER_WHERE));
    const closed = isGroup(list, "Parenthesis", "SquareBrackets") ? 2 : 1;
    wrap(list, "Where", at, end < 0 ? list.nodes.length - closed : end - 1, false);
  }
}

function groupNames(list: Node): void {
  for (const [at, node] of list.nodes.entries()) {
    if (isType(node, "DoubleQuoted", "Name")) wrap(list, "Identifier", at, at, false);
  }
}

function groupOrder(list: Node): void {
  const isOrder = (node: Node): boolean => node.type === "Keyword.Order";
  let at = find(list, 0, isOrder);
  while (at >= 0) {
    const before = previousIndex(list, at);
    const node = list.nodes[before];
    if (isGroup(node, "Identifier") || isNumber(node)) {
      wrap(list, "Identifier", before, at, false);
      at = before;
    }
    at = find(list, at + 1, isOrder);
  }
}

/** `a b` is `a AS b` to SQL: two neighbours become one identifier, blanks and all. */
function groupAliased(list: Node): void {
  const mayHaveAlias = (node: Node): boolean =>
    isNumber(node) ||
    isGroup(node, "Parenthesis", "Function", "Case", "Identifier", "Operation", "Comparison");
  for (let at = find(list, 0, mayHaveAlias); at >= 0; at = find(list, at + 1, mayHaveAlias)) {
    const next = nextIndex(list, at);
    if (isGroup(list.nodes[next], "Identifier")) wrap(list, "Identifier", at, next, true);
  }
}

function alignComments(list: Node): void {
  const isComment = (node: Node): boolean => isGroup(node, "Comment");
  let at = find(list, 0, isComment);
  while (at >= 0) {
    const before = previousIndex(list, at);
    const kind = list.nodes[before]?.group;
    if (kind !== undefined) {
      wrap(list, kind, before, at, true);
      at = before;
    }
    at = find(list, at + 1, isComment);
  }
}

function groupValues(list: Node): void {
  const start = find(list, 0, (node) => matches(node, "Keyword", ["VALUES"]));
  if (start < 0) return;
  const end = list.nodes.findLastIndex((node) => isGroup(node, "Parenthesis"));
  if (end > start) wrap(list, "Values", start, end, true);
}

function guard(list: Node, depth: number): void {
  if (depth > MAX_DEPTH) throw new RangeError("Maximum grouping depth exceeded");
  if (list.nodes.length > MAX_TOKENS) throw new RangeError("Maximum number of tokens exceeded");
}

function isOperand(node: Node | undefined): boolean {
  return (
    isGroup(
      node,
      "SquareBrackets",
      "Parenthesis",
      "Function",
      "Identifier",
      "Operation",
      "TypedLiteral",
    ) ||
    isType(node, ...LITERALS) ||
    matches(node, "Keyword", ["CURRENT_DATE", "CURRENT_TIME", "CURRENT_TIMESTAMP"])
  );
}

function isComparable(node: Node | undefined): boolean {
  return (
    isGroup(node, "Parenthesis", "Function", "Identifier", "Operation", "TypedLiteral") ||
    isType(node, ...LITERALS) ||
    (node !== undefined && isKeyword(node) && normalized(node) === "NULL")
  );
}

function isListItem(node: Node | undefined): boolean {
  return (
    isGroup(node, "Function", "Case", "Identifier", "Comparison", "IdentifierList", "Operation") ||
    isType(node, ...LITERALS, "Keyword", "Wildcard")
  );
}

function isDelimiter(list: Node, node: Node | undefined): boolean {
  return (
    node !== undefined &&
    isGroup(list, ...DELIMITED) &&
    (node === list.nodes[0] || node === list.nodes.at(-1))
  );
}
