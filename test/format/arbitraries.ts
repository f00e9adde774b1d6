import fc from "fast-check";
import type { JsonValue } from "../../lib/entities/json.ts";
import type { YamlMap, YamlValue } from "../../lib/format/yaml.ts";

/** Characters that mean something to YAML, or that need escapes. */
const SPECIAL_CHARACTERS = [
  ..." \n:#-?,[]{}&*!|>'\"%@`=~<\\/.+_0123456789eExXoObBtTnNyYfF",
  ..."\0\x01\x07\b\t\v\f\r\x1b\x1f\x7f\x80\x85\x9f\xa0éß日本\u2028\u2029\ud7ff\ue000\ufeff\ufffd\ufffe\uffff",
  "😀",
  "\u{10ffff}",
  ": ",
  " #",
  "- ",
  "\n\n",
  " \n",
  "\n ",
  "''",
  "---",
  "...",
];

/** Words that YAML 1.1, YAML 1.2 or Python take for something else than text. */
const AWKWARD_WORDS = [
  ..."~ null Null NULL nUll yes Yes YES yEs no No NO on On ON off Off OFF true True TRUE false False FALSE y n Y N".split(
    " ",
  ),
  ..."12345 +12 -0 017 0o17 0x1F 0b11 1_000 1:30 190:20:30 12:34:56.7 1.5 .5 5. 1e3 1.0e3 1.0e+3 12e03".split(
    " ",
  ),
  ..."08 09 0_ 0b_ 0x_ -.5 +.5 . .. ... - -- --- + = << < .inf -.inf +.INF .nan .NaN inf nan NaN Infinity 1,000".split(
    " ",
  ),
  ..."2024-01-01 2024-1-1 2024-01-01T00:00:00Z 2024-01-01T00:00:00.5+01:00 24-01-01".split(" "),
  "2024-01-01 00:00:00",
  "",
  " ",
  "a: b",
  "a #b",
  "a:b",
  "a#b",
  "key:",
  "- item",
  "? key",
  "it's",
  "'quoted'",
  '"quoted"',
  "{}",
  "[]",
  "__proto__",
  "constructor",
];

const word: fc.Arbitrary<string> = fc.stringMatching(/^[a-zA-Z0-9_./-]{1,12}$/);

/** Text that is hard to quote, to fold, or to tell from a number. */
export const awkwardText: fc.Arbitrary<string> = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...AWKWARD_WORDS) },
  {
    weight: 4,
    arbitrary: fc
      .array(fc.oneof(fc.constantFrom(...SPECIAL_CHARACTERS), word), { maxLength: 12 })
      .map((parts) => parts.join("")),
  },
  // Long enough to be folded.
  {
    weight: 2,
    arbitrary: fc
      .array(fc.oneof(word, fc.constantFrom(...SPECIAL_CHARACTERS)), {
        minLength: 10,
        maxLength: 60,
      })
      .chain((parts) => fc.constantFrom(" ", "", "  ").map((separator) => parts.join(separator))),
  },
  { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 20 }) },
);

/** Text of the characters that numbers, dates and times are made of. */
export const numberLikeText: fc.Arbitrary<string> = fc.oneof(
  fc.stringMatching(/^[-+]?[0-9_]{0,4}[.:xob]?[0-9a-f_]{0,4}([eE][-+]?[0-9]{0,2})?$/),
  fc.stringMatching(/^[-+]?[0-9]{1,3}(:[0-9]{1,2}){1,3}(\.[0-9]{0,2})?$/),
  fc.stringMatching(/^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([Tt ][0-9]{1,2}:[0-9]{2}:[0-9]{2}Z?)?$/),
  fc.constantFrom(...AWKWARD_WORDS),
);

const scalar: fc.Arbitrary<string | number | boolean | null> = fc.oneof(
  { weight: 8, arbitrary: awkwardText },
  { weight: 1, arbitrary: fc.constant(null) },
  { weight: 1, arbitrary: fc.boolean() },
  { weight: 1, arbitrary: fc.maxSafeInteger() },
  // JSON, which carries the values to Python, cannot tell 3.0 from 3.
  {
    weight: 1,
    arbitrary: fc
      .double({ noNaN: true, noDefaultInfinity: true })
      .filter((value) => !Number.isInteger(value)),
  },
);

const { value } = fc.letrec<{ value: YamlValue; list: YamlValue; map: YamlMap }>((tie) => ({
  value: fc.oneof({ maxDepth: 3, withCrossShrink: true }, scalar, tie("list"), tie("map")),
  list: fc.array(tie("value"), { maxLength: 4 }),
  map: fc.dictionary(awkwardText, tie("value"), { maxKeys: 4 }),
}));

/** A document as MLflow has them, only worse. */
export const document: fc.Arbitrary<YamlMap> = fc.dictionary(
  fc.oneof(word, awkwardText),
  fc.oneof({ weight: 4, arbitrary: scalar }, { weight: 1, arbitrary: value }),
  { minKeys: 1, maxKeys: 4 },
);

const metricNumber: fc.Arbitrary<string> = fc.oneof(
  fc.double().map(String),
  fc.integer().map(String),
  fc.stringMatching(/^-?[0-9]{1,18}(\.[0-9]{0,20})?(e[-+]?[0-9]{1,3})?$/),
  fc.constantFrom(
    "nan",
    "inf",
    "-inf",
    "1.0",
    "0.1",
    "3e-05",
    "1_0",
    "+1",
    "-0.0",
    "",
    "x",
    "1e",
    "--1",
    ".5",
    "5.",
  ),
);

/** Lines of a metric file: mostly in order, with all that goes wrong in them. */
export const metricText: fc.Arbitrary<string> = fc
  .array(
    fc.tuple(
      fc.oneof(
        {
          weight: 4,
          arbitrary: fc
            .tuple(
              fc.nat({ max: 1_800_000_000_000 }).map(String),
              metricNumber,
              fc.integer().map(String),
            )
            .map((fields) => fields.join(" ")),
        },
        {
          weight: 1,
          arbitrary: fc.array(metricNumber, { maxLength: 6 }).map((fields) => fields.join(" ")),
        },
        {
          weight: 1,
          arbitrary: fc
            .array(metricNumber, { maxLength: 6 })
            .map((fields) => `${fields.join(" ")} name digest`),
        },
      ),
      fc.oneof(
        { weight: 9, arbitrary: fc.constant("\n") },
        {
          weight: 1,
          arbitrary: fc.constantFrom("\r\n", "\r", "\x85", "\u2028", "\x1c", " \n", "\t\n", ""),
        },
      ),
    ),
    { maxLength: 8 },
  )
  .map((lines) => lines.map((parts) => parts.join("")).join(""));

/** JSON whose keys keep their order in JavaScript, which sorts keys that look like numbers. */
export const json: fc.Arbitrary<JsonValue> = fc.letrec<{ value: JsonValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.constant(null),
    fc.boolean(),
    fc.integer(),
    // Beyond 2^53 JSON has an integer where we print a float.
    fc
      .double({ noNaN: true, noDefaultInfinity: true })
      .filter((value) => !Number.isInteger(value) || Math.abs(value) >= 1e21),
    awkwardText,
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(fc.stringMatching(/^[a-z_ é😀"]{0,4}$/u), tie("value"), { maxKeys: 3 }),
  ),
})).value;
