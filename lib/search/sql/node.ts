import type { TokenType } from "./tokenize.ts";

export type GroupKind =
  | "Assignment"
  | "Begin"
  | "Case"
  | "Comment"
  | "Comparison"
  | "For"
  | "Function"
  | "Identifier"
  | "IdentifierList"
  | "If"
  | "Operation"
  | "Over"
  | "Parenthesis"
  | "SquareBrackets"
  | "Statement"
  | "TypedLiteral"
  | "Values"
  | "Where";

/** A token, or a group of nodes. Grouping changes nodes in place. */
export interface Node {
  type: TokenType;
  text: string;
  start: number;
  end: number;
  /** Set on groups only. */
  group?: GroupKind;
  nodes: Node[];
}

/** Keywords compare without regard to case, all else as written. */
export function matches(
  node: Node | undefined,
  type: TokenType,
  values?: readonly string[],
): boolean {
  if (node === undefined || node.group !== undefined || node.type !== type) return false;
  return values === undefined || values.includes(normalized(node));
}

export function isWhitespace(node: Node): boolean {
  return node.type === "Whitespace" || node.type === "Whitespace.Newline";
}

export function newGroup(kind: GroupKind, nodes: Node[]): Node {
  return {
    type: "Group",
    text: nodes.map((node) => node.text).join(""),
    start: nodes[0]?.start ?? 0,
    end: nodes.at(-1)?.end ?? 0,
    group: kind,
    nodes,
  };
}

/** Puts the nodes from one index to another into a group, or into the first one when that may take them in. */
export function wrap(list: Node, kind: GroupKind, from: number, to: number, extend: boolean): Node {
  const first = list.nodes[from];
  if (extend && first?.group === kind) {
    const taken = list.nodes.splice(from + 1, to - from);
    first.nodes.push(...taken);
    first.text += taken.map((node) => node.text).join("");
    first.end = taken.at(-1)?.end ?? first.end;
    return first;
  }
  const group = newGroup(kind, list.nodes.slice(from, to + 1));
  list.nodes.splice(from, to - from + 1, group);
  return group;
}

export function find(list: Node, from: number, test: (node: Node) => boolean): number {
  for (let at = from; at < list.nodes.length; at++) {
    const node = list.nodes[at];
    if (node !== undefined && test(node)) return at;
  }
  return -1;
}

/** Index of the next node that is not blank, -1 when there is none. */
export function nextIndex(list: Node, at: number): number {
  return at < 0 ? -1 : find(list, at + 1, (node) => !isWhitespace(node));
}

export function previousIndex(list: Node, at: number): number {
  return list.nodes.findLastIndex((node, index) => index < at && !isWhitespace(node));
}

export function isGroup(node: Node | undefined, ...kinds: readonly GroupKind[]): boolean {
  return node?.group !== undefined && kinds.includes(node.group);
}

export function isType(node: Node | undefined, ...types: readonly TokenType[]): boolean {
  return node !== undefined && types.includes(node.type);
}

export function isPresent(node: Node | undefined): boolean {
  return node !== undefined;
}

export function isName(node: Node | undefined): boolean {
  return isType(node, "Name", "Name.Builtin", "Name.Placeholder");
}

export function isNumber(node: Node | undefined): boolean {
  return isType(node, "Integer", "Float", "Hexadecimal");
}

export function isKeyword(node: Node): boolean {
  return node.type.startsWith("Keyword");
}

export function normalized(node: Node): string {
  return isKeyword(node) ? node.text.toUpperCase() : node.text;
}
