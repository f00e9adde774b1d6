import { expect, test } from "vitest";
import type { SpanEntry } from "../../../lib/wire/trace-files.ts";
import {
  spanDuration,
  spanRows,
  spanTicks,
  traceLength,
} from "../../../viewer/traces/span-rows.ts";

const span = (
  spanId: string,
  parentId: string | null,
  startMs: number,
  durationMs: number | null = 1,
): SpanEntry => ({
  ...{ spanId, parentId, name: spanId, type: null, startMs, durationMs },
  ...{ status: "OK", statusMessage: "", attributes: {}, events: [] },
});

const brief = (spans: readonly SpanEntry[], folded: readonly string[] = []): string[] =>
  spanRows(spans, new Set(folded)).map((row) => `${"  ".repeat(row.depth)}${row.span.spanId}`);

test("spans are a tree by their parents, children by their start", () => {
  const spans = [
    span("root", null, 0),
    span("late", "root", 5),
    span("early", "root", 1),
    span("deep", "late", 6),
  ];

  expect(brief(spans)).toEqual(["root", "  early", "  late", "    deep"]);
  expect(brief(spans, ["late"])).toEqual(["root", "  early", "  late"]);
});

test("spans whose parent is missing stand at the top, and a circle of parents ends", () => {
  expect(brief([span("orphan", "gone", 3), span("root", null, 0)])).toEqual(["root", "orphan"]);
  expect(brief([span("a", "b", 0), span("b", "a", 1)])).toEqual(["a", "  b"]);
});

test("a trace is as long as its last span, also when one has not ended", () => {
  expect(
    traceLength([span("a", null, 0, 10), span("b", "a", 8, 5), span("c", "a", 20, null)]),
  ).toBe(20);
  expect(traceLength([])).toBe(0.001);
});

test("short spans are told in parts of a millisecond", () => {
  expect([0, 0.05, 0.5586, 6.21, 145.9].map(spanDuration)).toEqual([
    "0 µs",
    "50 µs",
    "0.56 ms",
    "6.21 ms",
    "146 ms",
  ]);
  expect(spanTicks(6.21, 4).map((tick) => tick.label)).toEqual(["0", "2 ms", "4 ms", "6 ms"]);
  expect(spanTicks(145, 4).map((tick) => tick.label)).toEqual(["0", "50 ms", "100 ms"]);
});
