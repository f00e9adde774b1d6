import { beforeEach, expect, test } from "vitest";
import type { Manifest } from "../../../lib/wire/data-files.ts";
import { manifest } from "../../../viewer/data/live.ts";
import { readStoredHash, rootOf, storedHash, tellApart } from "../../../viewer/state/roots.ts";

function showRoots(...keys: string[]): void {
  const roots = keys.map((key) => ({ key, label: key }));
  manifest.value = { roots } as unknown as Manifest;
}

beforeEach(() => showRoots("ada", "bob"));

/** Commas of a path are escaped: to be read, they are not. */
const plain = (hash: string): string => hash.replaceAll("%2C", ",");

test("an id without a root is of the first", () => {
  expect([rootOf("1~bob"), rootOf("1")]).toEqual(["bob", "ada"]);
});

test.each([
  ["ada", "#/experiments/1,2~bob?sel=a,b~bob", "#/experiments/1,2~bob?sel=a,b~bob"],
  ["bob", "#/experiments/1,2~bob?sel=a,b~bob", "#/experiments/1~ada,2?sel=a~ada,b"],
  ["bob", "#/experiments/all?q=loss", "#/experiments/all?q=loss"],
  ["bob", "#/compare-runs?runs=a,b~bob&base=b~bob", "#/compare-runs?runs=a~ada,b&base=b"],
])("in %s a view is kept with its own ids plain, and reads back", (key, hash, stored) => {
  expect(plain(storedHash(hash, key))).toBe(stored);
  expect(plain(readStoredHash(stored, key))).toBe(hash);
});

test("a view that a root keeps means the same when the roots come in another order, or it comes alone", () => {
  const stored = storedHash("#/experiments/1,2~bob", "bob");
  showRoots("bob", "ada");
  expect(plain(readStoredHash(stored, "bob"))).toBe("#/experiments/1~ada,2");
  showRoots("");
  expect(readStoredHash("#/experiments/2", "")).toBe("#/experiments/2");
});

test("names that runs of several roots have are told apart", () => {
  const runs = [
    { runId: "a", name: "sweep" },
    { runId: "a~bob", name: "sweep" },
    { runId: "b", name: "other" },
  ];

  expect(tellApart(runs).map(({ name }) => name)).toEqual(["sweep (ada)", "sweep (bob)", "other"]);
});
