import { expect, test } from "vitest";
import {
  formatAge,
  formatAgo,
  formatBytes,
  formatDelta,
  formatDuration,
  formatNumber,
  formatPercent,
  plural,
  shortPath,
} from "../../viewer/format.ts";

test.each([
  [0.899, "0.8990"],
  [0.0318812, "0.03188"],
  [1.0543, "1.054"],
  [35.41, "35.41"],
  [1234.5678, "1235"],
  [9999.99, "10000"],
  [123456.7, "123457"],
  [120, "120"],
  [-2.5, "−2.500"],
  [0, "0"],
  [-0, "0"],
  [0.001, "0.001000"],
  [0.00099999, "1e−3"],
  [2.3611e-5, "2.361e−5"],
  [1e-300, "1e−300"],
  [1e7, "1e7"],
  [1.7976931348623157e308, "1.798e308"],
  [Number.NaN, "NaN"],
  [Number.POSITIVE_INFINITY, "∞"],
  [Number.NEGATIVE_INFINITY, "−∞"],
])("%d is shown as %s", (value, shown) => {
  expect(formatNumber(value)).toBe(shown);
});

test.each([
  [0.03314, "+0.0331"],
  [-0.0008, "−8e−4"],
  [0.03, "+0.0300"],
  [-0.21, "−0.210"],
  [100, "+100"],
  [1210.4, "+1210"],
  [0, "0"],
])("a difference of %d is shown as %s", (value, shown) => {
  expect(formatDelta(value)).toBe(shown);
});

test.each([
  [-0.2148, "−21.5 %"],
  [0.0381, "+3.8 %"],
  [12.34, "+1234 %"],
  [0.00012, "+0.01 %"],
  [-1e-7, "≈ 0 %"],
  [0, "0.0 %"],
  [Number.NaN, ""],
])("a share of %d is shown as %s", (share, shown) => {
  expect(formatPercent(share)).toBe(shown);
});

test.each([
  [320, "320 ms"],
  [4_200, "4.2 s"],
  [42_000, "42 s"],
  [58 * 60_000, "58 min"],
  [64 * 60_000, "1 h 04"],
  [26 * 3_600_000, "1 d 2 h"],
  [48 * 3_600_000, "2 d"],
  [-5_000, "−5.0 s"],
])("a span of %d ms is shown as %s", (ms, shown) => {
  expect(formatDuration(ms)).toBe(shown);
});

const NOW = new Date(2026, 10, 21, 14, 0, 0).getTime();

test.each([
  [NOW - 2_000, "now", "just now"],
  [NOW - 12_000, "12 s", "12 s ago"],
  [NOW - 3 * 3_600_000, "3 h", "3 h ago"],
  [NOW - 4 * 86_400_000, "4 d", "4 d ago"],
  [new Date(2026, 2, 12).getTime(), "12 Mar", "12 Mar"],
  [new Date(2024, 2, 12).getTime(), "12 Mar 2024", "12 Mar 2024"],
  [new Date(2031, 0, 1).getTime(), "1 Jan 2031", "1 Jan 2031"],
])("the time %d is shown as %s in a table and as %s in a sentence", (time, age, ago) => {
  expect([formatAge(time, NOW), formatAgo(time, NOW)]).toEqual([age, ago]);
});

test.each([
  [412, "412 B"],
  [1_000, "1.0 KB"],
  [999_600, "1.0 MB"],
  [2_412_000, "2.4 MB"],
  [186_000, "186 KB"],
  [5e15, "5000 TB"],
])("%d bytes are shown as %s", (bytes, shown) => {
  expect(formatBytes(bytes)).toBe(shown);
});

test.each([
  [1, "1 run"],
  [0, "0 runs"],
  [10_004, "10,004 runs"],
])("%d runs are counted in words", (count, words) => {
  expect(plural(count, "run")).toBe(words);
});

test.each([
  ["./mlruns", "./mlruns"],
  ["/home/ada/projects/vision/mlruns", "…/vision/mlruns"],
  ["C:\\work\\vision\\mlruns", "…/vision/mlruns"],
])("the path %s is shown by its end", (path, shown) => {
  expect(shortPath(path)).toBe(shown);
});
