import fc from "fast-check";
import { expect, test } from "vitest";
import { MlrunsError } from "../../lib/errors.ts";
import { parsePythonJson, printPythonJson } from "../../lib/format/python-json.ts";
import { json } from "./arbitraries.ts";
import { askPython } from "./ask-python.ts";

test.each([
  ["null", null],
  [" true ", true],
  ["-12", -12],
  ["-0", 0],
  ["3.0", 3],
  ["1e-07", 1e-7],
  ["9007199254740991", 9007199254740991],
  ["1795394611749432203", 1795394611749432203n],
  ["NaN", Number.NaN],
  ["-Infinity", Number.NEGATIVE_INFINITY],
  ['"a\\"\\u00e9\\ud83d\\ude00\\n"', 'a"é😀\n'],
  ["[]", []],
  ['{"a": [1, {"b": {}}], "c": "d"}', { a: [1, { b: {} }], c: "d" }],
])("%s can be read", (text, value) => {
  expect(parsePythonJson(text, "p")).toEqual(value);
});

test("a key such as __proto__ is data", () => {
  const object = parsePythonJson('{"__proto__": 1}', "p");

  expect(Object.entries(object as object)).toEqual([["__proto__", 1]]);
});

test.each([
  ["", 1, "Expecting value"],
  ["{\n'a': 1}", 2, "Expecting property name"],
  ['{"a" 1}', 1, "Expecting ':' delimiter"],
  ['{"a": 1 "b"}', 1, "Expecting ',' delimiter"],
  ["[1 2]", 1, "Expecting ',' delimiter"],
  ["[1,]", 1, "Expecting value"],
  ['"a', 1, "Unterminated string starting"],
  ['"a\nb"', 1, "Invalid control character"],
  ['"\\x"', 1, "Invalid \\escape in the string"],
  ["1 2", 1, "Extra data"],
  ["01", 1, "Extra data"],
  ["[".repeat(100_000), 1, "nested deeper than 200 levels"],
])("%j is no JSON", (text, line, message) => {
  let error: unknown;
  try {
    parsePythonJson(text, "p");
  } catch (thrown) {
    error = thrown;
  }

  expect(error).toBeInstanceOf(MlrunsError);
  expect(error).toMatchObject({ message: `Malformed JSON: ${message}`, path: "p", line });
});

test("5,000 values are written as Python writes them, and read back the same", async () => {
  const values = fc.sample(json, 5000);
  const answers = await askPython<readonly [ascii: string, unicode: string]>(
    "def answer(item):\n    return [json.dumps(item), json.dumps(item, ensure_ascii=False)]",
    values,
  );

  expect(values.map((value) => printPythonJson(value))).toEqual(answers.map(([ascii]) => ascii));
  expect(values.map((value) => printPythonJson(value, false))).toEqual(
    answers.map(([, unicode]) => unicode),
  );
  expect(answers.map(([ascii]) => parsePythonJson(ascii, "p"))).toEqual(values);
});

test("whatever JSON.parse reads is read the same, and nothing throws anything but an MlrunsError", () => {
  const text = fc.oneof(
    fc.json(),
    fc.string({ unit: fc.constantFrom(...'{}[]",:0123456789.eE+- \\nul\n'), maxLength: 12 }),
  );
  fc.assert(
    fc.property(text, (each) => {
      let found: unknown;
      try {
        found = parsePythonJson(each, "p");
      } catch (error) {
        expect(error).toBeInstanceOf(MlrunsError);
        expect(() => JSON.parse(each)).toThrow();
        return;
      }
      const plain = JSON.stringify(found, (_, value) =>
        typeof value === "bigint" ? Number(value) : value,
      );
      expect(JSON.parse(plain)).toEqual(JSON.parse(JSON.stringify(JSON.parse(each))));
    }),
    { numRuns: 5000 },
  );
});
