import fc from "fast-check";
import { expect, test } from "vitest";
import { MlrunsError } from "../../lib/errors.ts";
import { parsePythonInt, printPythonInt } from "../../lib/format/python-int.ts";
import { askPython } from "./ask-python.ts";

test.each([
  ["7", 7],
  ["-3", -3],
  ["+1", 1],
  ["007", 7],
  ["-0", 0],
  ["1_000", 1000],
  [" 5\n", 5],
  ["1795394539788", 1795394539788],
])("Python's int(%j) is %d", (text, value) => {
  expect(parsePythonInt(text)).toBe(value);
});

test.each(["", "1.0", "1e3", "12.5", "x", "1__0", "_1", "0x10", "- 5", "\ufeff1"])(
  "Python has no int(%j)",
  (text) => {
    expect(() => parsePythonInt(text)).toThrow(
      new MlrunsError("INTERNAL_ERROR", `invalid literal for int() with base 10: '${text}'`),
    );
  },
);

test("a long text is cut in the message", () => {
  expect(() => parsePythonInt("x".repeat(1000))).toThrow(
    `invalid literal for int() with base 10: '${"x".repeat(100)}...'`,
  );
});

test.each([
  [0, "0"],
  [-0, "0"],
  [-12, "-12"],
  [2 ** 53, "9007199254740992"],
  [1e21, "1000000000000000000000"],
])("%d is written as %s", (value, text) => {
  expect(printPythonInt(value)).toBe(text);
});

test.each([12.5, Number.NaN, Number.POSITIVE_INFINITY])("%d is no whole number", (value) => {
  expect(() => printPythonInt(value)).toThrow(
    new MlrunsError("INVALID_PARAMETER_VALUE", `Expected a whole number, found ${value}`),
  );
});

const blank = fc.constantFrom("", ..." \t\n\v\f\r\x1c\x1f\x85\xa0\u2028\u3000\u200b\ufeff.");

test("5,000 texts are whole numbers to us exactly when they are to Python", async () => {
  const texts = fc.sample(
    fc.oneof(
      fc.stringMatching(/^[-+]?[0-9_]{0,4}$/),
      fc.tuple(blank, fc.stringMatching(/^[0-9]{1,12}$/), blank).map((parts) => parts.join("")),
      fc.string({ maxLength: 3 }),
    ),
    5000,
  );
  const answers = await askPython<number | null>(
    `def answer(item):
    try:
        return int(item)
    except ValueError:
        return None`,
    texts,
  );

  texts.forEach((text, i) => {
    let found: number | null = null;
    try {
      found = parsePythonInt(text);
    } catch (error) {
      expect(error).toBeInstanceOf(MlrunsError);
    }
    expect({ text, found }).toEqual({ text, found: answers[i] });
  });
});
