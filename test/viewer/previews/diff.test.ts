import fc from "fast-check";
import { expect, test } from "vitest";
import { diffLines, diffWords, withContext } from "../../../viewer/previews/diff.ts";

const brief = (before: string, after: string): string[] =>
  diffLines(before, after).map(
    ({ kind, text }) => `${{ same: " ", gone: "-", new: "+" }[kind]}${text}`,
  );

test("lines that are gone, new and the same are told apart", () => {
  expect(brief("a\nb\nc\n", "a\nx\nc\nd\n")).toEqual([" a", "-b", "+x", " c", "+d"]);
  expect(brief("", "a")).toEqual(["+a"]);
  expect(brief("a\n", "a\n")).toEqual([" a"]);
});

test("each line knows its place in both texts", () => {
  expect(diffLines("a\nb", "b").map(({ before, after }) => [before, after])).toEqual([
    [1, null],
    [2, 1],
  ]);
});

test("the same and gone lines are the one text, the same and new lines the other", () => {
  const text = fc.array(fc.constantFrom("a", "b", "c", "d e"), { maxLength: 12 });
  fc.assert(
    fc.property(text, text, (before, after) => {
      const lines = diffLines(before.join("\n"), after.join("\n"));
      const of = (kind: string): string[] =>
        lines.filter((line) => line.kind === "same" || line.kind === kind).map((line) => line.text);
      expect(of("gone")).toEqual(before);
      expect(of("new")).toEqual(after);
    }),
  );
});

test("a text without any likeness is compared in no time", () => {
  const lines = (prefix: string): string =>
    Array.from({ length: 20_000 }, (_, i) => `${prefix} ${i}`).join("\n");

  expect(diffLines(lines("a"), lines("b"))).toHaveLength(40_000);
});

test("of lines that are the same only the near ones are shown", () => {
  const lines = diffLines("1\n2\n3\n4\n5\n6\n7", "1\n2\n3\n4\n5\n6\nx");

  expect(withContext(lines, 1).map((line) => line?.text ?? "…")).toEqual(["…", "6", "7", "x"]);
});

test("of a changed line only the changed words are marked", () => {
  expect(diffWords("lr: 0.001 # slow", "lr: 0.003 # slow")).toEqual({
    before: [
      { text: "lr: 0.", isChanged: false },
      { text: "001", isChanged: true },
      { text: " # slow", isChanged: false },
    ],
    after: [
      { text: "lr: 0.", isChanged: false },
      { text: "003", isChanged: true },
      { text: " # slow", isChanged: false },
    ],
  });
});
