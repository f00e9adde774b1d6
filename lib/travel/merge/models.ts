import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseRegisteredModelMeta, printRegisteredModelMeta } from "../../format/registry-meta.ts";
import { parseYamlMap, printYaml } from "../../format/yaml.ts";
import { setYamlText } from "../../format/yaml-key.ts";
import { withRegistryLock } from "../../store/registry-lock.ts";
import type { Store } from "../../store/store.ts";
import { META_FILE, registryPaths } from "../../tree/layout.ts";
import { readText } from "../../tree/read.ts";
import { differingKeys } from "./compare.ts";
import {
  isDeleted,
  isSameVersion,
  type MergedModel,
  type MergedVersion,
  readTexts,
} from "./registry.ts";
import type { MergeItem } from "./report.ts";
import type { Target } from "./target.ts";
import type { Translator } from "./translate.ts";

export interface RegistryMerge {
  readonly source: Store;
  readonly target: Target;
  readonly translator: Translator;
  /** See `planVersions`. */
  readonly plan: ReadonlyMap<string, string>;
}

/** A registered model of the target. */
export interface ModelSide {
  readonly model: MergedModel;
  readonly translator: Translator;
}

/** Brings a registered model with its versions, tags and aliases into the target. */
export function mergeRegisteredModel(
  merge: RegistryMerge,
  model: MergedModel,
  there: ModelSide | undefined,
): MergeItem[] {
  const { target, source } = merge;
  const named = { kind: "registered model", id: model.name, from: source.root } as const;
  if (there === undefined) {
    const folder = join(registryPaths.models(target.store.root), model.name);
    // What cannot be read cannot be compared.
    if (target.has(folder)) return [{ ...named, outcome: "conflict", differences: [META_FILE] }];
    withRegistry(target, () => target.addFolder(folder, (stage) => fillModel(merge, model, stage)));
    const versions = model.versions.filter((version) => !isDeleted(version));
    return [
      { ...named, outcome: "added" },
      ...versions.map((version) => ({
        ...nameOf(merge, model, version),
        outcome: "added" as const,
      })),
    ];
  }
  const versions = model.versions.flatMap((version) => mergeVersion(merge, model, version, there));
  return [mergeModelItself(merge, model, there.model, versions), ...versions];
}

/** Tags, description and aliases. What the target has stays as it is. */
function mergeModelItself(
  merge: RegistryMerge,
  model: MergedModel,
  there: MergedModel,
  versions: readonly MergeItem[],
): MergeItem {
  const { target, translator, plan } = merge;
  const tags = [...model.tags].map(
    ([key, value]) => [key, translator.registryTag(key, value)] as const,
  );
  const aliases = [...model.aliases].flatMap(([alias, version]) => {
    const number = plan.get(`${model.name}/${version}`);
    return number === undefined ? [] : [[alias, number] as const];
  });
  const missing = [
    ...unknown(tags, there.tags).map(([key, text]) => ["tags", key, text] as const),
    ...unknown(aliases, there.aliases).map(([key, text]) => ["aliases", key, text] as const),
  ];
  for (const [folder, key, text] of missing)
    target.addFile(join(there.folder, folder, ...key.split("/")), { text });
  const differences = [
    ...(isOther(model.description, there.description) ? ["description"] : []),
    ...differing(tags, there.tags).map((key) => `tags/${key}`),
    ...differing(aliases, there.aliases).map((key) => `aliases/${key}`),
  ];
  const description = there.description || model.description;
  const isGrown =
    missing.length > 0 ||
    description !== there.description ||
    versions.some(({ outcome }) => outcome === "added");
  if (isGrown) touch(target, model, there, description);
  const named = { kind: "registered model", id: model.name, from: merge.source.root } as const;
  if (differences.length > 0) return { ...named, outcome: "conflict", differences };
  return { ...named, outcome: isGrown ? "completed" : "identical" };
}

function mergeVersion(
  merge: RegistryMerge,
  model: MergedModel,
  version: MergedVersion,
  { model: there, translator }: ModelSide,
): MergeItem[] {
  const { source, target, plan } = merge;
  const number = plan.get(`${model.name}/${version.number}`);
  if (number === undefined) return [];
  const named = nameOf(merge, model, version);
  const same = there.versions.find((other) => isSameVersion(version, other));
  if (same === undefined) {
    const folder = registryPaths.version(there.folder, number);
    withRegistry(target, () =>
      target.addFolder(folder, (stage) => fillVersion(merge, version, number, stage)),
    );
    return [{ ...named, outcome: "added" }];
  }
  if (isDeleted(version) || isDeleted(same)) return [{ ...named, outcome: "identical" }];
  const ours = readTexts(target.store, registryPaths.tags(same.folder), []);
  const theirs = [...readTexts(source, registryPaths.tags(version.folder), [])];
  const differences = [
    ...differingKeys(
      withoutTimes(versionText(merge.translator, version, number)),
      withoutTimes(versionText(translator, same, number)),
    ),
    ...differing(theirs, ours).map((key) => `tags/${key}`),
  ];
  if (differences.length > 0) return [{ ...named, outcome: "conflict", differences }];
  const missing = unknown(theirs, ours);
  for (const [key, text] of missing)
    target.addFile(join(registryPaths.tags(same.folder), ...key.split("/")), { text });
  return [{ ...named, outcome: missing.length > 0 ? "completed" : "identical" }];
}

function fillModel(merge: RegistryMerge, model: MergedModel, stage: string): void {
  writeFileSync(join(stage, META_FILE), readText(registryPaths.meta(model.folder)));
  for (const [key, value] of model.tags)
    writeText(join(registryPaths.tags(stage), key), merge.translator.registryTag(key, value));
  for (const [key, value] of model.aliases)
    writeText(join(registryPaths.aliases(stage), key), value);
  for (const version of model.versions)
    fillVersion(merge, version, version.number, registryPaths.version(stage, version.number));
}

function fillVersion(
  merge: RegistryMerge,
  version: MergedVersion,
  number: string,
  folder: string,
): void {
  writeText(join(folder, META_FILE), versionText(merge.translator, version, number));
  for (const [key, value] of readTexts(merge.source, registryPaths.tags(version.folder), []))
    writeText(join(registryPaths.tags(folder), key), value);
}

/** The meta.yaml of a version with the number and locations of the target. */
function versionText(
  translator: Translator,
  { folder, meta }: MergedVersion,
  number: string,
): string {
  let text = readText(registryPaths.meta(folder));
  for (const key of ["source", "storage_location"]) {
    const uri = parseYamlMap(text, META_FILE)[key];
    if (typeof uri !== "string") continue;
    const moved = translator.uri(uri);
    if (moved !== uri) text = setYamlText(text, META_FILE, key, moved);
  }
  if (number === meta.version) return text;
  // A number, not a text: `setYamlText` would quote it.
  return printYaml({ ...parseYamlMap(text, META_FILE), version: Number(number) });
}

/** The description may be new, and the model has changed when one of the two had changed last. */
function touch(
  target: Target,
  model: MergedModel,
  there: MergedModel,
  description: string | null,
): void {
  if (target.isDryRun) return;
  withRegistryLock(target.store, () => {
    const file = registryPaths.meta(there.folder);
    const meta = parseRegisteredModelMeta(readText(file), META_FILE);
    const lastUpdatedTimestamp = Math.max(model.lastUpdatedTimestamp, there.lastUpdatedTimestamp);
    const text = printRegisteredModelMeta({
      ...meta,
      description: description ?? meta.description,
      lastUpdatedTimestamp,
    });
    target.addFile(file, { text });
  });
}

function withRegistry(target: Target, action: () => void): void {
  if (!target.isDryRun) withRegistryLock(target.store, action);
}

function nameOf(
  { source, plan }: RegistryMerge,
  { name }: MergedModel,
  { number }: MergedVersion,
): Pick<MergeItem, "kind" | "id" | "from" | "as"> {
  const id = `${name}/${number}`;
  const as = plan.get(id);
  const other = as !== undefined && as !== number ? { as } : {};
  return { kind: "model version", id, from: source.root, ...other };
}

function withoutTimes(text: string): ReturnType<typeof parseYamlMap> {
  const { last_updated_timestamp: _, ...rest } = parseYamlMap(text, META_FILE);
  return rest;
}

function unknown(
  theirs: readonly (readonly [string, string])[],
  ours: ReadonlyMap<string, string>,
): (readonly [string, string])[] {
  return theirs.filter(([key]) => !ours.has(key));
}

function differing(
  theirs: readonly (readonly [string, string])[],
  ours: ReadonlyMap<string, string>,
): string[] {
  return theirs.filter(([key, value]) => isOther(value, ours.get(key))).map(([key]) => key);
}

/** Whether both say something, and not the same. */
function isOther(theirs: string | null, ours: string | null | undefined): boolean {
  return Boolean(theirs) && Boolean(ours) && theirs !== ours;
}

function writeText(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}
