import fc from "fast-check";
import { expect, test } from "vitest";
import { MlrunsError } from "../../lib/errors.ts";
import { printPythonFloat } from "../../lib/format/python-float.ts";
import { parseYaml, parseYamlMap, printYaml, type YamlValue } from "../../lib/format/yaml.ts";
import { readBlockYaml } from "../../lib/format/yaml-block.ts";
import { readAnyYaml } from "../../lib/format/yaml-library.ts";
import { awkwardText, document, numberLikeText } from "./arbitraries.ts";
import { askPython } from "./ask-python.ts";

/** What MLflow calls, see `mlflow.utils.yaml_utils`. */
const PYYAML = `
import yaml
def dump(value):
    return yaml.dump(value, default_flow_style=False, allow_unicode=True, sort_keys=True, Dumper=yaml.CSafeDumper)
def load(text):
    return yaml.load(text, Loader=yaml.CSafeLoader)
`;

/** Where the library takes part, a text that nobody writes but on which it differs must not fail a build by chance. */
const SEED = 20_261_123;

test("12,000 documents are written byte for byte as PyYAML writes them, and each reads what the other wrote", async () => {
  const documents = fc.sample(document, 12_000);
  const answers = await askPython<{ dumped: string; readsEqual: boolean }>(
    `${PYYAML}
def answer(item):
    return {"dumped": dump(item["document"]), "readsEqual": load(item["printed"]) == item["document"]}`,
    documents.map((each) => ({ document: each, printed: printYaml(each) })),
  );

  expect(documents.map(printYaml)).toEqual(answers.map(({ dumped }) => dumped));
  expect(documents.filter((_, i) => answers[i]?.readsEqual !== true)).toEqual([]);
  expect(answers.map(({ dumped }) => parseYamlMap(dumped, "p"))).toEqual(documents);
});

test("20,000 unquoted values get the type that PyYAML gives them", async () => {
  const texts = fc
    .sample(fc.oneof(numberLikeText, awkwardText), { numRuns: 20_000, seed: SEED })
    // One line, no byte order mark, no block scalars and tags: there the library is stricter than PyYAML.
    .filter((text) => !/[\n\r\x85\u2028\u2029\ufeff]|^[|>!]/.test(text));
  const answers = await askPython<readonly [type: string, text: string] | null>(
    `${PYYAML}
def answer(item):
    try:
        value = load("key: " + item + "\\n")["key"]
    except Exception:
        return None
    return [type(value).__name__, value if isinstance(value, str) else repr(value)]`,
    texts,
  );

  let count = 0;
  texts.forEach((text, i) => {
    const [type, read] = answers[i] ?? ["error", ""];
    if (!["NoneType", "bool", "int", "float", "str"].includes(type)) return;
    count++;
    expect({ text, read: repr(readKey(text), type) }).toEqual({ text, read });
  });
  expect(count).toBeGreaterThan(10_000);
});

test("the fast reader reads what is printed, and so does the library", () => {
  fc.assert(
    fc.property(document, (each) => {
      const text = printYaml(each);
      expect(readBlockYaml(text)).toEqual(each);
      if (!/[\u2028\u2029]/.test(text)) expect(readAnyYaml(text, "p")).toEqual(each);
    }),
    { numRuns: 2000, seed: SEED },
  );
});

test("where the fast reader reads something at all, the library reads the same", () => {
  fc.assert(
    fc.property(almostYaml, (text) => {
      const fast = readBlockYaml(text);
      if (fast !== undefined) expect(readAnyYaml(text, "p")).toEqual(fast);
    }),
    { numRuns: 20_000, seed: SEED },
  );
});

test("no text makes the reader throw anything but an MlrunsError with the path", () => {
  fc.assert(
    fc.property(fc.oneof(almostYaml, awkwardText, fc.string({ unit: "binary" })), (text) => {
      try {
        parseYaml(text, "0/meta.yaml");
      } catch (error) {
        expect(error).toBeInstanceOf(MlrunsError);
        expect((error as MlrunsError).path).toBe("0/meta.yaml");
      }
    }),
    { numRuns: 20_000 },
  );
});

/** Lines that look like YAML, without the characters of which the library knows less than PyYAML. */
const almostYaml = fc
  .array(
    fc.tuple(
      fc.constantFrom("", "", "", " ", "  ", "    ", "- ", "  - ", "- - ", "? ", ": ", "# ", "\t"),
      fc.constantFrom("a", "b c", "'q'", '"d"', "<<", "&a", "*a", "a:b", "- x", "", "'q", '"d'),
      fc.constantFrom(": ", ":", "", " : ", ":  ", " #", ": |", ": ["),
      fc.oneof(
        fc.constantFrom("1", "x y", "'s'", "'s", '"d"', '"\\n"', "{}", "[]", "[1]", "{a: 1}", ""),
        awkwardText,
      ),
    ),
    { minLength: 1, maxLength: 6 },
  )
  .map((lines) => lines.map((parts) => parts.join("")).join("\n"))
  .filter((text) => !/[\x85\u2028\u2029\ufeff\r]/.test(text));

function readKey(text: string): YamlValue | undefined {
  return parseYamlMap(`key: ${text}\n`, "p").key;
}

/** As Python's `repr` has it; texts as they are. */
function repr(value: YamlValue | undefined, type: string): string {
  if (value === null) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "number" && type === "float") return printPythonFloat(value);
  return String(value);
}
