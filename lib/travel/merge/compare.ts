import { statSync } from "node:fs";
import { MlrunsError } from "../../errors.ts";
import { parseYamlMap, printYaml, type YamlMap } from "../../format/yaml.ts";
import { META_FILE } from "../../tree/layout.ts";
import { readText } from "../../tree/read.ts";
import type { Owner } from "../owners.ts";
import { filesOf, haveSameBytes, sharedBytes } from "./files.ts";
import type { Translator } from "./translate.ts";

/** A run, logged model or trace with the form that it has in the target. */
export interface Side {
  readonly owner: Owner;
  readonly translator: Translator;
}

export interface Comparison {
  /** Files of the source that the target lacks, or of which it has only the beginning. */
  readonly missing: readonly string[];
  /** Files that differ otherwise; for a meta.yaml with the key. */
  readonly conflicts: readonly string[];
}

/**
 * Compares one thing in two trees. A metric of which one side has a longer history is no conflict, nor is a run that one side
 * has seen end and the other has not: the side that knows more contains the other.
 */
export function compareSides(source: Side, target: Side): Comparison {
  const [theirs, ours] = [filesOf(source.owner), filesOf(target.owner)];
  const folders = new Set([...ours.keys()].flatMap(foldersAbove));
  const missing: string[] = [];
  const conflicts: string[] = [];
  for (const [path, file] of theirs) {
    const other = ours.get(path);
    if (other === undefined) {
      const isBlocked = folders.has(path) || foldersAbove(path).some((above) => ours.has(above));
      (isBlocked ? conflicts : missing).push(path);
      continue;
    }
    const verdict = compareFile(source, target, path, file, other);
    if (verdict === "source has more") missing.push(path);
    else if (verdict !== "same") conflicts.push(...verdict);
  }
  return { missing: missing.sort(), conflicts: conflicts.sort() };
}

/** The keys in which two maps differ, with what says nothing left out. */
export function differingKeys(a: YamlMap, b: YamlMap): string[] {
  const [first, second] = [saying(a), saying(b)];
  const keys = [...new Set([...Object.keys(first), ...Object.keys(second)])].sort();
  return keys.filter((key) => first[key] !== second[key]);
}

type Verdict = "same" | "source has more" | readonly string[];

function compareFile(
  source: Side,
  target: Side,
  path: string,
  theirs: string,
  ours: string,
): Verdict {
  if (path.startsWith("metrics/")) return compareMetrics(path, theirs, ours);
  const translated = source.translator.text(source.owner, path, theirs);
  if (translated === undefined) return haveSameBytes(theirs, ours) ? "same" : [path];
  const other = target.translator.text(target.owner, path, ours) ?? readText(ours);
  if (translated === other) return "same";
  if (path !== META_FILE && path !== "trace_info.yaml") return [path];
  return compareMeta(source.owner.kind, path, translated, other);
}

function compareMetrics(path: string, theirs: string, ours: string): Verdict {
  const [theirSize, ourSize] = [statSync(theirs).size, statSync(ours).size];
  if (sharedBytes(theirs, ours) < Math.min(theirSize, ourSize)) return [path];
  return theirSize > ourSize ? "source has more" : "same";
}

/** What says that something still goes on, and the keys that change when it ends. */
const ENDINGS = {
  run: { key: "status", open: 1, keys: ["status", "end_time"] },
  model: {
    key: "status",
    open: 1,
    keys: ["status", "status_message", "last_updated_timestamp"],
  },
  trace: {
    key: "state",
    open: "IN_PROGRESS",
    keys: ["state", "execution_duration_ms", "request_preview", "response_preview"],
  },
} as const;

function compareMeta(kind: Owner["kind"], path: string, theirs: string, ours: string): Verdict {
  try {
    const [source, target] = [parseYamlMap(theirs, path), parseYamlMap(ours, path)];
    const keys = differingKeys(source, target);
    if (keys.length === 0) return "same";
    const ending = ENDINGS[kind];
    if (keys.every((key) => (ending.keys as readonly string[]).includes(key))) {
      if (target[ending.key] === ending.open) return "source has more";
      if (source[ending.key] === ending.open) return "same";
    }
    return keys.map((key) => `${path}: ${key}`);
  } catch (error) {
    if (!(error instanceof MlrunsError)) throw error;
    return [path];
  }
}

/** Keys that versions of MLflow write or leave out alike: null, empty, the id by its old name, an active stage. */
function saying(map: YamlMap): { readonly [key: string]: string } {
  const entries = Object.entries(map).filter(([key, value]) => {
    if (value === null || value === "" || key === "run_uuid") return false;
    if (key === "lifecycle_stage" && value === "active") return false;
    return typeof value !== "object" || Object.keys(value).length > 0;
  });
  return Object.fromEntries(entries.map(([key, value]) => [key, printYaml({ value })]));
}

function foldersAbove(path: string): string[] {
  const parts = path.split("/");
  return parts.slice(1).map((_, i) => parts.slice(0, i + 1).join("/"));
}
