import { expect, test } from "vitest";
import { type FilterRule, pathFilter } from "../../../lib/artifacts/sync/filter.ts";

const take = (glob: string): FilterRule => ({ take: true, glob });
const leave = (glob: string): FilterRule => ({ take: false, glob });

const PATHS = ["a.txt", "b.log", "model/a.txt", "model/deep/b.log", "model/deep/c[1].bin", "tmp/x"];

test.each<[string, FilterRule[], string[]]>([
  ["no rule takes all", [], PATHS],
  [
    "a name fits at any depth",
    [leave("*.log")],
    ["a.txt", "model/a.txt", "model/deep/c[1].bin", "tmp/x"],
  ],
  ["to take some leaves the rest", [take("*.log")], ["b.log", "model/deep/b.log"]],
  ["a slash fits from the root on", [take("model/*.txt")], ["model/a.txt"]],
  [
    "a leading slash too",
    [leave("/*.txt")],
    ["b.log", "model/a.txt", "model/deep/b.log", "model/deep/c[1].bin", "tmp/x"],
  ],
  [
    "a folder stands for all in it",
    [leave("deep/"), leave("tmp")],
    ["a.txt", "b.log", "model/a.txt"],
  ],
  [
    "two stars go over folders",
    [take("model/**/*.log"), take("**/x")],
    ["model/deep/b.log", "tmp/x"],
  ],
  [
    "the last that fits decides",
    [leave("model"), take("*.bin")],
    ["a.txt", "b.log", "model/deep/c[1].bin", "tmp/x"],
  ],
  ["order counts", [take("*.bin"), leave("model")], []],
  [
    "a class is one character",
    [take("[ab].*")],
    ["a.txt", "b.log", "model/a.txt", "model/deep/b.log"],
  ],
  ["a negated class too", [take("[!a].*")], ["b.log", "model/deep/b.log"]],
  ["a question mark is one character", [take("?.txt")], ["a.txt", "model/a.txt"]],
  ["a dot is a dot", [take("aXtxt")], []],
])("%s", (_title, rules, expected) => {
  expect(PATHS.filter(pathFilter(rules))).toEqual(expected);
});

test("an empty pattern is refused", () => {
  expect(() => pathFilter([leave("/")])).toThrow("Invalid pattern: '/'");
});
