import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument, type YAMLMap } from "yaml";
import { MlrunsError } from "../errors.ts";
import { resolvePlain } from "./yaml-scalar.ts";
import { isYamlMap, type YamlMap, type YamlValue } from "./yaml-value.ts";

/**
 * Reads YAML of any form, typed as PyYAML's safe loader types it. The `yaml` package finds the structure; types are
 * ours, because neither of its schemas is Python's.
 *
 * Other than PyYAML it takes every key for text, and leaves dates and `=` as text.
 *
 * @param text - without a BOM
 * @throws MlrunsError INTERNAL_ERROR with the line, for broken YAML, tags that need Python, nesting deeper than 100
 *   levels, and aliases that unfold to more than 10,000 values
 */
export function readAnyYaml(text: string, path: string): YamlValue {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    version: "1.1",
    // All scalars are strings: `resolvePlain` types them.
    schema: "failsafe",
    uniqueKeys: false,
    prettyErrors: false,
    logLevel: "error",
    lineCounter: lines,
  });
  const fail = (message: string, offset: number): MlrunsError =>
    new MlrunsError("INTERNAL_ERROR", `Malformed YAML: ${message}`, {
      path,
      line: Math.max(lines.linePos(offset).line, 1),
    });
  const [error] = document.errors;
  if (error !== undefined) throw fail(WORDING.get(error.code) ?? error.message, error.pos[0]);
  return new Converter(fail).convert(document.contents, 0);
}

/** Where the library's own message is for programmers. */
const WORDING: ReadonlyMap<string, string> = new Map([
  ["RESOURCE_EXHAUSTION", "nested too deeply"],
  ["MULTIPLE_DOCS", "expected a single document, but found another"],
]);

const MAX_DEPTH = 100;
const MAX_ALIASED = 10_000;
const TYPED_TAGS: readonly string[] = ["null", "bool", "int", "float"];
/** Tags that leave the type to the value. */
const NO_TAGS: readonly string[] = ["!", "?"];
const STANDARD_TAG = "tag:yaml.org,2002:";

class Converter {
  readonly #fail: (message: string, offset: number) => MlrunsError;
  readonly #anchors = new Map<string, unknown>();
  /** How many aliases we are inside of, and how many values came out of aliases so far. */
  #aliasDepth = 0;
  #aliased = 0;

  constructor(fail: (message: string, offset: number) => MlrunsError) {
    this.#fail = fail;
  }

  convert(node: unknown, depth: number): YamlValue {
    if (node === null || node === undefined) return null;
    if (depth > MAX_DEPTH) throw this.#failAt(node, `nested deeper than ${MAX_DEPTH} levels`);
    if (this.#aliasDepth > 0 && ++this.#aliased > MAX_ALIASED) {
      throw this.#failAt(node, `aliases unfold to more than ${MAX_ALIASED} values`);
    }
    if (isAlias(node)) return this.#convertAlias(node.source, node, depth);
    this.#remember(node);
    if (isMap(node)) return this.#convertMap(node, depth);
    if (isSeq(node)) {
      this.#checkTag(node, node.tag, ["seq"]);
      return node.items.map((item) => this.convert(item, depth + 1));
    }
    if (isScalar(node)) return this.#convertScalar(node);
    throw this.#failAt(node, "a value was expected");
  }

  #convertScalar(node: { value: unknown; type?: string; tag?: string }): YamlValue {
    const text = String(node.value);
    this.#checkTag(node, node.tag, ["str", ...TYPED_TAGS]);
    const isTyped = TYPED_TAGS.some((name) => node.tag === STANDARD_TAG + name);
    const isPlain = node.type === "PLAIN" && (node.tag === undefined || NO_TAGS.includes(node.tag));
    return isTyped || isPlain ? resolvePlain(text) : text;
  }

  #convertAlias(name: string, node: unknown, depth: number): YamlValue {
    if (!this.#anchors.has(name)) throw this.#failAt(node, `undefined alias '${name}'`);
    this.#aliasDepth++;
    const value = this.convert(this.#anchors.get(name), depth + 1);
    this.#aliasDepth--;
    return value;
  }

  /** Later keys win over earlier ones, and all of them over merged ones (`<<`). */
  #convertMap(node: YAMLMap<unknown, unknown>, depth: number): YamlMap {
    this.#checkTag(node, node.tag, ["map"]);
    const own: [string, YamlValue][] = [];
    const merged: YamlMap[] = [];
    for (const { key, value } of node.items) {
      if (isScalar(key) && key.type === "PLAIN" && key.value === "<<") {
        merged.push(...this.#mapsToMerge(value, depth));
        continue;
      }
      own.push([this.#keyText(key, depth), this.convert(value, depth + 1)]);
    }
    const map: { [key: string]: YamlValue } = Object.create(null);
    for (const source of merged) {
      for (const key of Object.keys(source)) if (!(key in map)) map[key] = source[key] as YamlValue;
    }
    for (const [key, value] of own) map[key] = value;
    return map;
  }

  #keyText(key: unknown, depth: number): string {
    this.#remember(key);
    if (isScalar(key)) return String(key.value);
    const name = isAlias(key) ? this.convert(key, depth + 1) : key;
    if (typeof name === "object" && name !== null) {
      throw this.#failAt(key, "a key must be a scalar");
    }
    return String(name ?? "");
  }

  #mapsToMerge(node: unknown, depth: number): readonly YamlMap[] {
    const value = this.convert(node, depth + 1);
    const maps = Array.isArray(value) ? value : [value];
    if (!maps.every(isYamlMap)) {
      throw this.#failAt(node, "expected a mapping or list of mappings for merging");
    }
    return maps;
  }

  #remember(node: unknown): void {
    if ((isScalar(node) || isMap(node) || isSeq(node)) && node.anchor !== undefined) {
      this.#anchors.set(node.anchor, node);
    }
  }

  #checkTag(node: unknown, tag: string | undefined, allowed: readonly string[]): void {
    if (tag === undefined || NO_TAGS.includes(tag)) return;
    if (allowed.some((name) => tag === STANDARD_TAG + name)) return;
    throw this.#failAt(node, `could not determine a constructor for the tag '${tag}'`);
  }

  #failAt(node: unknown, message: string): MlrunsError {
    const range = (node as { range?: readonly number[] | null } | null)?.range;
    return this.#fail(message, range?.[0] ?? 0);
  }
}
