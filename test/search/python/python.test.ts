import fc from "fast-check";
import { expect, test } from "vitest";
import { MlrunsError } from "../../../lib/errors.ts";
import { parsePageToken } from "../../../lib/search/index.ts";
import { parseLiteral } from "../../../lib/search/python/literal.ts";
import { reprText } from "../../../lib/search/python/repr.ts";
import { splitShellWords } from "../../../lib/search/python/shell-words.ts";
import { runPython } from "../../helpers/python.ts";

const SEED = 20_261_123;

const SCRIPT = `
import ast, json, shlex, sys, warnings
warnings.simplefilter("ignore")
from mlflow.exceptions import MlflowException
from mlflow.utils.search_utils import SearchUtils
args = json.load(sys.stdin)

def offset(token):
    try:
        return SearchUtils.parse_start_offset_from_page_token(token)
    except MlflowException as e:
        return e.message
    except Exception:
        return None

def texts(text):
    try:
        value = ast.literal_eval(text)
    except Exception:
        return None
    value = value if isinstance(value, tuple) else (value,)
    return list(value) if all(isinstance(item, str) for item in value) else None

def words(text):
    try:
        return shlex.split(text)
    except ValueError:
        return None

print(json.dumps({
    "texts": [texts(text) for text in args["lists"]],
    "words": [words(text) for text in args["lines"]],
    "offsets": [offset(text) for text in args["tokens"]],
    "reprs": [repr(text) for text in args["lines"]],
}))
`;

const LIST_PIECES = [
  ..."' \" ''' \"\"\" , ( ) \\ \\n \\x41 \\u00e9 \\101 \\7 \\q \\\\ r' u\" b' f' a 1 -2 1.5 None True # é 😀".split(
    " ",
  ),
  ..."'a' \"b\" 'it\\'s' '' ()".split(" "),
  " ",
  "\n",
  "\r\n",
  "\t",
];
const list = fc
  .array(fc.constantFrom(...LIST_PIECES), { maxLength: 8 })
  .map((parts) => `(${parts.join("")})`);
const wellFormed = fc
  .array(
    fc.constantFrom("'a'", '"b"', "r'\\n'", "'''c\n'''", "u'é'", "('d')", "'\\x41\\101\\\n'"),
    {
      minLength: 1,
      maxLength: 4,
    },
  )
  .chain((items) =>
    fc.constantFrom(", ", ",", " ,\n", " ").map((joint) => `(${items.join(joint)})`),
  );
const line = fc.oneof(
  fc
    .array(
      fc.constantFrom("a", "b c", "'", '"', "\\", " ", "\t", "\n", "é", "\x1f", "\u200b", "😀"),
      { maxLength: 8 },
    )
    .map((parts) => parts.join("")),
  fc
    .array(fc.constantFrom('"', "'", "\\", '\\"', "\\'", "a", " "), { minLength: 2, maxLength: 6 })
    .map((parts) => `"${parts.join("")}"`),
  fc.string({ maxLength: 8 }),
);
const escaped = fc
  .array(fc.constantFrom(..."abfnrtvxuUN01789'\"\\ \nq{}"), { minLength: 1, maxLength: 3 })
  .map((parts) => `('\\${parts.join("")}')`);
const token = fc.oneof(
  fc
    .array(fc.constantFrom(..."eyJ03=/+ -_\n", "é", "e30", "=="), { minLength: 1, maxLength: 8 })
    .map((parts) => parts.join("")),
  fc
    .oneof(
      fc.json({ maxDepth: 1 }),
      fc.json({ maxDepth: 1 }).map((offset) => `{"offset": ${offset}}`),
      fc.stringMatching(/^\{"offset": ("[ +-]?[0-9_]{1,3}"|-?[0-9.]{1,4})\}$/),
    )
    .map((json) => Buffer.from(json).toString("base64")),
);

test("lists, shell words, quoted texts and page tokens are read as Python reads them", async () => {
  const lists = fc.sample(fc.oneof(list, wellFormed, escaped), { numRuns: 2_000, seed: SEED });
  const lines = fc.sample(line, { numRuns: 1_000, seed: SEED });
  const tokens = fc.sample(token, { numRuns: 1_000, seed: SEED });

  const python = JSON.parse(
    await runPython(SCRIPT, { input: JSON.stringify({ lists, lines, tokens }) }),
  );

  const ours = { texts: lists.map(textsOf), words: lines.map(wordsOf), reprs: lines.map(reprText) };
  const differing = <T>(mine: readonly T[], theirs: readonly T[], inputs: readonly string[]) =>
    inputs
      .map((input, index) => ({ input, mine: mine[index], theirs: theirs[index] }))
      .filter(({ mine, theirs }) => JSON.stringify(mine) !== JSON.stringify(theirs));
  expect(differing(ours.texts, python.texts, lists)).toEqual([]);
  expect(differing(ours.words, python.words, lines)).toEqual([]);
  expect(differing(ours.reprs, python.reprs, lines)).toEqual([]);
  expect(
    differing(tokens.map(offsetOf), python.offsets, tokens).filter(({ theirs }) => theirs !== null),
  ).toEqual([]);
  expect(ours.texts.filter((texts) => texts !== null).length).toBeGreaterThan(500);
});

/** What a filter makes of a list: its texts, or null. */
function textsOf(text: string): readonly unknown[] | null {
  const literal = parseLiteral(text);
  if (literal === undefined) return null;
  const items: readonly unknown[] = Array.isArray(literal) ? literal : [literal];
  return items.every((item) => typeof item === "string") ? items : null;
}

/** The offset, or what is wrong with the token. */
function offsetOf(token: string): number | string {
  try {
    return parsePageToken(token);
  } catch (error) {
    if (error instanceof MlrunsError) return error.message;
    throw error;
  }
}

function wordsOf(text: string): string[] | null {
  return splitShellWords(text) ?? null;
}
