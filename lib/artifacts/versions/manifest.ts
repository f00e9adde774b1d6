import { createHash } from "node:crypto";
import { validateArtifactPath } from "../../entities/artifact-path.ts";
import { compareText } from "../../entities/record.ts";
import { MlrunsError } from "../../errors.ts";
import type { ArtifactFile } from "../artifact-repository.ts";

/** The first line of a manifest that is a file of its own, such as one that is committed to git. */
const FORMAT = "mlruns-manifest/1";

/** A file of a version. */
export interface ManifestEntry {
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** In hex, as all digests. */
  readonly sha256: string;
  /** Where the store lists it; else the ETag of what has this content. */
  readonly md5?: string;
  readonly etag?: string;
  /** Where the bucket keeps what is overwritten: by which its bytes can still be read then. */
  readonly versionId?: string;
}

/** The files of a version by their paths. */
export type Manifest = ReadonlyMap<string, ManifestEntry>;

/** A manifest's bytes, and its id, which is their SHA-256. */
export interface PrintedManifest {
  readonly id: string;
  readonly bytes: Buffer;
}

/** A version, the place whose it is, and its files: all that it takes to bring them anywhere. */
export interface ManifestFile {
  /** Of the store that holds the bytes. */
  readonly uri: string;
  readonly version: string;
  readonly manifest: Manifest;
}

/** Prints a manifest: one JSON line a file, in byte order of the paths. The same files make the same bytes. */
export function printManifest(manifest: Manifest): PrintedManifest {
  const entries = [...manifest.values()].sort((a, b) => compareText(a.path, b.path));
  const lines = entries.map(
    ({ path, size, sha256, md5, etag, versionId }) =>
      `${JSON.stringify({ path, size, sha256, ...(md5 === undefined ? { etag } : { md5 }), versionId })}\n`,
  );
  const bytes = Buffer.from(lines.join(""));
  return { id: idOf(bytes), bytes };
}

/** @throws MlrunsError DATA_LOSS when the bytes are not those of the id, or no manifest */
export function parseManifest(bytes: Buffer, id: string): Manifest {
  if (idOf(bytes) !== id) throw damaged(id, "it has other bytes");
  const manifest = new Map<string, ManifestEntry>();
  for (let start = 0; start < bytes.length; ) {
    const end = bytes.indexOf("\n", start);
    const line = bytes.toString("utf8", start, end === -1 ? bytes.length : end);
    const entry = parseEntry(line, id);
    manifest.set(entry.path, entry);
    start += Buffer.byteLength(line) + 1;
  }
  return manifest;
}

/** Prints a version as a file that can be committed: a line that names store and version, then the manifest. */
export function printManifestFile({ uri, manifest }: Omit<ManifestFile, "version">): Buffer {
  const { id, bytes } = printManifest(manifest);
  const head = `${JSON.stringify({ format: FORMAT, uri, version: id })}\n`;
  return Buffer.concat([Buffer.from(head), bytes]);
}

/** @throws MlrunsError INVALID_PARAMETER_VALUE when it is no such file, DATA_LOSS when it was changed */
export function parseManifestFile(bytes: Buffer, name: string): ManifestFile {
  const end = bytes.indexOf("\n");
  const head = readHead(bytes.toString("utf8", 0, Math.max(0, end)));
  if (head === undefined) {
    throw new MlrunsError("INVALID_PARAMETER_VALUE", `'${name}' is no manifest of artifacts.`);
  }
  return { ...head, manifest: parseManifest(bytes.subarray(end + 1), head.version) };
}

/** Whether a listed file certainly is the content that a manifest tells. */
export function isEntry(entry: ManifestEntry, file: ArtifactFile): boolean {
  if (entry.size !== file.fileSize) return false;
  const isListed = file.md5 !== undefined && file.parts === undefined;
  if (isListed && entry.md5 !== undefined) return file.md5 === entry.md5;
  // What looks like an MD5 may be none: an object that KMS encrypts is known by its ETag.
  return file.etag !== undefined && file.etag === entry.etag;
}

function idOf(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}

function parseEntry(line: string, id: string): ManifestEntry {
  try {
    const entry = JSON.parse(line) as ManifestEntry;
    validateArtifactPath(entry.path);
    if (entry.path !== "" && /^[0-9a-f]{64}$/.test(entry.sha256)) return entry;
  } catch (cause) {
    throw damaged(id, `not readable: ${line.slice(0, 80)}`, cause);
  }
  throw damaged(id, `not readable: ${line.slice(0, 80)}`);
}

function readHead(line: string): { uri: string; version: string } | undefined {
  try {
    const { format, uri, version } = JSON.parse(line) as Record<string, unknown>;
    if (format !== FORMAT || typeof uri !== "string" || typeof version !== "string") {
      return undefined;
    }
    return { uri, version };
  } catch {
    return undefined;
  }
}

function damaged(id: string, how: string, cause?: unknown): MlrunsError {
  return new MlrunsError("DATA_LOSS", `The manifest ${id.slice(0, 12)} is damaged: ${how}`, {
    cause,
  });
}
