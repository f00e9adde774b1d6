import { expect, test } from "vitest";
import { usage, waitsForDisk } from "../../lib/catalog/disk-wait.ts";

const BEFORE = { at: 1_000, cpu: 500, blocks: 40 };

// As measured: two threads over a page cache that was emptied, that was full, and that was full beside other programs.
test.each([
  ["have waited for the disk", { at: 2_000, cpu: 1_300, blocks: 86_000 }, true],
  ["have found all in memory", { at: 2_000, cpu: 2_400, blocks: 40 }, false],
  ["have found nearly all in memory", { at: 2_000, cpu: 2_300, blocks: 12_000 }, false],
  ["have waited for a busy processor", { at: 2_000, cpu: 1_300, blocks: 500 }, false],
  ["have only begun", { at: 1_100, cpu: 510, blocks: 9_000 }, false],
])("whether more readers are of use when two threads %s", (_, now, isOfUse) => {
  expect(waitsForDisk(BEFORE, now, 2)).toBe(isOfUse);
});

test("what a process has used grows", () => {
  const before = usage();
  const text = Array.from({ length: 1e5 }, (_, i) => i).join();
  const now = usage();

  expect(text).toHaveLength(588_889);
  expect(now.at).toBeGreaterThan(before.at);
  expect(now.cpu).toBeGreaterThan(before.cpu);
});
