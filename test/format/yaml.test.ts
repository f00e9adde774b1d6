import { describe, expect, test } from "vitest";
import { MlrunsError } from "../../lib/errors.ts";
import { parseYaml, parseYamlMap, printYaml } from "../../lib/format/yaml.ts";
import { YamlFloat } from "../../lib/format/yaml-value.ts";

describe("strings are written", () => {
  test.each([
    ["plain when they read back as text", "sgd-2", "sgd-2"],
    [
      "plain with inner marks that mean nothing",
      "a:b a#b -a ?a a'b back\\slash",
      "a:b a#b -a ?a a'b back\\slash",
    ],
    ["plain though YAML 1.2 takes them for numbers", "1e3", "1e3"],
    ["plain though YAML 1.2 takes them for octal", "0o17", "0o17"],
    ["plain when they are no booleans to Python", "y", "y"],
    ["raw in any script", "é 日本", "é 日本"],
    ["in quotes when empty", "", "''"],
    ["in quotes when they are digits", "400867905755652622", "'400867905755652622'"],
    ["in quotes when they are null", "~", "'~'"],
    ["in quotes when they are booleans", "Yes", "'Yes'"],
    ["in quotes when they are floats", "1.0e+3", "'1.0e+3'"],
    ["in quotes when they are base 60", "1:30", "'1:30'"],
    ["in quotes when they are hexadecimal", "0x1F", "'0x1F'"],
    ["in quotes when they are dates", "2024-01-01", "'2024-01-01'"],
    ["in quotes when they are merge or value marks", "=", "'='"],
    ["in quotes when they begin like a list", "- dash", "'- dash'"],
    ["in quotes when a colon and a blank are inside", "a: b", "'a: b'"],
    ["in quotes when a comment would start", "a #b", "'a #b'"],
    ["with quotes doubled", "'it's'", "'''it''s'''"],
    ["with line ends as empty lines", "a\nb", "'a\n\n  b'"],
    ["with a last line end, too", "a\n", "'a\n\n  '"],
    ["with escapes for tabs", "a\tb", '"a\\tb"'],
    [
      "with escapes for control characters",
      "\x07\x1f\x7f\x85\ufeff\uffff",
      '"\\a\\x1F\\x7F\\N\\uFEFF\\uFFFF"',
    ],
    ["with escapes above U+FFFF", "a 😀", '"a \\U0001F600"'],
    ["with a separator raw", "\u2028", "'\u2028  '"],
    ["with a blank at a line end escaped away", "a \nb", '"a \\nb"'],
    ["with a lone surrogate replaced", "a\ud83d", "a\ufffd"],
  ])("%s", (_, text, printed) => {
    expect(printYaml({ k: text })).toBe(`k: ${printed}\n`);
  });
});

test.each([
  ["null", null, "null"],
  ["true", true, "true"],
  ["an integer", -12, "-12"],
  ["a float", 0.1, "0.1"],
  ["a whole float", new YamlFloat(3), "3.0"],
  ["a large float, which Python spells without a point", 1e22, "1.0e+22"],
  ["a small float", 1e-7, "1.0e-07"],
  ["infinity", Number.NEGATIVE_INFINITY, "-.inf"],
  ["not a number", Number.NaN, ".nan"],
  ["an empty map", {}, "{}"],
  ["an empty list", [], "[]"],
])("%s is written as Python writes it", (_, value, printed) => {
  expect(printYaml({ k: value })).toBe(`k: ${printed}\n`);
});

test("integers beyond 2^53 stay exact", () => {
  expect(parseYaml("k: 9007199254740993\n", "p")).toEqual({ k: 9007199254740993n });
  expect(printYaml({ k: 9007199254740993n })).toBe("k: 9007199254740993\n");
});

test("keys are sorted by code point, lists are not indented, maps in them are compact", () => {
  const text = printYaml({ b: { "😀": 1, "\uff21": 2 }, a: [1, { y: [], x: [[2]] }], "": null });

  expect(text).toBe(
    "'': null\na:\n- 1\n- x:\n  - - 2\n  y: []\nb:\n  \uff21: 2\n  \"\\U0001F600\": 1\n",
  );
});

test("a long text is folded at a blank past column 80, one without blanks never", () => {
  const words = Array.from({ length: 20 }, (_, i) => `word${i}`).join(" ");

  expect(printYaml({ k: words, url: `s3://${"a".repeat(200)}` })).toBe(
    `k: word0 word1 word2 word3 word4 word5 word6 word7 word8 word9 word10 word11 word12\n` +
      `  word13 word14 word15 word16 word17 word18 word19\nurl: s3://${"a".repeat(200)}\n`,
  );
});

test.each([
  [77, " b"],
  [78, "\n  b"],
])("a blank after %d characters, the key apart, is written as %j", (length, printed) => {
  const start = "a".repeat(length);

  expect(printYaml({ k: `${start} b` })).toBe(`k: ${start}${printed}\n`);
});

test("a key of more than 128 bytes stands on a line of its own", () => {
  expect(printYaml({ ["é".repeat(65)]: { a: 1, b: [2] } })).toBe(
    `? ${"é".repeat(65)}\n: a: 1\n  b:\n  - 2\n`,
  );
});

describe("text without quotes is read as", () => {
  test.each([
    ["", null],
    ["~", null],
    ["NULL", null],
    ["yes", true],
    ["Off", false],
    ["y", "y"],
    ["yEs", "yEs"],
    ["12345", 12345],
    ["+12", 12],
    ["017", 15],
    ["0o17", "0o17"],
    ["09", "09"],
    ["0x1F", 31],
    ["0b11", 3],
    ["1_000", 1000],
    ["1:30", 90],
    ["1.5", 1.5],
    [".5", 0.5],
    ["5.", 5],
    ["1e3", "1e3"],
    ["1.0e3", "1.0e3"],
    ["1.0e+3", 1000],
    ["12:34:56.7", 45296.7],
    ["-.inf", Number.NEGATIVE_INFINITY],
    [".nan", Number.NaN],
    ["NaN", "NaN"],
    ["inf", "inf"],
    ["1,000", "1,000"],
    ["2024-01-01", "2024-01-01"],
    ["2024-01-01T00:00:00Z", "2024-01-01T00:00:00Z"],
    ["=", "="],
    ["2908dadb89a34efbbf2f815401be9262", "2908dadb89a34efbbf2f815401be9262"],
  ])("%j: %j", (text, value) => {
    expect(parseYaml(`k: ${text}\n`, "p")).toEqual({ k: value });
  });
});

test.each([
  ["JSON", '{"a": [1, "x"], "b": {"c": null}}', { a: [1, "x"], b: { c: null } }],
  ["JSON with a surrogate pair, which MLflow refuses", '{"a": "\\ud83d\\ude00"}', { a: "😀" }],
  ["flow style", "{a: [1, x], b: yes}", { a: [1, "x"], b: true }],
  ["comments", "# top\na: 1 # one\n", { a: 1 }],
  ["CRLF", "a: 1\r\nb: 'x\r\n\r\n  y'\r\n", { a: 1, b: "x\ny" }],
  ["a byte order mark", "\ufeffa: 1\n", { a: 1 }],
  ["a header", "%YAML 1.1\n---\na: no\n...\n", { a: false }],
  ["block scalars", "a: |\n  x\n  y\nb: >-\n  x\n  y\n", { a: "x\ny\n", b: "x y" }],
  ["explicit types", "a: !!str 1\nb: !!int '2'\n", { a: "1", b: 2 }],
  [
    "aliases and merges",
    "a: &a {x: 1, y: 2}\nb:\n  <<: *a\n  y: 3\n",
    { a: { x: 1, y: 2 }, b: { x: 1, y: 3 } },
  ],
  ["keys given twice, of which the last counts", "a: 1\na: 2\n", { a: 2 }],
  ["other indents", "a:\n    b: 1\n    c:\n      - 2\n", { a: { b: 1, c: [2] } }],
  ["a text on the next line", "a:\n  b\nc: d\n", { a: "b", c: "d" }],
])("%s can be read", (_, text, value) => {
  expect(parseYaml(text, "p")).toEqual(value);
});

test("a key such as __proto__ is data", () => {
  for (const text of ["__proto__: {}\nconstructor: 1\n", '{"__proto__": {}, "constructor": 1}']) {
    const map = parseYamlMap(text, "p");
    expect(Object.getPrototypeOf(map)).toBeNull();
    expect(Object.keys(map)).toEqual(["__proto__", "constructor"]);
  }
});

describe("what cannot be read is told with path and line:", () => {
  test.each([
    ["an empty file", "", undefined, "The file is empty"],
    ["only a comment", "# nothing\n", undefined, "The file is empty"],
    ["a list instead of a map", "- a\n", 1, "Malformed YAML: expected keys and values"],
    ["an open quote", "a: 1\nb: 'x", 2, /^Malformed YAML: Missing closing 'quote/],
    [
      "a tag that needs Python",
      "a: 1\nb: !!python/object:os.system x\n",
      2,
      /^Malformed YAML: could not determine a constructor for the tag/,
    ],
    ["an unknown alias", "a: *b\n", 1, "Malformed YAML: undefined alias 'b'"],
    ["a map as a key", "a: 1\n? {b: c}\n: d\n", 2, "Malformed YAML: a key must be a scalar"],
    [
      "two documents",
      "a: 1\n---\nb: 2\n",
      2,
      "Malformed YAML: expected a single document, but found another",
    ],
    ["an alias to itself", "a: &a [*a]\n", 1, "Malformed YAML: nested deeper than 100 levels"],
    ["ten thousand brackets", `a: ${"[".repeat(10_000)}`, 1, "Malformed YAML: nested too deeply"],
    [
      "aliases that explode",
      explodingAliases(),
      1,
      "Malformed YAML: aliases unfold to more than 10000 values",
    ],
  ])("%s", (_, text, line, message) => {
    let error: unknown;
    try {
      parseYamlMap(text, "0/meta.yaml");
    } catch (thrown) {
      error = thrown;
    }

    expect(error).toBeInstanceOf(MlrunsError);
    expect(error).toMatchObject({ errorCode: "INTERNAL_ERROR", path: "0/meta.yaml", line });
    if (typeof message === "string") expect((error as Error).message).toBe(message);
    else expect((error as Error).message).toMatch(message);
  });
});

/** Nine times nine times nine...: 9^10 values when unfolded. */
function explodingAliases(): string {
  const names = [..."abcdefghij"];
  const lines = names.map((name, i) => {
    const items = Array.from({ length: 9 }, () => (i === 0 ? "x" : `*${names[i - 1]}`));
    return `${name}: &${name} [${items.join(", ")}]`;
  });
  return lines.join("\n");
}
