import { setTimeout as sleep } from "node:timers/promises";
import { invalidParameter, MlrunsError } from "../../errors.ts";
import type { EndpointOptions } from "../registry.ts";
import type { ManifestEntry } from "./manifest.ts";
import {
  findVersion,
  type History,
  openVersions,
  type ReadHistory,
  type Version,
  type VersionStore,
} from "./version-store.ts";

/** How often a change of the history begins anew because somebody else changed it. */
const ATTEMPTS = 6;

/** A version with what points to it. */
export interface ListedVersion extends Version {
  readonly tags: readonly string[];
  readonly isHead: boolean;
}

/** One file in which two versions differ. */
export interface VersionDifference {
  readonly path: string;
  readonly change: "added" | "removed" | "changed";
  /** Bytes, before and after; null where there is none. */
  readonly before: number | null;
  readonly after: number | null;
}

/**
 * The versions of what was pushed to a place, newest first; none when nothing was pushed there.
 *
 * @param place - the folder or URI that was pushed to
 */
export async function listVersions(
  place: string,
  { endpoints }: EndpointOptions = {},
): Promise<ListedVersion[]> {
  const { history } = await (await openVersions(place, endpoints)).readHistory();
  const tagsOf = ({ manifest }: Version): string[] =>
    Object.keys(history.tags).filter((tag) => history.tags[tag] === manifest);
  return history.versions
    .map((version, i, { length }) => ({
      ...version,
      tags: tagsOf(version),
      isHead: i === length - 1,
    }))
    .reverse();
}

/**
 * What changed from one version to another, in the order of paths.
 *
 * @param before - `HEAD`, `HEAD~1`, a tag, or the beginning of an id, as `after`
 * @throws MlrunsError RESOURCE_DOES_NOT_EXIST
 */
export async function diffVersions(
  place: string,
  before: string,
  after: string,
  { endpoints }: EndpointOptions = {},
): Promise<VersionDifference[]> {
  const store = await openVersions(place, endpoints);
  const { history } = await store.readHistory();
  const [old, now] = await Promise.all(
    [before, after].map((name) => store.readManifest(findVersion(history, name).manifest)),
  );
  const paths = new Set([...(old?.keys() ?? []), ...(now?.keys() ?? [])]);
  return [...paths]
    .sort()
    .map((path) => differenceOf(path, old?.get(path), now?.get(path)))
    .filter((difference) => difference !== undefined);
}

/**
 * Gives a version a name, which moves when another one has it; or takes the name away.
 *
 * @param version - undefined to take the name away
 * @throws MlrunsError RESOURCE_DOES_NOT_EXIST, INVALID_PARAMETER_VALUE for a name that may be taken for an id
 */
export async function tagVersion(
  place: string,
  tag: string,
  version: string | undefined,
  { endpoints }: EndpointOptions = {},
): Promise<void> {
  if (!/^[\w][\w.-]*$/.test(tag) || /^(HEAD|[0-9a-f]+)$/.test(tag)) {
    throw invalidParameter(`Invalid tag '${tag}': letters, digits, '.', '-' and '_', and no id.`);
  }
  await changeHistory(await openVersions(place, endpoints), (history) => {
    const { [tag]: _, ...others } = history.tags;
    if (version === undefined) return { ...history, tags: others };
    const { manifest } = findVersion(history, version);
    return { ...history, tags: { ...others, [tag]: manifest } };
  });
}

/** Replaces the history of a store by what `change` makes of it, whoever else changes it meanwhile. */
export async function changeHistory(
  store: VersionStore,
  change: (history: History) => History,
  read: () => Promise<ReadHistory> = () => store.readHistory(),
): Promise<History> {
  for (let attempt = 1; ; attempt++) {
    const { history, etag } = await read();
    const changed = change(history);
    try {
      await store.writeHistory(changed, etag);
      return changed;
    } catch (error) {
      const isLost = error instanceof MlrunsError && error.errorCode === "ABORTED";
      if (!isLost || attempt === ATTEMPTS) throw error;
      await sleep(Math.random() * 50 * 2 ** attempt);
    }
  }
}

function differenceOf(
  path: string,
  old: ManifestEntry | undefined,
  now: ManifestEntry | undefined,
): VersionDifference | undefined {
  if (old?.sha256 === now?.sha256) return undefined;
  const change = old === undefined ? "added" : now === undefined ? "removed" : "changed";
  return { path, change, before: old?.size ?? null, after: now?.size ?? null };
}
