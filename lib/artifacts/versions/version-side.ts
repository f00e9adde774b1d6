import { MlrunsError, notFound } from "../../errors.ts";
import type { ArtifactFile, ArtifactRepository } from "../artifact-repository.ts";
import type { Endpoints } from "../registry.ts";
import type { Side } from "../sync/side.ts";
import { isEntry, type Manifest, type ManifestEntry } from "./manifest.ts";
import { findVersion, inMirror, openVersions, type VersionStore } from "./version-store.ts";

/**
 * Opens a version of a mirror as a place to read from: its files come from the mirror where that still has them, else from
 * the bytes that were copied, or that the bucket keeps.
 *
 * @param wanted - `HEAD`, `HEAD~1`, a tag, the beginning of an id, or the files themselves
 * @throws MlrunsError RESOURCE_DOES_NOT_EXIST when there is no such version
 */
export async function openVersionSide(
  place: string,
  wanted: string | Manifest,
  endpoints?: Endpoints,
): Promise<Side> {
  const store = await openVersions(place, endpoints);
  if (typeof wanted !== "string") {
    return toSide(store, wanted, store.name);
  }
  const { manifest: id } = findVersion((await store.readHistory()).history, wanted);
  return toSide(store, await store.readManifest(id), `${store.name}@${id}`);
}

async function toSide(store: VersionStore, manifest: Manifest, name: string): Promise<Side> {
  const sources = await findSources(store, manifest);
  return { name, folder: undefined, artifacts: repositoryOf(store, manifest, sources) };
}

/** Where the bytes of each file are, by its path. One listing of the mirror, and one of what was copied if that is needed. */
async function findSources(
  store: VersionStore,
  manifest: Manifest,
): Promise<ReadonlyMap<string, ArtifactFile>> {
  const sources = new Map<string, ArtifactFile>();
  const { artifacts } = store;
  const root = store.mirrored("");
  for await (const found of artifacts.list(root)) {
    const path = root === "" ? found.path : found.path.slice(root.length + 1);
    const entry = manifest.get(path);
    if (entry !== undefined && isEntry(entry, found)) sources.set(path, found);
  }
  if (sources.size === manifest.size) return sources;
  const kept = new Map<string, ArtifactFile>();
  for await (const found of artifacts.list(store.folders.objects)) kept.set(found.path, found);
  for (const entry of manifest.values()) {
    const { path, sha256, size } = entry;
    if (sources.has(path)) continue;
    const found = kept.get(store.kept(sha256));
    if (found?.fileSize === size) sources.set(path, found);
    else if (entry.versionId !== undefined) sources.set(path, overwritten(store, entry));
    // A folder lists no digests: what the mirror has is read, and checked as it comes.
    else if (!artifacts.capabilities.listsMd5) sources.set(path, localFile(store, path, size));
  }
  return sources;
}

/** A file as the bucket keeps it, though the mirror has another one, or none. */
function overwritten(store: VersionStore, entry: ManifestEntry): ArtifactFile {
  return { ...inMirror(store, toFile(entry)), versionId: entry.versionId };
}

function localFile(store: VersionStore, path: string, fileSize: number): ArtifactFile {
  return inMirror(store, { path, isDir: false, fileSize, modified: null });
}

function repositoryOf(
  { artifacts }: VersionStore,
  manifest: Manifest,
  sources: ReadonlyMap<string, ArtifactFile>,
): ArtifactRepository {
  const source = (path: string): ArtifactFile => {
    const entry = manifest.get(path);
    if (entry === undefined) throw notFound(`The version has no file '${path}'.`);
    const found = sources.get(path);
    if (found !== undefined) return { ...found, sha256: entry.sha256 };
    throw new MlrunsError("DATA_LOSS", `The bytes of '${path}' are not in the store any more.`);
  };
  const files = (): ArtifactFile[] => [...manifest.values()].map(toFile);
  const refuse = async (): Promise<never> => {
    throw new MlrunsError("NOT_IMPLEMENTED", "A version does not change.");
  };
  return {
    capabilities: artifacts.capabilities,
    async *list(folder) {
      for (const file of files()) {
        if (folder === "" || file.path.startsWith(`${folder}/`)) yield file;
      }
    },
    listFolder: async () => files(),
    find: async (path) => files().find((file) => file.path === path),
    read: async (path, range) => {
      const { path: stored, versionId } = source(path);
      return artifacts.read(stored, range, versionId);
    },
    download: async (path, localFile, options) => {
      const listed = source(path);
      return artifacts.download(listed.path, localFile, { ...options, listed });
    },
    write: refuse,
    upload: refuse,
    delete: refuse,
    deleteFiles: refuse,
  };
}

function toFile({ path, size, sha256, md5, etag }: ManifestEntry): ArtifactFile {
  return {
    path,
    isDir: false,
    fileSize: size,
    modified: null,
    sha256,
    ...(md5 === undefined ? {} : { md5 }),
    ...(etag === undefined ? {} : { etag }),
  };
}
