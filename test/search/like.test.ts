import { expect, test } from "vitest";
import { compileLike } from "../../lib/search/index.ts";

// Every line is what MLflow's _like and _ilike answer.
test.each([
  ["abc", "abc", true],
  ["abc", "a%", true],
  ["abc", "%b%", true],
  ["abc", "a_c", true],
  ["abc", "A%", false],
  ["abc", "b", false],
  ["", "", true],
  ["\n", "", true],
  ["ab\n", "ab", true],
  ["ab\n\n", "ab", false],
  ["a\nb", "%b", false],
  ["a\nb", "a%", true],
  ["a\nb", "a_b", false],
  ["a\nb\nc", "a%\n%\nc", true],
  ["a+b", "a+b", true],
  ["aab", "a.b", false],
  ["a.*b", "a.*%", true],
  ["100%", "100%", true],
  ["x😀y", "x_y", true],
  ["abab", "%ab", true],
  ["aXbXc", "a%b%c", true],
])("%j LIKE %j is %s", (text, pattern, expected) => {
  expect(compileLike(pattern, false)(text)).toBe(expected);
});

test.each([
  ["ÄB", "ä_", true],
  ["İI", "ıi", true],
  ["STRASSE", "straße", false],
  ["ς", "Σ", true],
])("%j ILIKE %j is %s", (text, pattern, expected) => {
  expect(compileLike(pattern, true)(text)).toBe(expected);
});

test("many wildcards over a long text end in this lifetime, unlike an expression full of .*", () => {
  const matches = compileLike(`${"%a".repeat(200)}%b`, true);

  expect(matches("a".repeat(200_000))).toBe(false);
});
