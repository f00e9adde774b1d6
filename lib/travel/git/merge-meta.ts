import { MlrunsError } from "../../errors.ts";
import { parseYamlMap, printYaml, type YamlMap, type YamlValue } from "../../format/yaml.ts";

export interface MetaMerge {
  readonly text: string;
  /** Keys to which both sides have given another value; the text has ours. */
  readonly conflicts: readonly string[];
}

/**
 * Merges three states of a meta.yaml key by key. What one side has changed is taken. Where both have, a run that one side has
 * seen end has ended, of two times that were written when something changed the later counts, and all else is a
 * conflict. The result always reads.
 *
 * @returns undefined when one of the three is no map: then it is a text to be merged by lines
 */
export function mergeMeta(base: string, ours: string, theirs: string): MetaMerge | undefined {
  const maps = [base, ours, theirs].map(parse);
  const [old = {}, mine, other] = maps;
  if (mine === undefined || other === undefined || (base !== "" && maps[0] === undefined))
    return undefined;
  const merged: { [key: string]: YamlValue } = {};
  const conflicts: string[] = [];
  const keys = new Set([...Object.keys(mine), ...Object.keys(other)]);
  for (const key of keys) {
    const value = mergeKey(key, old, mine, other);
    if (value === undefined) conflicts.push(key);
    const chosen = value === undefined ? mine[key] : value.value;
    if (chosen !== undefined) merged[key] = chosen;
  }
  return { text: printYaml(merged), conflicts: conflicts.sort() };
}

/** Times that are written when something changes. */
const TIMES: ReadonlySet<string> = new Set([
  "end_time",
  "last_update_time",
  "last_updated_timestamp",
  "deleted_time",
]);

const RUNNING = 1;

/** @returns the value that stands for both; undefined is a conflict */
function mergeKey(
  key: string,
  base: YamlMap,
  ours: YamlMap,
  theirs: YamlMap,
): { readonly value: YamlValue | undefined } | undefined {
  const [old, a, b] = [base[key], ours[key], theirs[key]];
  if (isSame(a, b) || isSame(b, old)) return { value: a };
  if (isSame(a, old)) return { value: b };
  if (TIMES.has(key)) {
    if (typeof a !== "number" || typeof b !== "number") return { value: a ?? b };
    return { value: Math.max(a, b) };
  }
  if (key === "status" && a === RUNNING) return { value: b };
  if (key === "status" && b === RUNNING) return { value: a };
  return undefined;
}

function isSame(a: YamlValue | undefined, b: YamlValue | undefined): boolean {
  return JSON.stringify([a], spell) === JSON.stringify([b], spell);
}

function spell(_key: string, value: unknown): unknown {
  return typeof value === "bigint" ? `${value}n` : value;
}

function parse(text: string): YamlMap | undefined {
  try {
    return parseYamlMap(text, "meta.yaml");
  } catch (error) {
    if (error instanceof MlrunsError) return undefined;
    throw error;
  }
}
