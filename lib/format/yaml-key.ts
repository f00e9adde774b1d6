import { parseYamlMap, printYaml } from "./yaml.ts";

/**
 * Gives a key of a YAML map another text and leaves every other byte as it is. A document that is not in block
 * style, where that cannot be done, is written anew as MLflow would.
 *
 * @throws MlrunsError INTERNAL_ERROR with `path` when the text is no map
 */
export function setYamlText(text: string, path: string, key: string, value: string): string {
  const lines = text.split("\n");
  const start = lines.findIndex((line) => line.startsWith(`${key}:`));
  if (start >= 0) {
    // A long text goes on in lines that are indented or, for a line break in it, empty.
    const rest = lines.slice(start + 1).findIndex((line) => /^\S/.test(line));
    const end = rest < 0 ? lines.length - 1 : start + 1 + rest;
    const entry = printYaml({ [key]: value }).trimEnd();
    const changed = [...lines.slice(0, start), entry, ...lines.slice(Math.max(end, start + 1))];
    const result = changed.join("\n");
    if (isChangedAlone(text, result, path, key, value)) return result;
  }
  return printYaml({ ...parseYamlMap(text, path), [key]: value });
}

function isChangedAlone(
  before: string,
  after: string,
  path: string,
  key: string,
  value: string,
): boolean {
  const expected = { ...parseYamlMap(before, path), [key]: value };
  try {
    return printYaml(expected) === printYaml(parseYamlMap(after, path));
  } catch {
    return false;
  }
}
