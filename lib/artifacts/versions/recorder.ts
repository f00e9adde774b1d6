import { createHash } from "node:crypto";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { MlrunsError } from "../../errors.ts";
import { takeLock } from "../../state/process-lock.ts";
import type { ArtifactFile, ArtifactRepository, Receipt } from "../artifact-repository.ts";
import { readAhead } from "../sync/read-ahead.ts";
import { type Digest, localDigest } from "../sync/same.ts";
import type { Side } from "../sync/side.ts";
import type { SyncState } from "../sync/state.ts";
import { readSettled } from "./collecting.ts";
import { isEntry, type Manifest, type ManifestEntry, printManifest } from "./manifest.ts";
import { inMirror, openVersions, type Version } from "./version-store.ts";

/** Notes what a push makes of a mirror, keeps what it overwrites, and records the result as a version. */
export interface Recorder {
  /** The listing of the mirror, with a look at each file on the way. */
  watch(files: AsyncIterable<ArtifactFile>): AsyncIterable<ArtifactFile>;
  /** The SHA-256 of a file that was seen on the way, where the last version knows it as it is. */
  recorded(file: ArtifactFile): string | undefined;
  /** A file that is there with the same content. */
  noteSame(from: ArtifactFile, to: ArtifactFile): void | Promise<void>;
  /** Makes sure that versions find what is about to be overwritten or deleted: copies it, unless the bucket keeps it. */
  keep(file: ArtifactFile): Promise<void>;
  noteCopy(file: ArtifactFile, receipt: Receipt): Promise<void>;
  noteDelete(path: string): void;
  /**
   * Records the version, if it is another one than the last.
   *
   * @returns its id
   * @throws MlrunsError ABORTED when somebody else has recorded one since this recorder began
   */
  commit(): Promise<string>;
  close(): Promise<void>;
}

/**
 * Begins to record what is pushed to a mirror. Bytes come first, then the manifest, at last HEAD, and each file is
 * overwritten only when it is the one that was kept: so HEAD never names what is not there, whoever else pushes.
 */
export async function openRecorder(
  from: Side,
  to: Side,
  state: SyncState,
  signal?: AbortSignal,
): Promise<Recorder> {
  const store = await openVersions(to.name, to.endpoints);
  const release = to.folder === undefined ? undefined : await lockFolder(to.folder, store.folders);
  const { history, etag } = await readSettled(store, signal).catch(async (error) => {
    await release?.();
    throw error;
  });
  const head = history.versions.at(-1);
  // The listing need not wait for it: only HEAD has to be read before.
  const reading = head ? store.readManifest(head.manifest) : Promise.resolve(new Map());
  reading.catch(() => undefined);
  let base: Manifest = new Map();
  const entries = new Map<string, ManifestEntry>();
  const nearest = to.folder === undefined && from.folder !== undefined ? from : to;

  async function sha256At(file: ArtifactFile): Promise<string> {
    const entry = base.get(file.path);
    if (entry !== undefined && isEntry(entry, file)) return entry.sha256;
    return digestAt(to, file, state);
  }
  const note = (file: ArtifactFile, sha256: string, stored: StoredDigests): void => {
    const { path, fileSize } = file;
    entries.set(path, { path, size: fileSize ?? 0, sha256, ...stored });
  };

  return {
    async *watch(files) {
      const ready = readAhead(files);
      const first = ready.next();
      base = await reading;
      for (let next = await first; !next.done; next = await ready.next()) {
        const file = next.value;
        const entry = base.get(file.path);
        if (entry !== undefined) {
          const still = isStill(entry, file, to, state);
          if (still === true || (still !== false && (await still))) entries.set(file.path, entry);
        }
        yield file;
      }
    },

    recorded(file) {
      const entry = base.get(file.path);
      return entry !== undefined && isEntry(entry, file) ? entry.sha256 : undefined;
    },

    noteSame(left, right) {
      if (entries.has(right.path)) return;
      const known = left.sha256 ?? digestAt(nearest, left, state);
      const stored = storedDigests(right);
      if (typeof known === "string") return note(right, known, stored);
      return known.then((sha256) => note(right, sha256, stored));
    },

    async keep(file) {
      const entry = base.get(file.path);
      if (entry?.versionId !== undefined && isEntry(entry, file)) return;
      await store.artifacts.copy(inMirror(store, file), store.kept(await sha256At(file)));
    },

    async noteCopy(file, { sha256, md5, etag, isListed, versionId }) {
      const known = sha256 ?? (await digestAt(nearest, file, state));
      const stored = isListed && md5 !== null ? { md5 } : { etag: etag ?? undefined };
      note(file, known, { ...stored, versionId });
    },

    noteDelete(path) {
      entries.delete(path);
    },

    async commit() {
      if (head !== undefined && isSameManifest(entries, base)) return head.manifest;
      const printed = printManifest(entries);
      if (head?.manifest === printed.id || (head === undefined && entries.size === 0)) {
        return printed.id;
      }
      const bytes = [...entries.values()].reduce((sum, { size }) => sum + size, 0);
      const version: Version = {
        manifest: printed.id,
        time: Date.now(),
        files: entries.size,
        bytes,
      };
      await store.writeManifest(printed);
      await store.writeHistory({ ...history, versions: [...history.versions, version] }, etag);
      return printed.id;
    },

    async close() {
      await release?.();
    },
  };
}

/** Whether all entries are those that were there, which spares printing them. */
function isSameManifest(entries: Manifest, base: Manifest): boolean {
  if (entries.size !== base.size) return false;
  for (const [path, entry] of entries) if (base.get(path) !== entry) return false;
  return true;
}

interface StoredDigests {
  readonly md5?: string;
  readonly etag?: string;
  readonly versionId?: string;
}

function storedDigests({ md5, parts, etag }: ArtifactFile): StoredDigests {
  return md5 !== undefined && parts === undefined ? { md5 } : { etag };
}

function isStill(
  entry: ManifestEntry,
  file: ArtifactFile,
  { folder }: Side,
  state: SyncState,
): boolean | Promise<boolean> {
  if (folder === undefined) return isEntry(entry, file);
  if (entry.size !== file.fileSize) return false;
  const { path, found } = file;
  const digest = localDigest(join(folder, path), state, { kind: "sha256", found });
  if (typeof digest === "string") return digest === entry.sha256;
  return digest.then((sha256) => sha256 === entry.sha256);
}

function digestAt(
  { folder, artifacts }: Side,
  { path, found }: ArtifactFile,
  state: SyncState,
): Digest {
  if (folder !== undefined)
    return localDigest(join(folder, path), state, { kind: "sha256", found });
  return read(artifacts, path);
}

async function read(artifacts: ArtifactRepository, path: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(await artifacts.read(path), hash);
  return hash.digest("hex");
}

/** A folder cannot refuse a write that meets other content than expected: one push at a time. */
async function lockFolder(
  folder: string,
  { all }: { readonly all: string },
): Promise<() => Promise<void>> {
  const lock = await takeLock(join(folder, "..", all, "push.lock"));
  if (typeof lock !== "number") return lock.release;
  throw new MlrunsError("RESOURCE_CONFLICT", `Process ${lock} is pushing to '${folder}'.`);
}
