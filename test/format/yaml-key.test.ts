import { describe, expect, test } from "vitest";
import { parseYamlMap } from "../../lib/format/yaml.ts";
import { setYamlText } from "../../lib/format/yaml-key.ts";

const set = (text: string, value: string): string => setYamlText(text, "meta.yaml", "uri", value);

describe("giving a key another text", () => {
  test.each([
    ["a plain one", "a: 1\nuri: old\nz: x\n", "a: 1\nuri: b/c\nz: x\n"],
    ["a folded one", "uri: one two\n  three\n\n  four\nz: x\n", "uri: b/c\nz: x\n"],
    ["the last one", "a: 1\nuri: 'old'\n", "a: 1\nuri: b/c\n"],
    ["one without a line feed", "a: 1\nuri: old", "a: 1\nuri: b/c\n"],
    ["null", "uri: null\nz: '1'\n", "uri: b/c\nz: '1'\n"],
    ["beside comments and odd spacing", "a:   1  # x\nuri: old\n", "a:   1  # x\nuri: b/c\n"],
    ["beside lists", "uri: old\ntags:\n- 1\n", "uri: b/c\ntags:\n- 1\n"],
  ])("replaces %s and no other byte", (_, before, after) => {
    expect(set(before, "b/c").trimEnd()).toBe(after.trimEnd());
  });

  test("quotes what YAML would take for something else", () => {
    expect(set("uri: x\n", "12")).toBe("uri: '12'\n");
  });

  test.each([
    ["flow style", '{"a": 1, "uri": "old"}'],
    ["a missing key", "a: 1\n"],
    ["two documents' marks", "---\na: 1\nuri: |\n  old\n...\n"],
  ])("gives the right map for %s", (_, before) => {
    expect({ ...parseYamlMap(set(before, "b: c"), "x") }).toEqual({ a: 1, uri: "b: c" });
  });
});
