import { expect, test } from "vitest";
import { mergeMeta } from "../../lib/travel/git/merge-meta.ts";

const BASE = "end_time: null\nrun_name: r\nstatus: 1\nuser_id: ada\n";

test.each([
  ["each side changes a key", "run_name: b", "user_id: bob", "run_name: b\nuser_id: bob\n", []],
  ["both change one alike", "run_name: b", "run_name: b", "run_name: b\n", []],
  [
    "both change one to different names",
    "run_name: b",
    "run_name: c",
    "run_name: b\n",
    ["run_name"],
  ],
  ["one adds a key", "", "deleted_time: 5", "deleted_time: 5\n", []],
])("%s", (_, ours, theirs, expected, conflicts) => {
  const change = (line: string): string => {
    const key = line.split(":")[0] ?? "";
    return `${BASE.split("\n")
      .filter((each) => each && !each.startsWith(`${key}:`))
      .join("\n")}\n${line}\n`;
  };
  const merged = mergeMeta(BASE, ours ? change(ours) : BASE, theirs ? change(theirs) : BASE);

  for (const line of expected.trim().split("\n")) expect(merged?.text.split("\n")).toContain(line);
  expect(merged?.conflicts).toEqual(conflicts);
});

test("a run that one side has seen end has ended, and of two ends the later counts", () => {
  const [finished, failed] = ["end_time: 7\nstatus: 3\n", "end_time: 9\nstatus: 4\n"];

  expect(mergeMeta(BASE, BASE, `${finished}run_name: r\nuser_id: ada\n`)?.text).toContain(
    finished.split("\n")[1],
  );
  expect(mergeMeta("end_time: null\nstatus: 1\n", finished, failed)).toEqual({
    text: "end_time: 9\nstatus: 3\n",
    conflicts: ["status"],
  });
});

test("what is no YAML map is left to git's merge by lines", () => {
  expect(mergeMeta("a", "b: 1", "c: 1")).toBeUndefined();
  expect(mergeMeta("a: 1", "- 1", "c: 1")).toBeUndefined();
});

test("a file that both sides added has no base", () => {
  expect(mergeMeta("", "a: 1\nb: 2\n", "a: 1\nc: 3\n")).toEqual({
    text: "a: 1\nb: 2\nc: 3\n",
    conflicts: [],
  });
});
