import { expect, test } from "vitest";
import { parseRange } from "../../lib/server/range.ts";

const whole = { kind: "whole" };
const part = (start: number, end: number): object => ({ kind: "part", start, end });
const malformed = (reason: string): object => ({ kind: "malformed", reason });
const NONE = "Range header: range must be requested";

// As MLflow 3.17's server answers for a file of ten bytes, but that it sends several ranges as several parts.
test.each([
  [undefined, whole],
  ["bytes=0-3", part(0, 3)],
  ["bytes=9-", part(9, 9)],
  ["bytes=-3", part(7, 9)],
  ["bytes=-100", part(0, 9)],
  ["bytes=0-99999999999999999999", part(0, 9)],
  ["Bytes= +1-2 ", part(1, 2)],
  ["bytes=0-3,", part(0, 3)],
  ["bytes=0-0,2-3", whole],
  ["bytes=10-", { kind: "unsatisfiable" }],
  ["bytes=-0", { kind: "unsatisfiable" }],
  ["bytes=5-2", malformed("Range header: start must be less than end")],
  ["bytes=abc", malformed(NONE)],
  ["bytes=-", malformed(NONE)],
  ["bytes=1-2-3", malformed(NONE)],
  ["bytes=1e1-", malformed(NONE)],
  ["items=0-1", malformed("Only support bytes range")],
  ["0-1", malformed("Malformed range header.")],
])("the range %s of ten bytes", (header, asked) => {
  expect(parseRange(header, 10)).toEqual(asked);
});
