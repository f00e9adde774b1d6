import { createHash } from "node:crypto";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { compareText } from "../../entities/record.ts";
import type { ArtifactFile } from "../artifact-repository.ts";
import type { EndpointOptions } from "../registry.ts";
import { isEntry } from "../versions/manifest.ts";
import { type LastVersion, readLastVersion, recordedDigests } from "../versions/recorded.ts";
import { isVersionState } from "../versions/version-store.ts";
import { type FilterRule, pathFilter } from "./filter.ts";
import { planSync } from "./plan.ts";
import { compareContent, localDigest } from "./same.ts";
import { checkFolder, openSide, type Side } from "./side.ts";
import { openState, type SyncState } from "./state.ts";

export interface VerifyOptions extends EndpointOptions {
  /** Reads every byte of both sides, instead of trusting the digests that the store lists. */
  readonly full?: boolean;
  readonly filters?: readonly FilterRule[];
}

/** `missing`: the second place does not have it; `extra`: only that one has it; `size`, `content`: it differs. */
export type Difference = "missing" | "extra" | "size" | "content";

export interface VerifyDifference {
  readonly path: string;
  readonly difference: Difference;
  /** Which side is no longer as the version that was pushed last; undefined where none was recorded. */
  readonly changed?: "from" | "to" | "both";
}

export interface VerifyReport {
  readonly from: string;
  readonly to: string;
  /** Of the version that was pushed last to the second place; undefined when none was recorded. */
  readonly version?: string;
  readonly same: { readonly files: number; readonly bytes: number };
  readonly differences: readonly VerifyDifference[];
  /** Paths at which both places agree, but not with the version: it cannot be restored whole. The next push records what is there. */
  readonly unrecorded: readonly string[];
}

/**
 * Compares two places, each a folder or the URI of a store, with each other and with the version that was pushed last, and
 * writes nothing. Quickly by what the store lists, and by the version where that does not tell the digest; only what
 * neither tells is read. Or fully, by reading every byte on both sides.
 *
 * @throws MlrunsError RESOURCE_DOES_NOT_EXIST for a folder that is not there; what the stores throw when they cannot be listed or
 * read
 */
export async function verifyArtifacts(
  fromPlace: string,
  toPlace: string,
  { full = false, filters = [], endpoints }: VerifyOptions = {},
): Promise<VerifyReport> {
  const [from, to] = await Promise.all([
    openSide(fromPlace, endpoints),
    openSide(toPlace, endpoints),
  ]);
  await Promise.all([checkFolder(from), checkFolder(to)]);
  const state = await openState([from.name, to.name], true);
  const isWanted = pathFilter(filters);
  const isMeant = (path: string): boolean => isWanted(path) && !isVersionState(path);
  const recorded = recordedDigests();
  const byDigest = compareContent(from, to, state, { trustNothing: true, recorded });
  const version = await readLastVersion(to);
  // What is neither met as it was recorded nor told as a difference is told in the end.
  const unrecorded = new Set(
    version === undefined ? [] : [...version.manifest.keys()].filter(isMeant),
  );
  const byReading = async (left: ArtifactFile, right: ArtifactFile): Promise<boolean> =>
    (await md5At(from, left)) === (await md5At(to, right));
  const plan = await planSync({
    from: from.artifacts.list(""),
    to: to.artifacts.list(""),
    isMeant,
    isSame: async (left, right) =>
      (full ? undefined : await byDigest(left, right)) ?? byReading(left, right),
    onSame: async (_left, right) => {
      if (version === undefined) return;
      if (await isAsRecorded(to, right, right.path, version, state)) unrecorded.delete(right.path);
      else unrecorded.add(right.path);
    },
  });
  const differences: VerifyDifference[] = [];
  const tell = async (
    difference: Difference,
    path: string,
    left: ArtifactFile | undefined,
    right: ArtifactFile | undefined,
  ): Promise<void> => {
    unrecorded.delete(path);
    const changed =
      version &&
      whoChanged(
        await isAsRecorded(from, left, path, version, state),
        await isAsRecorded(to, right, path, version, state),
      );
    differences.push({ path, difference, ...(changed && { changed }) });
  };
  for (const { file, reason, replaced } of plan.copies) {
    await tell(reason === "new" ? "missing" : reason, file.path, file, replaced);
  }
  for (const file of plan.extras) await tell("extra", file.path, undefined, file);
  return {
    from: from.name,
    to: to.name,
    ...(version && { version: version.id }),
    same: plan.unchanged,
    differences,
    unrecorded: [...unrecorded].sort(compareText),
  };
}

/** Whether a place has what a version recorded at a path, or has nothing where that has nothing. */
async function isAsRecorded(
  { folder }: Side,
  file: ArtifactFile | undefined,
  path: string,
  { manifest }: LastVersion,
  state: SyncState,
): Promise<boolean> {
  const entry = manifest.get(path);
  if (entry === undefined || file === undefined) return entry === file;
  if (folder === undefined) return isEntry(entry, file);
  if (entry.size !== file.fileSize) return false;
  const digest = await localDigest(join(folder, path), state, {
    kind: "sha256",
    trustNothing: true,
  });
  return digest === entry.sha256;
}

function whoChanged(isFromRight: boolean, isToRight: boolean): VerifyDifference["changed"] {
  if (isFromRight && isToRight) return undefined;
  return isFromRight ? "to" : isToRight ? "from" : "both";
}

async function md5At(side: Side, { path }: ArtifactFile): Promise<string> {
  const hash = createHash("md5");
  await pipeline(await side.artifacts.read(path), hash);
  return hash.digest("hex");
}
