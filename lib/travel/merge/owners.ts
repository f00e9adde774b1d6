import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { META_FILE, runPaths } from "../../tree/layout.ts";
import type { Owner } from "../owners.ts";
import { compareSides, type Side } from "./compare.ts";
import { copyWithTimes, filesOf } from "./files.ts";
import type { MergeItem, MergeKind } from "./report.ts";
import type { Target } from "./target.ts";

const KINDS: Readonly<Record<Owner["kind"], MergeKind>> = {
  run: "run",
  model: "logged model",
  trace: "trace",
};

/** Folders of which MLflow 3 wants a run to have the first three. */
const FOLDERS: Readonly<Record<Owner["kind"], readonly string[]>> = {
  run: ["metrics", "params", "artifacts", "tags"],
  model: ["metrics", "params", "artifacts"],
  trace: ["artifacts"],
};

/**
 * Brings a run, logged model or trace into the target.
 *
 * @param there - the one of its id in the target
 * @param folder - where it is to lie, when there is none
 * @param root - of the source
 */
export function mergeOwner(
  target: Target,
  source: Side,
  there: Side | undefined,
  folder: string,
  root: string,
): MergeItem {
  const named = { kind: KINDS[source.owner.kind], id: source.owner.id, from: root };
  if (there === undefined) {
    // What cannot be read cannot be compared.
    if (target.has(folder)) return { ...named, outcome: "conflict", differences: [META_FILE] };
    target.addFolder(folder, (stage) => fill(source, stage));
    return { ...named, outcome: "added" };
  }
  const { missing, conflicts } = compareSides(source, there);
  if (conflicts.length > 0) return { ...named, outcome: "conflict", differences: conflicts };
  if (missing.length === 0) return { ...named, outcome: "identical" };
  complete(target, source, there, missing);
  return { ...named, outcome: "completed" };
}

function fill({ owner, translator }: Side, stage: string): void {
  for (const name of FOLDERS[owner.kind]) mkdirSync(join(stage, name), { recursive: true });
  for (const [path, file] of filesOf(owner)) {
    const place = join(stage, ...path.split("/"));
    const text = translator.text(owner, path, file);
    if (text === undefined) copyWithTimes(file, place);
    else {
      mkdirSync(dirname(place), { recursive: true });
      writeFileSync(place, text);
    }
  }
}

/** What says that a run has ended comes last: until then the next merge goes on with it. */
function complete(target: Target, source: Side, there: Side, missing: readonly string[]): void {
  const files = filesOf(source.owner);
  const isMeta = (path: string): boolean => path === META_FILE || path === "trace_info.yaml";
  const ordered = [...missing.filter((path) => !isMeta(path)), ...missing.filter(isMeta)];
  for (const path of ordered) {
    const file = files.get(path);
    if (file === undefined) continue;
    const text = source.translator.text(source.owner, path, file);
    target.addFile(placeOf(there.owner, path), text === undefined ? { file } : { text });
  }
}

function placeOf({ folder, artifacts }: Owner, path: string): string {
  if (!path.startsWith("artifacts/")) return join(folder, ...path.split("/"));
  const base = artifacts.kind === "folder" ? artifacts.folder : runPaths.artifacts(folder);
  return join(base, ...path.split("/").slice(1));
}
