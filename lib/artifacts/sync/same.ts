import { createHash, hash } from "node:crypto";
import { createReadStream, readFileSync, type Stats, statSync } from "node:fs";
import { sep } from "node:path";
import { pipeline } from "node:stream/promises";
import type { ArtifactFile } from "../artifact-repository.ts";
import { md5OfParts, usualPartSizes } from "../parts.ts";
import type { Side } from "./side.ts";
import type { SyncState } from "./state.ts";

const MEBIBYTE = 1024 * 1024;
const SMALL = MEBIBYTE / 4;

/** An ETag that tells content: equal ones of two stores are of equal files. */
const MD5_ETAG = /^"[0-9a-f]{32}(-\d+)?"$/;

/** File systems tell times to some milliseconds only: what changed this shortly before it was read may change unseen. */
const RACY_MS = 2_000;

/** How two files of one size are told apart. */
export interface Comparison {
  /** Reads every local file again, whatever was learned of it before. */
  readonly trustNothing: boolean;
  /** Takes files of one size for the same. */
  readonly sizeOnly?: boolean;
  /** The SHA-256 of what a store lists without a digest of the whole, where a version tells it. */
  readonly recorded?: (side: Side, file: ArtifactFile) => Digest | undefined | Promise<Known>;
}

type Known = string | undefined;

/** Whether two files have the same content; undefined when no digest tells. */
export type Verdict = boolean | undefined;

/** As `compareContent`, where what cannot be told is taken for different. */
export function sameContent(
  ...places: Parameters<typeof compareContent>
): (left: ArtifactFile, right: ArtifactFile) => boolean | Promise<boolean> {
  const compare = compareContent(...places);
  return (left, right) => {
    const verdict = compare(left, right);
    return verdict instanceof Promise ? verdict.then((same) => same === true) : verdict === true;
  };
}

/**
 * Makes the question whether two files of one size have the same content. A store's MD5 is compared with that of the
 * local file, which is read once and not again while its size, times and inode stay; never by time alone. Of what came in
 * parts, or has no MD5, a version tells the digest as long as the ETag is the one that it recorded.
 */
export function compareContent(
  from: Side,
  to: Side,
  state: SyncState,
  { trustNothing, sizeOnly = false, recorded = () => undefined }: Comparison,
): (left: ArtifactFile, right: ArtifactFile) => Verdict | Promise<Verdict> {
  if (sizeOnly) return () => true;
  const local = (side: Side, { path, found }: ArtifactFile, kind?: DigestKind): Digest =>
    localDigest(`${side.folder}${sep}${path}`, state, { trustNothing, kind, found });

  const compareStored = async (left: ArtifactFile, right: ArtifactFile): Promise<Verdict> => {
    const [one, other] = await Promise.all([
      left.sha256 ?? recorded(from, left),
      right.sha256 ?? recorded(to, right),
    ]);
    return one === undefined || other === undefined ? undefined : one === other;
  };
  const byVersion = async (pair: Pair): Promise<Verdict> => {
    const known = await recorded(pair.store, pair.stored);
    return known === undefined
      ? undefined
      : (await local(pair.side, pair.file, "sha256")) === known;
  };
  const byParts = async (pair: Pair): Promise<Verdict> => {
    const verdict = await byVersion(pair);
    if (verdict !== undefined) return verdict;
    for (const kind of partSizesOf(pair.stored)) {
      if ((await local(pair.side, pair.file, kind)) === pair.stored.md5) return true;
    }
    return undefined;
  };

  return (left, right) => {
    if (from.folder !== undefined && to.folder !== undefined) {
      return equal(local(from, left), local(to, right));
    }
    if (from.folder === undefined && to.folder === undefined) {
      if (left.etag === right.etag && MD5_ETAG.test(left.etag ?? "")) return true;
      const isSame = left.md5 !== undefined && left.md5 === right.md5 && left.parts === right.parts;
      return isSame || compareStored(left, right);
    }
    const pair: Pair =
      from.folder === undefined
        ? { side: to, file: right, store: from, stored: left }
        : { side: from, file: left, store: to, stored: right };
    const { side, file, stored } = pair;
    if (stored.sha256 !== undefined) return equal(local(side, file, "sha256"), stored.sha256);
    const bound = state.knowledge.bindings[stored.path];
    if (bound !== undefined && bound.etag === stored.etag) {
      if (bound.md5 !== undefined) return equal(local(side, file), bound.md5);
      if (bound.sha256 !== undefined) return equal(local(side, file, "sha256"), bound.sha256);
    }
    if (stored.md5 === undefined) return byVersion(pair);
    if (stored.parts !== undefined) return byParts(pair);
    const isEqual = equal(local(side, file), stored.md5);
    // What looks like an MD5 is none where KMS encrypts.
    if (typeof isEqual === "boolean") return isEqual || byVersion(pair);
    return isEqual.then((same) => same || byVersion(pair));
  };
}

/** A file of this machine and one of a store. */
interface Pair {
  readonly side: Side;
  readonly file: ArtifactFile;
  readonly store: Side;
  readonly stored: ArtifactFile;
}

/** A digest, at once when it is known or the file is small. */
export type Digest = string | Promise<string>;

function equal(a: Digest, b: Digest): boolean | Promise<boolean> {
  if (typeof a === "string" && typeof b === "string") return a === b;
  return Promise.all([a, b]).then(([one, other]) => one === other);
}

/** What a digest is of: the whole file, or the MD5s of its parts of so many bytes. */
export type DigestKind = "md5" | "sha256" | number;

/** Notes a digest of a local file that has just been read whole. */
export function rememberDigest(
  state: SyncState,
  file: string,
  found: Stats,
  digest: string,
  kind: DigestKind = "md5",
): void {
  state.knowledge.digests[keyOf(file, kind)] = { seen: fingerprint(found), digest };
  state.touch();
}

export interface DigestOptions {
  readonly trustNothing?: boolean;
  readonly kind?: DigestKind;
  /** The file as it was seen just now. */
  readonly found?: Stats;
}

/** The digest of a local file, which is read when it is not known to be as it was when it was last read. */
export function localDigest(
  file: string,
  state: SyncState,
  { trustNothing = false, kind = "md5", found = statSync(file) }: DigestOptions,
): Digest {
  const known = state.knowledge.digests[keyOf(file, kind)];
  if (!trustNothing && known?.seen === fingerprint(found)) return known.digest;
  const remember = (digest: string): string => {
    if (isSettled(found)) rememberDigest(state, file, found, digest, kind);
    return digest;
  };
  if (typeof kind === "number") return md5OfParts(file, kind).then(remember);
  // At once: a stream of its own for each small file takes ten times as long.
  if (found.size <= SMALL) return remember(hash(kind, readFileSync(file), "hex"));
  return digestOfFile(file, kind).then(remember);
}

function keyOf(file: string, kind: DigestKind): string {
  return kind === "md5" ? file : `${file}\n${kind}`;
}

/** Whether a file's times are old enough to tell of every change to come. */
export function isSettled({ mtimeMs, ctimeMs }: Stats): boolean {
  return Date.now() - Math.max(mtimeMs, ctimeMs) > RACY_MS;
}

async function digestOfFile(file: string, kind: string): Promise<string> {
  const whole = createHash(kind);
  await pipeline(createReadStream(file, { highWaterMark: MEBIBYTE }), whole);
  return whole.digest("hex");
}

function fingerprint({ size, mtimeMs, ctimeMs, ino }: Stats): string {
  return `${size} ${mtimeMs} ${ctimeMs} ${ino}`;
}

/** The sizes of parts that make as many of a file as there are. */
function partSizesOf({ fileSize, parts }: ArtifactFile): number[] {
  const size = fileSize ?? 0;
  return usualPartSizes(size).filter((partSize) => Math.ceil(size / partSize) === parts);
}
