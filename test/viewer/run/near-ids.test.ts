import { expect, test } from "vitest";
import { nearIds } from "../../../viewer/run/near-ids.ts";

const IDS = ["0123456789abcdef", "0123ffffffffffff", "aaaaaaaaaaaaaaaa", "bbbbbbbbbbbbcdef"];

test.each([
  ["a cut id finds the whole one", "0123456789", ["0123456789abcdef", "0123ffffffffffff"]],
  [
    "a slip at the start is found by the end",
    "x123456789abcdef",
    ["0123456789abcdef", "bbbbbbbbbbbbcdef"],
  ],
  ["an id like no other finds none", "ccccc", []],
])("%s", (_, wanted, found) => {
  expect(nearIds(wanted, IDS)).toEqual(found);
});
