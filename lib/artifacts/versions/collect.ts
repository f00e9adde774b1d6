import { MlrunsError } from "../../errors.ts";
import type { ArtifactFile, KeptVersion } from "../artifact-repository.ts";
import type { EndpointOptions } from "../registry.ts";
import { whileCollecting } from "./collecting.ts";
import { type History, openVersions, type Version, type VersionStore } from "./version-store.ts";
import { changeHistory } from "./versions.ts";

/** What a push that is under way may need has been written within this time. Milliseconds. */
const GRACE_MS = 7 * 86_400_000;
/** Files removed between two looks at what is needed. */
const REMOVED_AT_ONCE = 1_000;

export interface CollectOptions extends EndpointOptions {
  /** Versions to keep, newest first; those with a tag stay besides. Default: all. */
  readonly keep?: number;
  /** What was written within so many milliseconds stays: a push may be about to name it. Default: seven days. */
  readonly graceMs?: number;
  /** Only tells what would be removed. */
  readonly dryRun?: boolean;
}

export interface CollectReport {
  /** Versions that are no longer in the history. */
  readonly versions: number;
  readonly manifests: number;
  /** Kept bytes that no version needs. */
  readonly objects: number;
  readonly bytes: number;
}

/**
 * Removes what no version of a place needs: what pushes have left that were killed or lost, and, with `keep`, what only
 * old versions need. The mirror itself is not touched. Versions go first, then what nothing names any more.
 */
export async function collectVersions(
  place: string,
  {
    keep = Number.POSITIVE_INFINITY,
    graceMs = GRACE_MS,
    dryRun = false,
    endpoints,
  }: CollectOptions = {},
): Promise<CollectReport> {
  // Before the history is read: what is written after this time is not looked at.
  const before = Date.now() - graceMs;
  const store = await openVersions(place, endpoints);
  const { history } = await store.readHistory();
  const drop = olderThan(history, keep);
  const isKept = (version: Version): boolean => !drop.has(nameOf(version));
  if (drop.size > 0 && !dryRun) {
    await changeHistory(store, (now) => ({ ...now, versions: now.versions.filter(isKept) }));
  }
  const look = needsOf(store, isKept);
  const needs = await look();
  const isOld = ({ modified }: ArtifactFile): boolean => modified !== null && modified < before;
  const isGarbage = (file: ArtifactFile): boolean => isOld(file) && !isNeeded(store, file, needs);
  const manifests = await find(store.artifacts.list(store.folders.manifests), isGarbage);
  const objects: Collected[] = await find(store.artifacts.list(store.folders.objects), isGarbage);
  const unneeded = await readNames(store, manifests.map(idOf));
  objects.push(...(await findKept(store, unneeded, isGarbage)));
  if (!dryRun) {
    // Manifests last, because they name what is to be removed.
    const garbage = [...objects, ...manifests];
    if (garbage.length > 0) {
      await whileCollecting(store, (goOn) => removeUnneeded(store, garbage, look, goOn));
    }
    if (needs.kept.size + unneeded.kept.size > 0) await forget(store, isOld);
  }
  const bytes = objects.reduce((sum, { fileSize }) => sum + (fileSize ?? 0), 0);
  return { versions: drop.size, manifests: manifests.length, objects: objects.length, bytes };
}

/** Removes all versions of a place, whose files are removed too. */
export async function removeVersions(
  place: string,
  { endpoints }: EndpointOptions = {},
): Promise<void> {
  const store = await openVersions(place, endpoints);
  const manifests = await find(store.artifacts.list(store.folders.manifests), () => true);
  const names = await readNames(store, manifests.map(idOf));
  await store.artifacts.deleteFiles(await findKept(store, names, () => true));
  await store.artifacts.delete(store.folders.all);
  if (names.kept.size > 0) await forget(store, () => true);
}

/** What manifests name: content by its SHA-256, and what the bucket itself keeps, as `nameOfKept` has it. */
interface Names {
  readonly manifests: ReadonlySet<string>;
  readonly sha256s: ReadonlySet<string>;
  readonly kept: ReadonlySet<string>;
}

/** What is to be removed: a file, or one of the versions of it that the bucket keeps. */
type Collected = Pick<ArtifactFile, "path" | "fileSize" | "etag" | "versionId">;

/** Tells what versions need, with those that were recorded since it was last asked. */
function needsOf(store: VersionStore, isKept: (version: Version) => boolean): () => Promise<Names> {
  let known: { readonly etag: string | null; readonly names: Names } | undefined;
  return async () => {
    const { history, etag } = await store.readHistory();
    if (known?.etag !== etag) {
      const ids = history.versions.filter(isKept).map(({ manifest }) => manifest);
      known = { etag, names: await readNames(store, ids) };
    }
    return known.names;
  };
}

async function readNames(store: VersionStore, ids: readonly string[]): Promise<Names> {
  const manifests = new Set(ids);
  const sha256s = new Set<string>();
  const kept = new Set<string>();
  for (const id of manifests) {
    for (const { path, sha256, versionId } of (await store.readManifest(id)).values()) {
      sha256s.add(sha256);
      if (versionId !== undefined) kept.add(nameOfKept(store.mirrored(path), versionId));
    }
  }
  return { manifests, sha256s, kept };
}

function isNeeded({ folders }: VersionStore, file: Collected, needs: Names): boolean {
  if (file.versionId !== undefined) return needs.kept.has(nameOfKept(file.path, file.versionId));
  if (file.path.startsWith(`${folders.manifests}/`)) return needs.manifests.has(idOf(file));
  return needs.sha256s.has(lastPart(file.path));
}

/** Removes some at a time, but what a push has come to need since it was found. */
async function removeUnneeded(
  store: VersionStore,
  files: readonly Collected[],
  look: () => Promise<Names>,
  goOn: () => Promise<void>,
): Promise<void> {
  for (let i = 0; i < files.length; i += REMOVED_AT_ONCE) {
    await goOn();
    const needs = await look();
    const some = files
      .slice(i, i + REMOVED_AT_ONCE)
      .filter((file) => !isNeeded(store, file, needs));
    await store.artifacts.deleteFiles(some);
  }
}

/** Of what manifests name that which only the bucket keeps: what the mirror has now is never among it. */
async function findKept(
  store: VersionStore,
  { kept }: Names,
  isMeant: (file: ArtifactFile) => boolean,
): Promise<Collected[]> {
  if (kept.size === 0) return [];
  const found = await find(
    listVersions(store, store.mirrored("")),
    (file) => !file.isCurrent && kept.has(nameOfKept(file.path, file.versionId)) && isMeant(file),
  );
  // Without the ETag, which is for what is there now.
  return found.map(({ path, fileSize, versionId }) => ({ path, fileSize, versionId }));
}

/** A bucket that keeps what is overwritten keeps our own files, too: nothing of them is needed but what is there now. */
async function forget(
  store: VersionStore,
  isMeant: (file: ArtifactFile) => boolean,
): Promise<void> {
  const listed = listVersions(store, store.folders.all);
  const old = await find(listed, (file) => !file.isCurrent && isMeant(file));
  await store.artifacts.deleteFiles(old.map(({ path, versionId }) => ({ path, versionId })));
}

function listVersions({ artifacts }: VersionStore, folder: string): AsyncIterable<KeptVersion> {
  if (artifacts.listVersions !== undefined) return artifacts.listVersions(folder);
  throw new MlrunsError("INTERNAL_ERROR", "A manifest tells versions that no bucket keeps.");
}

function nameOfKept(path: string, versionId: string): string {
  return `${versionId} ${path}`;
}

/** Names of the versions that are neither among the newest nor tagged. */
function olderThan({ versions, tags }: History, keep: number): ReadonlySet<string> {
  const tagged = new Set(Object.values(tags));
  const old = versions.slice(0, Math.max(0, versions.length - Math.max(1, keep)));
  return new Set(old.filter(({ manifest }) => !tagged.has(manifest)).map(nameOf));
}

/** The same content may be recorded twice, at different times. */
function nameOf({ time, manifest }: Version): string {
  return `${time} ${manifest}`;
}

async function find<File extends ArtifactFile>(
  files: AsyncIterable<File>,
  isMeant: (file: File) => boolean,
): Promise<File[]> {
  const found: File[] = [];
  for await (const file of files) if (isMeant(file)) found.push(file);
  return found;
}

/** The id that a manifest's file is called by. */
function idOf({ path }: Pick<ArtifactFile, "path">): string {
  return lastPart(path).replace(/\.jsonl$/, "");
}

function lastPart(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
