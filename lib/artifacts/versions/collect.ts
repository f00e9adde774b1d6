import type { ArtifactFile } from "../artifact-repository.ts";
import { type History, openVersions, type Version, type VersionStore } from "./version-store.ts";
import { changeHistory } from "./versions.ts";

/** What a push that is under way may need has been written within this time. Milliseconds. */
const GRACE_MS = 7 * 86_400_000;

export interface CollectOptions {
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
  { keep = Number.POSITIVE_INFINITY, graceMs = GRACE_MS, dryRun = false }: CollectOptions = {},
): Promise<CollectReport> {
  const store = await openVersions(place);
  // Before the history is read: what is written after this time is not looked at.
  const before = Date.now() - graceMs;
  const { history } = await store.readHistory();
  const drop = olderThan(history, keep);
  const isKept = (version: Version): boolean => !drop.has(nameOf(version));
  if (drop.size > 0 && !dryRun) {
    await changeHistory(store, (now) => ({ ...now, versions: now.versions.filter(isKept) }));
  }
  // Also what was recorded meanwhile.
  const versions = (await store.readHistory()).history.versions.filter(isKept);
  const ids = new Set(versions.map(({ manifest }) => manifest));
  const needed = new Set<string>();
  for (const id of ids) {
    for (const { sha256 } of (await store.readManifest(id)).values()) needed.add(sha256);
  }
  const isOld = ({ modified }: ArtifactFile): boolean => modified !== null && modified < before;
  const manifests = await find(
    store,
    store.folders.manifests,
    (file) => isOld(file) && !ids.has(lastPart(file.path).replace(/\.jsonl$/, "")),
  );
  const objects = await find(
    store,
    store.folders.objects,
    (file) => isOld(file) && !needed.has(lastPart(file.path)),
  );
  if (!dryRun) {
    await store.artifacts.deleteFiles([...manifests, ...objects]);
  }
  const bytes = objects.reduce((sum, { fileSize }) => sum + (fileSize ?? 0), 0);
  return { versions: drop.size, manifests: manifests.length, objects: objects.length, bytes };
}

/** Removes all versions of a place, whose files are removed too. */
export async function removeVersions(place: string): Promise<void> {
  const store = await openVersions(place);
  await store.artifacts.delete(store.folders.all);
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

async function find(
  store: VersionStore,
  folder: string,
  isMeant: (file: ArtifactFile) => boolean,
): Promise<ArtifactFile[]> {
  const found: ArtifactFile[] = [];
  for await (const file of store.artifacts.list(folder)) if (isMeant(file)) found.push(file);
  return found;
}

function lastPart(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
