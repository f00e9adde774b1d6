import { createHash } from "node:crypto";
import { pipeline } from "node:stream/promises";
import type { ArtifactFile } from "../artifact-repository.ts";
import { isVersionState } from "../versions/version-store.ts";
import { type FilterRule, pathFilter } from "./filter.ts";
import { planSync } from "./plan.ts";
import { sameContent } from "./same.ts";
import { openSide, type Side } from "./side.ts";
import { openState } from "./state.ts";

export interface VerifyOptions {
  /** Reads every byte of both sides, instead of trusting the digests that the store lists. */
  readonly full?: boolean;
  readonly filters?: readonly FilterRule[];
}

/** `missing`: the second place does not have it; `extra`: only that one has it; `size`, `content`: it differs. */
export type Difference = "missing" | "extra" | "size" | "content";

export interface VerifyReport {
  readonly from: string;
  readonly to: string;
  readonly same: { readonly files: number; readonly bytes: number };
  readonly differences: readonly { readonly path: string; readonly difference: Difference }[];
}

/**
 * Compares two places, each a folder or the URI of a store, and writes nothing. Quickly by what the store lists, where
 * a file whose digest the store does not tell is read; or fully, by reading every byte on both sides.
 *
 * @throws what the stores throw when they cannot be listed or read
 */
export async function verifyArtifacts(
  fromPlace: string,
  toPlace: string,
  { full = false, filters = [] }: VerifyOptions = {},
): Promise<VerifyReport> {
  const [from, to] = await Promise.all([openSide(fromPlace), openSide(toPlace)]);
  const state = await openState([from.name, to.name], true);
  const byDigest = sameContent(from, to, state, { trustNothing: true });
  const byReading = async (left: ArtifactFile, right: ArtifactFile): Promise<boolean> =>
    (await md5At(from, left)) === (await md5At(to, right));
  const isWanted = pathFilter(filters);
  const plan = await planSync({
    from: from.artifacts.list(""),
    to: to.artifacts.list(""),
    isMeant: (path) => isWanted(path) && !isVersionState(path),
    isSame: async (left, right) =>
      (!full && (await byDigest(left, right))) || byReading(left, right),
  });
  const differences = [
    ...plan.copies.map(({ file, reason }) => ({
      path: file.path,
      difference: reason === "new" ? ("missing" as const) : reason,
    })),
    ...plan.extras.map(({ path }) => ({ path, difference: "extra" as const })),
  ];
  return { from: from.name, to: to.name, same: plan.unchanged, differences };
}

async function md5At(side: Side, { path }: ArtifactFile): Promise<string> {
  const hash = createHash("md5");
  await pipeline(await side.artifacts.read(path), hash);
  return hash.digest("hex");
}
