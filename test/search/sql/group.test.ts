import fc from "fast-check";
import { expect, test } from "vitest";
import { groupStatement } from "../../../lib/search/sql/group.ts";
import type { Node } from "../../../lib/search/sql/node.ts";
import { tokenize } from "../../../lib/search/sql/tokenize.ts";
import { runPython } from "../../helpers/python.ts";
import { anyFilter, garbage } from "../queries.ts";

/** A leaf is its type and text, a group its kind and what is in it. */
type Tree = readonly [string, string | readonly Tree[]];

/** sqlparse's types in our words, where they differ in more than a prefix. */
const TYPES: ReadonlyMap<string, string> = new Map([
  ["Generic.Command", "Command"],
  ["Keyword.DCL", "Keyword.Statement"],
  ["Keyword.DDL", "Keyword.Statement"],
  ["Keyword.DML", "Keyword.Statement"],
  ["Keyword.CTE", "Keyword.Statement"],
  ["Keyword.TZCast", "Keyword.TimeZone"],
  ["Literal.Number.Float", "Float"],
  ["Literal.Number.Hexadecimal", "Hexadecimal"],
  ["Literal.Number.Integer", "Integer"],
  ["Literal.String.Single", "SingleQuoted"],
  ["Literal.String.Symbol", "DoubleQuoted"],
  ["Operator.Comparison", "Comparison"],
  ["Text.Whitespace", "Whitespace"],
  ["Text.Whitespace.Newline", "Whitespace.Newline"],
]);

const SCRIPT = `
import json, sys, sqlparse

def dump(token):
    if token.is_group:
        return [type(token).__name__, [dump(t) for t in token.tokens]]
    return [".".join(token.ttype), token.value]

print(json.dumps([[dump(s) for s in sqlparse.parse(text)] for text in json.load(sys.stdin)]))
`;

test("text is cut and grouped as sqlparse does it, which MLflow reads filters with", async () => {
  const texts = fc
    .sample(fc.oneof(garbage, anyFilter("runs")), { numRuns: 3_000, seed: 20_261_123 })
    // These end statements: see sql/statement.ts.
    .filter((text) => !/;|\bGO\b/.test(text));

  const answer = await runPython(SCRIPT, { input: JSON.stringify(texts) });

  let compared = 0;
  for (const [index, statements] of (JSON.parse(answer) as Tree[][]).entries()) {
    const [statement] = statements;
    const text = texts[index] ?? "";
    if (statement === undefined) continue;
    compared += 1;
    expect(toTree(groupStatement(tokenize(text))), JSON.stringify(text)).toEqual(
      inOurWords(statement),
    );
  }
  expect(compared).toBeGreaterThan(2_000);
});

function toTree(node: Node): Tree {
  return node.group === undefined ? [node.type, node.text] : [node.group, node.nodes.map(toTree)];
}

function inOurWords([type, content]: Tree): Tree {
  if (typeof content !== "string") return [type, content.map(inOurWords)];
  return [type.startsWith("Comment") ? "Comment" : (TYPES.get(type) ?? type), content];
}
