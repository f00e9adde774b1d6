import { expect, test } from "vitest";
import { SizeCache } from "../../../viewer/data/size-cache.ts";

test("what was not used for longest goes first", () => {
  const cache = new SizeCache<string>(10);
  cache.set("a", "A", 4);
  cache.set("b", "B", 4);
  cache.get("a");

  cache.set("c", "C", 4);

  expect([cache.get("a"), cache.get("b"), cache.get("c")]).toEqual(["A", undefined, "C"]);
  expect(cache.bytes).toBe(8);
});

test("a new value takes the room of the old one", () => {
  const cache = new SizeCache<string>(10);
  cache.set("a", "A", 8);
  cache.set("a", "AA", 9);

  expect([cache.get("a"), cache.bytes]).toEqual(["AA", 9]);
});

test("a value that is too large alone is kept, and nothing else", () => {
  const cache = new SizeCache<string>(10);
  cache.set("a", "A", 4);
  cache.set("huge", "H", 100);

  expect([cache.get("a"), cache.get("huge")]).toEqual([undefined, "H"]);
});
