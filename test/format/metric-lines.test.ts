/** Metric files are read from their bytes, with numbers made by hand: it must not show. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { LineBlock, RECORD_FIELDS } from "../../lib/format/metric-lines.ts";
import { type MetricPlace, MetricReader } from "../../lib/format/metric-reader.ts";
import { findLineEnd } from "../../lib/format/python-text.ts";
import { metricText } from "./arbitraries.ts";

const PLACE = { key: "m", path: "1/r/metrics/m", experimentId: "1" };

type Point = readonly [step: number, value: number, timestamp: number];

const digits = (max: number): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(..."0123456789"), minLength: 1, maxLength: max });
const exponent = fc.tuple(fc.constantFrom("", "-", "+"), digits(3)).map((parts) => parts.join(""));

/** A decimal as close to the middle between two doubles as its digits allow: what division alone gets wrong. */
const middle = fc
  .tuple(fc.bigInt({ min: 2n ** 52n, max: 2n ** 53n - 1n }), fc.nat({ max: 40 }), fc.nat(3))
  .map(([mantissa, power, digit]) => {
    const twice = (2n * mantissa + 1n) * 10n ** 20n;
    const shown = String(twice / 2n ** BigInt(power + 1)).slice(0, 18);
    return `${shown.slice(0, 1 + (power % 8))}.${shown.slice(1 + (power % 8), -1)}${digit}`;
  });

const decimal = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => String(Math.abs(value))),
  fc.double({ min: 0, max: 1, noNaN: true }).map(String),
  middle,
  digits(20),
  fc.tuple(digits(12), digits(20)).map((parts) => parts.join(".")),
  fc.tuple(digits(3), digits(18), exponent).map(([a, b, c]) => `${a}.${b}e${c}`),
);

test("a value is the double that Number has for it", () => {
  const block = new LineBlock(1);
  fc.assert(
    fc.property(decimal, fc.boolean(), (text, isNegative) => {
      const written = `${isNegative ? "-" : ""}${text}`;
      const bytes = Buffer.from(`1700000000000 ${written} 7\n`);

      const end = block.read(bytes, 0, bytes.length);

      // What it leaves alone is read as text.
      if (end === 0) expect(written).toMatch(/e[+-]?\d{5}|[^\d.e+-]/);
      else expect(block.records).toEqual(Float64Array.of(7, Number(written), 1_700_000_000_000));
    }),
    { numRuns: 3_000 },
  );
});

test("numbers of any length are what Number has for them, or are left alone", () => {
  const block = new LineBlock(1);
  fc.assert(
    fc.property(digits(20), digits(20), fc.boolean(), (timestamp, step, isNegative) => {
      const written = `${isNegative ? "-" : ""}${step}`;
      const bytes = Buffer.from(`${timestamp} 1.0 ${written}\n`);

      const end = block.read(bytes, 0, bytes.length);

      expect(end === bytes.length).toBe(timestamp.length <= 15 && step.length <= 9);
      if (end > 0)
        expect(block.records).toEqual(Float64Array.of(Number(written) + 0, 1, Number(timestamp)));
    }),
    { numRuns: 500 },
  );
});

test("a block takes as many lines as it has room for, and goes on behind them", () => {
  const block = new LineBlock(2);
  const bytes = Buffer.from("1 0.5 1\n2 0.25 2\n3 0.125 3\n");

  const end = block.read(bytes, 0, bytes.length);

  expect([...block.records]).toEqual([1, 0.5, 1, 2, 0.25, 2]);
  expect(block.read(bytes, end, bytes.length)).toBe(bytes.length);
  expect([...block.records.subarray(0, block.length)]).toEqual([3, 0.125, 3]);
});

describe("the bytes of any file are read as its lines one by one", () => {
  const pieces = fc.oneof(
    { weight: 4, arbitrary: metricText.map((text) => Buffer.from(text)) },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 12 }).map((bytes) => Buffer.from(bytes)) },
    { weight: 1, arbitrary: fc.constant(Buffer.from("1 0.5 1\n".repeat(600))) },
    { weight: 1, arbitrary: fc.constant(Buffer.from("\ufeff")) },
  );
  const file = fc.array(pieces, { maxLength: 5 }).map((parts) => Buffer.concat(parts));

  test.each<[string, Partial<MetricPlace>]>([
    ["of a run", {}],
    ["of a run that goes on", { growing: true }],
    ["of a logged model", { isModel: true, modelId: "m-1" }],
    ["from the middle of a file on", { linesBefore: 10 }],
  ])("%s", (_, changes) => {
    const place = { ...PLACE, ...changes };
    fc.assert(
      fc.property(file, (bytes) => {
        const expected = readPlainly(bytes, place);

        expect(readPoints(bytes, place)).toEqual(expected);
        expect(readBlocks(bytes, place)).toEqual(expected);
      }),
      { numRuns: 150 },
    );
  });
});

function readPoints(bytes: Buffer, place: MetricPlace): unknown {
  const reader = new MetricReader(bytes, place, new LineBlock(3));
  const points: Point[] = [];
  while (reader.next()) points.push([reader.step, reader.value, reader.timestamp]);
  return { points, problems: reader.problems, line: reader.line };
}

function readBlocks(bytes: Buffer, place: MetricPlace): unknown {
  const reader = new MetricReader(bytes, place);
  const points: Point[] = [];
  while (reader.nextBlock()) {
    const { records, length } = reader.block;
    for (let at = 0; at < length; at += RECORD_FIELDS) {
      points.push([records[at] ?? 0, records[at + 1] ?? 0, records[at + 2] ?? 0]);
    }
  }
  return { points, problems: reader.problems, line: reader.line };
}

/** Each line by itself, behind a blank, with which it is no ordinary line. */
function readPlainly(bytes: Buffer, place: MetricPlace): unknown {
  const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
  const whole = place.growing === true ? text.slice(0, text.lastIndexOf("\n") + 1) : text;
  let plain = whole === "" ? "" : " ";
  for (let at = 0; at < whole.length; ) {
    const { next } = findLineEnd(whole, at);
    plain += whole.slice(at, next) + (next < whole.length ? " " : "");
    at = next;
  }
  return readPoints(Buffer.from(plain), place);
}
