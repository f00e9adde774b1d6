import type { SearchKind } from "../attributes.ts";
import { mistake } from "../problem.ts";
import { reprText } from "../python/repr.ts";
import { groupStatement } from "./group.ts";
import { isGroup, isType, isWhitespace, matches, type Node, newGroup } from "./node.ts";
import { type Token, tokenize } from "./tokenize.ts";

/** A comparison whose parts are not understood yet: two nodes with IS NULL, three in all that MLflow accepts. */
export interface Clause {
  readonly nodes: readonly Node[];
  readonly start: number;
  readonly end: number;
}

/**
 * Finds the comparisons of a filter. Between them stands AND or nothing: MLflow passes over both.
 *
 * @throws MlrunsError INVALID_PARAMETER_VALUE when anything else stands between them
 * @see MLflow 3.17 `SearchUtils.parse_search_filter`, `_process_statement`
 */
export function readClauses(kind: SearchKind, text: string): Clause[] {
  const whole = { start: 0, end: text.length };
  const [statement, second] = splitStatements(tokenize(text));
  if (statement === undefined) {
    throw mistake(`Invalid filter '${text}'. Could not be parsed.`, whole);
  }
  if (second !== undefined) {
    throw mistake(
      `Search filter contained multiple expression ${reprText(text)}. Provide AND-ed expression list.`,
      { start: second[0]?.start ?? 0, end: text.length },
      "Join the conditions with AND.",
    );
  }
  let nodes: Node[];
  try {
    nodes = groupStatement(statement).nodes;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw mistake(`Error on parsing filter '${text}'`, whole, `${error.message}.`);
  }
  const joined = joinLists(nodes, kind === "traces");
  const wrong = joined.filter(
    (node) =>
      !(isGroup(node, "Comparison") || isWhitespace(node) || matches(node, "Keyword", ["AND"])),
  );
  if (wrong.length > 0) throw invalidClauses(kind, wrong);
  return joined
    .filter((node) => isGroup(node, "Comparison"))
    .map(({ nodes, start, end }) => ({
      nodes: nodes.filter((node) => !isWhitespace(node)),
      start,
      end,
    }));
}

/**
 * The nodes of an order_by entry, which must be one statement.
 *
 * @throws RangeError when it is nested too deeply or has too many tokens
 */
export function readStatement(text: string): Node[] | undefined {
  const [statement, second] = splitStatements(tokenize(text));
  if (statement === undefined || second !== undefined) return undefined;
  return groupStatement(statement).nodes;
}

/**
 * Splits at a semicolon outside parentheses and at the word GO. Blanks behind it belong to what is before it, line
 * ends do not.
 *
 * @see sqlparse `StatementSplitter`, without its blocks: they hide a semicolon, and a semicolon is an error anyway
 */
function splitStatements(tokens: readonly Token[]): Token[][] {
  const statements: Token[][] = [];
  let current: Token[] = [];
  let depth = 0;
  let ended = false;
  for (const token of tokens) {
    if (ended && token.type !== "Whitespace" && token.type !== "Comment") {
      statements.push(current);
      [current, depth, ended] = [[], 0, false];
    }
    current.push(token);
    if (token.type === "Punctuation") {
      if (token.text === "(") depth += 1;
      if (token.text === ")") depth -= 1;
      if (token.text === ";" && depth <= 0) ended = true;
    }
    if (token.type === "Keyword" && /^GO(?!\S)/.test(token.text)) ended = true;
  }
  if (current.some((token) => !token.type.startsWith("Whitespace"))) statements.push(current);
  return statements;
}

const ORDER_COMPARATORS = ["=", "!=", ">", ">=", "<", "<="] as const;

/**
 * Makes comparisons of what SQL does not take for one: IN, NOT IN, IS NULL and IS NOT NULL. A group of three or four
 * nodes that is none of them is passed over whole, with all that would be one inside.
 *
 * @see MLflow 3.17 `_join_in_comparison_tokens`
 */
function joinLists(all: readonly Node[], isTrace: boolean): Node[] {
  const nodes = all.filter((node) => !isWhitespace(node));
  const joined: Node[] = [];
  let at = 0;
  while (at < nodes.length) {
    const [first, second, third, fourth] = nodes.slice(at, at + 4);
    if (first === undefined || second === undefined || third === undefined) {
      joined.push(...nodes.slice(at));
      break;
    }
    if (isTrace && matches(first, "Name.Builtin", ["timestamp"])) {
      // The SQL type is no identifier, but MLflow takes it for the attribute of that name.
      const isComparison =
        matches(second, "Comparison", ORDER_COMPARATORS) && isType(third, "Integer");
      // When it does not fit, MLflow lists the word twice in its message.
      if (isComparison) joined.push(newGroup("Comparison", [first, second, third]));
      else joined.push(first, second, third, first);
      at += 3;
      continue;
    }
    if (!isGroup(first, "Identifier")) {
      joined.push(first);
      at += 1;
      continue;
    }
    const comparison = joinThree(first, second, third);
    if (comparison !== undefined) {
      joined.push(comparison);
      at += 3;
    } else if (
      matches(second, "Keyword", ["NOT"]) &&
      matches(third, "Keyword", ["IN"]) &&
      fourth !== undefined &&
      isGroup(fourth, "Parenthesis")
    ) {
      const comparator = newKeyword("NOT IN", second, third);
      joined.push(newGroup("Comparison", [first, comparator, fourth]));
      at += 4;
    } else {
      joined.push(...nodes.slice(at, at + 4));
      at += 4;
    }
  }
  return joined;
}

function joinThree(first: Node, second: Node, third: Node): Node | undefined {
  if (matches(second, "Keyword", ["IN"]) && isGroup(third, "Parenthesis")) {
    return newGroup("Comparison", [first, second, third]);
  }
  if (!matches(second, "Keyword", ["IS"])) return undefined;
  if (matches(third, "Keyword", ["NULL"])) {
    return newGroup("Comparison", [first, newKeyword("IS NULL", second, third)]);
  }
  if (matches(third, "Keyword", ["NOT NULL"])) {
    return newGroup("Comparison", [first, newKeyword("IS NOT NULL", second, third)]);
  }
  return undefined;
}

function newKeyword(text: string, from: Node, to: Node): Node {
  return { type: "Keyword", text, start: from.start, end: to.end, nodes: [] };
}

function invalidClauses(kind: SearchKind, wrong: readonly Node[]): Error {
  const bare = kind === "experiments" || kind === "registered_models" || kind === "model_versions";
  const shown = wrong.map((node) => (bare ? node.text : `'${node.text}'`)).join(", ");
  const { node, hint } = explain(wrong);
  return mistake(
    `Invalid clause(s) in filter string: ${shown}`,
    node ?? { start: 0, end: 0 },
    hint,
  );
}

const HINTS: ReadonlyMap<string, string> = new Map([
  ["OR", "MLflow's filters have no OR: run one search for each side."],
  [
    "NOT",
    "MLflow's filters have no NOT before a condition: write the opposite comparator, such as !=.",
  ],
  ["BETWEEN", "Write two conditions, such as metrics.loss >= 0 AND metrics.loss <= 1."],
  [";", "A filter has no semicolon: leave it out."],
  ["WHERE", "A filter starts with its first condition, such as metrics.loss < 0.1."],
  ["IN", "A list stands in parentheses, such as run_id IN ('a', 'b')."],
  ["+", "Numbers have no plus sign: write 1, or 1e3 for 1e+3."],
]);

/** The node to point at and what to say of it: the first one that gives away what was meant. */
function explain(wrong: readonly Node[]): { node: Node | undefined; hint: string } {
  for (const node of wrong) {
    const { type, text } = node;
    if (type === "Error" && (text === "'" || text === '"')) {
      return { node, hint: `A quote (${text}) has no partner.` };
    }
    const hint = HINTS.get(text.toUpperCase());
    if (hint !== undefined) return { node, hint };
    if (type === "Comment") return { node, hint: "A filter has no comments." };
    if (isGroup(node, "Parenthesis")) return { node, hint: PARENTHESES };
  }
  const hint =
    "A filter is conditions joined by AND, such as metrics.loss < 0.1 AND params.model = 'bert'.";
  return { node: wrong[0], hint };
}

const PARENTHESES =
  "MLflow's filters have no parentheses around conditions: leave them out, AND is all there is.";
