import { basename, dirname } from "node:path";
import { Readable } from "node:stream";
import { MlrunsError, notFound } from "../../errors.ts";
import type { ArtifactFile, VersionedRepository } from "../artifact-repository.ts";
import { type Endpoints, openArtifacts } from "../registry.ts";
import { openSide } from "../sync/side.ts";
import { type Manifest, type PrintedManifest, parseManifest } from "./manifest.ts";

/** Folder beside a mirror that holds what its versions need. No sync takes it for files of its own. */
const STATE_FOLDER = ".mlruns-versions";
const FORMAT = 1;

/** A state that a mirror was in. */
export interface Version {
  /** Id of its manifest, which names its content. */
  readonly manifest: string;
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly files: number;
  readonly bytes: number;
}

/** All versions of a mirror, oldest first, the last of which is HEAD; and names that were given to some. */
export interface History {
  readonly format: number;
  readonly versions: readonly Version[];
  /** Name to id of a manifest. */
  readonly tags: Readonly<Record<string, string>>;
  /** While a collector removes what no version needs: when it has to be done, ms since the epoch. No push begins before. */
  readonly collecting?: number;
}

/** A history as it was read: it can be replaced only while it is the same. */
export interface ReadHistory {
  readonly history: History;
  readonly etag: string | null;
}

/**
 * Where the versions of a mirror are kept: in `.mlruns-versions/<its name>` beside it, so that its own listing is what it
 * always was. `HEAD.json` is the history, `manifests/<id>.jsonl` tells the files of a version, `objects/<sha256>` holds
 * bytes that the mirror no longer has.
 */
export interface VersionStore {
  /** Of the mirror, absolute. */
  readonly name: string;
  /** The folder of the mirror, in which this store's paths begin. */
  readonly artifacts: VersionedRepository;
  /** Path of a file of the mirror, of its root without one. */
  mirrored(path: string): string;
  /** Path of kept bytes. */
  kept(sha256: string): string;
  /** Folders of kept bytes and of manifests. */
  readonly folders: { readonly all: string; readonly objects: string; readonly manifests: string };
  readHistory(): Promise<ReadHistory>;
  /** @throws MlrunsError ABORTED when another process has written a history since */
  writeHistory(history: History, expected: string | null): Promise<void>;
  readManifest(id: string): Promise<Manifest>;
  writeManifest(manifest: PrintedManifest): Promise<void>;
}

/** Whether a path lies in the state of versions, on any level: part of no mirror. */
export function isVersionState(path: string): boolean {
  return `/${path}/`.includes(`/${STATE_FOLDER}/`);
}

/** Opens the versions of a mirror: a folder or a URI. */
export async function openVersions(place: string, endpoints?: Endpoints): Promise<VersionStore> {
  const { parent, base, name } = await locate(place);
  const artifacts = await openArtifacts(parent, { endpoints });
  const all = `${STATE_FOLDER}/${base || ".root"}`;
  const folders = { all, objects: `${all}/objects`, manifests: `${all}/manifests` };
  const head = `${all}/HEAD.json`;
  const manifestPath = (id: string): string => `${folders.manifests}/${id}.jsonl`;
  return {
    name,
    artifacts,
    folders,
    mirrored: (path) => (base === "" || path === "" ? base + path : `${base}/${path}`),
    kept: (sha256) => `${folders.objects}/${sha256.slice(0, 2)}/${sha256}`,

    async readHistory() {
      const found = await artifacts.load(head);
      if (found === undefined) {
        return { history: { format: FORMAT, versions: [], tags: {} }, etag: null };
      }
      return { history: parseHistory(found.content, name), etag: found.etag };
    },

    async writeHistory(history, expected) {
      await artifacts.replace(head, Buffer.from(`${JSON.stringify(history)}\n`), expected);
    },

    async readManifest(id) {
      const found = await artifacts.load(manifestPath(id));
      if (found === undefined) throw notFound(`The manifest of version ${id} is gone.`);
      return parseManifest(found.content, id);
    },

    async writeManifest({ id, bytes }) {
      // Also when it is there, with the same content by its name: its age tells the collector that it is in use.
      await artifacts.write(manifestPath(id), Readable.from([bytes]));
    },
  };
}

/**
 * Finds the version that a name means: `HEAD`, `HEAD~2`, a tag, or the beginning of an id.
 *
 * @throws MlrunsError RESOURCE_DOES_NOT_EXIST, INVALID_PARAMETER_VALUE when several are meant
 */
export function findVersion({ versions, tags }: History, wanted: string): Version {
  const back = /^HEAD(?:~(\d+))?$/.exec(wanted);
  if (back !== null) {
    const found = versions.at(-1 - Number(back[1] ?? 0));
    if (found !== undefined) return found;
    throw notFound(`There is no version ${wanted}: there are ${versions.length}.`);
  }
  const tagged = tags[wanted];
  const isMeant = ({ manifest }: Version): boolean =>
    tagged === undefined ? manifest.startsWith(wanted) : manifest === tagged;
  const found = versions.findLast(isMeant);
  if (found === undefined || (tagged === undefined && wanted.length < 4)) {
    throw notFound(`No version is called '${wanted}'.`, {
      hint: "`mlruns versions list` shows ids and tags; four digits of an id are enough.",
    });
  }
  if (versions.some((version) => isMeant(version) && version.manifest !== found.manifest)) {
    throw new MlrunsError("INVALID_PARAMETER_VALUE", `'${wanted}' begins the ids of several.`);
  }
  return found;
}

/** A file as the mirror has it, for calls on the version store's own repository. */
export function inMirror(store: VersionStore, file: ArtifactFile): ArtifactFile {
  return { ...file, path: store.mirrored(file.path) };
}

interface Location {
  readonly name: string;
  readonly parent: Parameters<typeof openArtifacts>[0];
  /** The mirror's own name; empty for a whole bucket. */
  readonly base: string;
}

async function locate(place: string): Promise<Location> {
  const { name, folder } = await openSide(place);
  if (folder !== undefined) {
    return { name, parent: { kind: "folder", folder: dirname(folder) }, base: basename(folder) };
  }
  const [, root = "", path = ""] = /^([^:]+:\/\/[^/?#]*)([^?#]*)/.exec(name) ?? [];
  const segments = path.split("/").filter((segment) => segment !== "");
  const base = segments.pop() ?? "";
  return { name, parent: { kind: "remote", uri: [root, ...segments].join("/") }, base };
}

function parseHistory(content: Buffer, name: string): History {
  try {
    const history = JSON.parse(content.toString()) as History;
    if (history.format === FORMAT) return history;
  } catch {
    // Told below.
  }
  throw new MlrunsError("DATA_LOSS", `The history of versions of '${name}' cannot be read.`, {
    hint: "A newer mlruns may have written it.",
  });
}
