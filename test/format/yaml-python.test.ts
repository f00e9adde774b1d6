import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MlrunsError } from "../../lib/errors.ts";
import { parseYaml, parseYamlMap, printYaml, type YamlValue } from "../../lib/format/yaml.ts";
import { readBlockYaml } from "../../lib/format/yaml-block.ts";
import { readAnyYaml } from "../../lib/format/yaml-library.ts";
import { runPython } from "../helpers/python.ts";
import { awkwardText, document, numberLikeText } from "./arbitraries.ts";

/** What MLflow calls, see `mlflow.utils.yaml_utils`. */
const DUMP = `
import json, sys, yaml
def dump(value):
    return yaml.dump(value, default_flow_style=False, allow_unicode=True, sort_keys=True, Dumper=yaml.CSafeDumper)
def load(text):
    return yaml.load(text, Loader=yaml.CSafeLoader)
`;

describe("beside PyYAML over libyaml, as MLflow calls it", () => {
  test("12,000 documents are printed byte for byte the same, and read the same by either", async () => {
    const values = fc.sample(document, 12_000);
    const answers = await ask<{ dumped: string; readsEqual: boolean }>(
      `${DUMP}
def answer(item):
    return {"dumped": dump(item["value"]), "readsEqual": load(item["printed"]) == item["value"]}`,
      values.map((value) => ({ value, printed: printYaml(value) })),
    );

    for (const [i, value] of values.entries()) {
      const { dumped, readsEqual } = answers[i] ?? fail();
      expect(printYaml(value)).toBe(dumped);
      expect(readsEqual).toBe(true);
      expect(plain(parseYamlMap(dumped, "p"))).toEqual(value);
    }
  });
});

async function ask<Answer>(script: string, items: readonly unknown[]): Promise<Answer[]> {
  const output = await runPython(
    `${script}
print(json.dumps([answer(item) for item in json.load(sys.stdin)]))`,
    { input: JSON.stringify(items), timeoutMs: 120_000 },
  );
  return JSON.parse(output) as Answer[];
}

function plain(value: YamlValue): unknown {
  return JSON.parse(JSON.stringify(value));
}

function fail(): never {
  throw new Error("Python gave no answer");
}
void awkwardText;
void numberLikeText;
void parseYaml;
void readAnyYaml;
void MlrunsError;
