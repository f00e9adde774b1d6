import fc from "fast-check";
import { expect, test } from "vitest";
import { MlrunsError } from "../../lib/errors.ts";
import { parsePythonFloat, printPythonFloat } from "../../lib/format/python-float.ts";
import { askPython } from "./ask-python.ts";

test.each([
  ["0.25", 0.25],
  ["7", 7],
  ["1.", 1],
  [".5", 0.5],
  ["-0.0", -0],
  ["1e-07", 1e-7],
  ["1E+22", 1e22],
  ["1_000.5", 1000.5],
  ["+3", 3],
  [" \t4\x85", 4],
  ["nan", Number.NaN],
  ["-NaN", Number.NaN],
  ["inf", Number.POSITIVE_INFINITY],
  ["-Infinity", Number.NEGATIVE_INFINITY],
  ["1e999", Number.POSITIVE_INFINITY],
])("Python's float(%j) is %d", (text, value) => {
  expect(parsePythonFloat(text)).toBe(value);
});

test.each([
  "",
  " ",
  "los",
  "0x10",
  "1,5",
  "1__0",
  "_1",
  "1_",
  "1e",
  "--1",
  "infin",
  "\ufeff1",
  "1 2",
  "\x1c1",
  ".",
])("Python has no float(%j)", (text) => {
  expect(() => parsePythonFloat(text)).toThrow(
    new MlrunsError("INTERNAL_ERROR", `could not convert string to float: '${text}'`),
  );
});

test.each([
  [3, "3.0"],
  [-0, "-0.0"],
  [1 / 3, "0.3333333333333333"],
  [123456789012345.6, "123456789012345.6"],
  [1e15, "1000000000000000.0"],
  [1e16, "1e+16"],
  [0.0001, "0.0001"],
  [0.00001, "1e-05"],
  [1.5e-7, "1.5e-07"],
  [1e-100, "1e-100"],
  [5e-324, "5e-324"],
  [Number.NaN, "nan"],
  [Number.NEGATIVE_INFINITY, "-inf"],
])("Python's repr of %d is %s", (value, text) => {
  expect(printPythonFloat(value)).toBe(text);
});

test("20,000 doubles are written as Python writes them, and read back the same", async () => {
  const values = fc.sample(
    fc.oneof(
      fc.double(),
      fc.double({ min: -1e17, max: 1e17 }),
      fc.float(),
      fc.integer(),
      fc.maxSafeInteger(),
    ),
    20_000,
  );
  const reprs = await askPython<string>(
    "def answer(item):\n    return repr(float(item))",
    values.map((value) => (Object.is(value, -0) ? "-0" : String(value))),
  );

  expect(values.map(printPythonFloat)).toEqual(reprs);
  expect(reprs.map(parsePythonFloat)).toEqual(values);
});

/** What Python takes for a blank in one place or another, and what only looks like one. */
const blanks = fc.string({
  unit: fc.constantFrom(..." \t\n\v\f\r\x1c\x1f\x85\xa0\u2028\u3000\u200b\ufeff"),
  maxLength: 2,
});

test("10,000 texts are numbers to us exactly when they are to Python", async () => {
  const texts = fc.sample(
    fc.oneof(
      fc.stringMatching(/^[-+]?[0-9_]{0,3}\.?[0-9_]{0,3}([eE][-+]?[0-9_]{0,2})?$/),
      fc.constantFrom("nan", "inf", "Infinity", "INF", "-inf", "+nan", "infinit", "nano"),
      fc.tuple(blanks, fc.stringMatching(/^[0-9.]{0,3}$/), blanks).map((parts) => parts.join("")),
      fc.string({ maxLength: 4 }),
    ),
    10_000,
  );
  const answers = await askPython<string | null>(
    `def answer(item):
    try:
        return repr(float(item))
    except ValueError:
        return None`,
    texts,
  );

  texts.forEach((text, i) => {
    let found: string | null = null;
    try {
      found = printPythonFloat(parsePythonFloat(text));
    } catch (error) {
      expect(error).toBeInstanceOf(MlrunsError);
    }
    expect({ text, found }).toEqual({ text, found: answers[i] });
  });
});
