import { MlrunsError } from "../errors.ts";
import { readBlockYaml } from "./yaml-block.ts";
import { readAnyYaml } from "./yaml-library.ts";
import { isYamlMap, type YamlMap, type YamlValue } from "./yaml-value.ts";

export { printYaml } from "./yaml-print.ts";
export type { YamlMap, YamlValue } from "./yaml-value.ts";

/**
 * Reads a YAML document as PyYAML's safe loader does, that is YAML 1.1 with Python's own patterns: `yes` is true and
 * `1:30` is 90, while `1e3` and `y` are strings. An empty document is null.
 *
 * Documents as MLflow writes them take a fast reader of our own; any other goes to the `yaml` package.
 *
 * @param path - of the file, relative to the root of the tree, for the error
 * @throws MlrunsError INTERNAL_ERROR with `path` and `line`
 */
export function parseYaml(text: string, path: string): YamlValue {
  const document = normalize(text);
  return readBlockYaml(document) ?? readAnyYaml(document, path);
}

/**
 * Reads a document that must be a map, as every YAML file of the tree is.
 *
 * @throws MlrunsError INTERNAL_ERROR with `path`, and `line` where it is known: also when the document is empty, which
 *   happens while MLflow rewrites a file in place
 */
export function parseYamlMap(text: string, path: string): YamlMap {
  const value = parseYaml(text, path);
  if (isYamlMap(value)) return value;
  if (value === null) throw new MlrunsError("INTERNAL_ERROR", "The file is empty", { path });
  throw new MlrunsError("INTERNAL_ERROR", "Malformed YAML: expected keys and values", {
    path,
    line: 1,
  });
}

/** Without BOM, and with plain line feeds: to YAML 1.1 CR LF, CR and NEL are the same. */
function normalize(text: string): string {
  const start = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
  if (!start.includes("\r") && !start.includes("\x85")) return start;
  return start.replace(/\r\n?|\x85/g, "\n");
}
