import { LIFECYCLE_STAGES, type LifecycleStage } from "../entities/lifecycle.ts";
import { type ReadonlyDictionary, toDictionary } from "../entities/record.ts";
import { MlrunsError } from "../errors.ts";
import { parsePythonFloat } from "./python-float.ts";
import { parseYamlMap, type YamlMap } from "./yaml.ts";
import { describeYaml, isYamlMap, type YamlValue } from "./yaml-value.ts";

/** A YAML file of the tree, with what an error about one of its keys needs. */
export interface MetaFile {
  readonly text: string;
  readonly path: string;
  readonly map: YamlMap;
}

/** @throws MlrunsError INTERNAL_ERROR when the text is no map */
export function openMeta(text: string, path: string): MetaFile {
  return { text, path, map: parseYamlMap(text, path) };
}

/** The text of a key. Numbers and booleans, which someone left without quotes, are taken for text. */
export function readText(file: MetaFile, key: string): string {
  return readOptionalText(file, key) ?? fail(file, key, `key '${key}' is missing`);
}

/** As `readText`; null when the key is null or missing. */
export function readOptionalText(file: MetaFile, key: string): string | null {
  const value = file.map[key];
  if (value === undefined || value === null) return null;
  if (typeof value === "object") return fail(file, key, `key '${key}' should be text`);
  return String(value);
}

/** A whole number. One in quotes or in float form is taken, too. @throws MlrunsError INTERNAL_ERROR */
export function readInteger(file: MetaFile, key: string): number {
  return readOptionalInteger(file, key) ?? fail(file, key, `key '${key}' is missing`);
}

/** As `readInteger`; null when the key is null or missing. */
export function readOptionalInteger(file: MetaFile, key: string): number | null {
  const value = file.map[key];
  if (value === undefined || value === null) return null;
  const number = toNumber(value);
  if (Number.isInteger(number)) return number;
  return fail(file, key, `key '${key}' should be a whole number`);
}

/** Fails when the key is missing; null is fine. */
export function requireKey(file: MetaFile, key: string): void {
  if (!(key in file.map)) fail(file, key, `key '${key}' is missing`);
}

/** A missing key means active, as it does to MLflow. */
export function readLifecycleStage(file: MetaFile): LifecycleStage {
  const value = file.map.lifecycle_stage;
  if (value === undefined) return "active";
  const stage = LIFECYCLE_STAGES.find((name) => name === value);
  return stage ?? fail(file, "lifecycle_stage", `Invalid lifecycle stage '${describeYaml(value)}'`);
}

/** One of the names. */
export function readName<Name extends string>(
  file: MetaFile,
  key: string,
  names: readonly Name[],
): Name {
  const value = readText(file, key);
  const name = names.find((each) => each === value);
  return (
    name ?? fail(file, key, `key '${key}' should be one of ${names.join(", ")}, found '${value}'`)
  );
}

/** A map of texts, such as tags; empty when the key is null or missing. */
export function readTexts(file: MetaFile, key: string): ReadonlyDictionary<string> {
  const value = file.map[key];
  if (value === undefined || value === null) return toDictionary([]);
  if (!isYamlMap(value)) return fail(file, key, `key '${key}' should be a map`);
  return toDictionary(
    Object.entries(value).map(([name, text]) => {
      if (typeof text === "object" && text !== null) {
        return fail(file, key, `key '${key}' should hold texts only`);
      }
      return [name, text === null ? "" : String(text)] as const;
    }),
  );
}

/** What the file holds besides the known keys. It is kept when the file is rewritten. */
export function readExtra(file: MetaFile, known: ReadonlySet<string>): YamlMap {
  const extra: { [key: string]: YamlValue } = Object.create(null);
  for (const key of Object.keys(file.map)) {
    if (!known.has(key)) extra[key] = file.map[key] as YamlValue;
  }
  return extra;
}

/** @throws MlrunsError INTERNAL_ERROR with the line of the key, if it has one of its own */
export function fail(file: MetaFile, key: string, message: string): never {
  const line = file.text.split(/\r\n|\r|\n/).findIndex((each) => each.startsWith(`${key}:`)) + 1;
  throw new MlrunsError("INTERNAL_ERROR", message, {
    path: file.path,
    ...(line > 0 && { line }),
  });
}

function toNumber(value: YamlValue): number {
  if (typeof value === "number" || typeof value === "bigint") return Number(value);
  if (typeof value !== "string") return Number.NaN;
  try {
    return parsePythonFloat(value);
  } catch {
    return Number.NaN;
  }
}
