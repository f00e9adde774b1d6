import { createHash } from "node:crypto";
import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { buffer } from "node:stream/consumers";
import pMap from "p-map";
import type { ArtifactFile, ArtifactRepository } from "../../artifacts/artifact-repository.ts";
import { openArtifacts } from "../../artifacts/registry.ts";
import { MLFLOW_TAG } from "../../entities/tag.ts";
import { MlrunsError, notFound } from "../../errors.ts";
import { parseYamlMap } from "../../format/yaml.ts";
import { setYamlText } from "../../format/yaml-key.ts";
import { cacheFolder } from "../../state/cache-folder.ts";
import { TRASH_FOLDER } from "../../tree/layout.ts";
import { readTextIfThere } from "../../tree/read.ts";
import { fromFileId } from "../../wire/data-paths.ts";
import { type CloudPath, ownerOfArtifact, placeOfFile, pointToBucket } from "./paths.ts";

export interface MirrorOptions {
  /** How long a listing of the bucket counts as new, ms; then it is taken again behind the next request. */
  readonly freshMs?: number;
  readonly onProgress?: (text: string) => void;
}

/** Files fetched at a time. */
const CONCURRENCY = 32;

interface ListedFile extends CloudPath {
  /** Another value whenever the file was written anew. */
  readonly mark: string;
}

/**
 * The metadata of a tree in a bucket as a folder of the cache, fetched when it is needed: what there is for the list of
 * experiments, all that was logged for an experiment when it is opened. Files that have not changed are not fetched again;
 * artifacts stay in the bucket and are read there.
 */
export class CloudMirror {
  /** The folder with the metadata: a tree. */
  readonly root: string;
  readonly #uri: string;
  readonly #repository: ArtifactRepository;
  readonly #options: MirrorOptions;
  readonly #stateFile: string;
  /** The marks of the files as they were fetched, by path. */
  readonly #fetched: Map<string, string>;
  #listed: ReadonlyMap<string, ListedFile> = new Map();
  /** Experiments of runs, logged models and traces. */
  #scopes: ReadonlyMap<string, string> = new Map();
  #listedAt = 0;
  #listing: Promise<void> | undefined;
  readonly #wanted: Set<string> = new Set();
  /** One fetch after the other: two requests must not fetch the same. */
  #queue: Promise<void> = Promise.resolve();

  private constructor(uri: string, repository: ArtifactRepository, options: MirrorOptions) {
    this.#uri = uri;
    this.#repository = repository;
    this.#options = options;
    const key = createHash("sha256").update(uri).digest("hex").slice(0, 16);
    const folder = join(cacheFolder(), "cloud", key);
    this.root = join(folder, basename(uri) || "mlruns");
    this.#stateFile = join(folder, "fetched.json");
    mkdirSync(join(this.root, TRASH_FOLDER), { recursive: true });
    this.#fetched = readState(this.#stateFile);
  }

  /**
   * Opens a tree in a bucket. @throws MlrunsError RESOURCE_DOES_NOT_EXIST when there is none at the URI; what the store throws
   * that cannot be reached
   */
  static async open(uri: string, options: MirrorOptions = {}): Promise<CloudMirror> {
    const place = uri.replace(/\/+$/, "");
    const repository = await openArtifacts({ kind: "remote", uri: place });
    const mirror = new CloudMirror(place, repository, options);
    await mirror.#list();
    if (mirror.#listed.size === 0) {
      throw notFound(`There is no tree at '${place}'.`, {
        hint: "Give the URI of an mlruns folder, such as s3://bucket/path/mlruns.",
      });
    }
    await mirror.#fetch();
    return mirror;
  }

  /**
   * Fetches what a request needs before it is answered.
   *
   * @param path - of the URL, such as `/data/runs/0.json`; what is no page's data needs everything
   */
  async prepare(path: string): Promise<void> {
    const [, kind, ...parts] = path.split("/");
    if (kind === "data") this.#want(parts);
    else if (kind === "raw") this.#want(parts.slice(1, 2));
    else if (kind === "api" || kind === "ajax-api") this.#want(["tree.json"]);
    else return;
    if (Date.now() - this.#listedAt > (this.#options.freshMs ?? 30_000)) this.#refresh();
    await this.#fetch();
  }

  #want(parts: readonly string[]): void {
    if (parts[0] === "tree.json") {
      for (const { scope } of this.#listed.values()) this.#wanted.add(scope);
    } else if (parts[0] === "registry.json") this.#wanted.add("models");
    for (const part of parts) {
      const id = fromFileId(part.replace(/(\.\d+)?\.json$/, ""));
      const scope = id === undefined ? undefined : (this.#scopes.get(id) ?? id);
      if (scope !== undefined) this.#wanted.add(scope);
    }
  }

  /** Looks behind the request that asks for it: the viewer is told of what has changed. */
  #refresh(): void {
    this.#listedAt = Date.now();
    this.#listing ??= this.#list()
      .then(() => this.#fetch())
      .catch((error: unknown) => {
        // What was fetched is still good; the next look may succeed.
        const reason = error instanceof Error ? error.message : String(error);
        this.#options.onProgress?.(`${this.#uri} cannot be read: ${reason}`);
      })
      .finally(() => {
        this.#listing = undefined;
      });
  }

  async #list(): Promise<void> {
    const listed = new Map<string, ListedFile>();
    const scopes = new Map<string, string>();
    for await (const file of this.#repository.list("")) {
      const place = placeOfFile(file.path);
      if (place === undefined) {
        const owner = ownerOfArtifact(file.path);
        const [first = "", second = ""] = file.path.split("/");
        if (owner !== undefined) scopes.set(owner, first === TRASH_FOLDER ? second : first);
        continue;
      }
      listed.set(file.path, { ...place, mark: markOf(file) });
      if (place.owner !== undefined) scopes.set(place.owner, place.scope);
    }
    this.#listed = listed;
    this.#scopes = scopes;
    this.#listedAt = Date.now();
  }

  /** Fetches what is wanted and was not fetched as it is now, and removes what is gone. */
  #fetch(): Promise<void> {
    const done = this.#queue.then(() => this.#fetchMissing());
    this.#queue = done.catch(() => undefined);
    return done;
  }

  async #fetchMissing(): Promise<void> {
    const missing = [...this.#listed].filter(
      ([path, { scope, isOverview, mark }]) =>
        (isOverview || this.#wanted.has(scope)) && this.#fetched.get(path) !== mark,
    );
    const gone = [...this.#fetched.keys()].filter((path) => !this.#listed.has(path));
    if (missing.length === 0 && gone.length === 0) return;
    for (const path of gone) {
      rmSync(this.#fileOf(path), { force: true });
      this.#fetched.delete(path);
    }
    if (missing.length > 0)
      this.#options.onProgress?.(`fetching ${missing.length} small files of ${this.#uri}`);
    try {
      await pMap(missing, ([path, { mark }]) => this.#fetchFile(path, mark), {
        concurrency: CONCURRENCY,
      });
    } finally {
      const temporary = `${this.#stateFile}.${process.pid}.tmp`;
      writeFileSync(temporary, JSON.stringify([...this.#fetched]));
      renameSync(temporary, this.#stateFile);
    }
  }

  async #fetchFile(path: string, mark: string): Promise<void> {
    const bytes = await this.#read(path);
    // It is gone since it was listed.
    if (bytes === undefined) return;
    const file = this.#fileOf(path);
    mkdirSync(dirname(file), { recursive: true });
    const temporary = join(
      dirname(this.#stateFile),
      `${createHash("sha1").update(path).digest("hex")}.tmp`,
    );
    writeFileSync(temporary, this.#translate(path, bytes));
    renameSync(temporary, file);
    this.#fetched.set(path, mark);
  }

  async #read(path: string): Promise<Buffer | undefined> {
    try {
      return await buffer(await this.#repository.read(path));
    } catch (error) {
      if (error instanceof MlrunsError && error.errorCode === "RESOURCE_DOES_NOT_EXIST")
        return undefined;
      throw error;
    }
  }

  #translate(path: string, bytes: Buffer): Buffer {
    const name = basename(path);
    if (name === MLFLOW_TAG.artifactLocation)
      return Buffer.from(pointToBucket(this.#uri, path, bytes.toString()));
    if (name !== "meta.yaml") return bytes;
    try {
      let text = bytes.toString();
      for (const key of ["artifact_uri", "artifact_location", "source", "storage_location"]) {
        const recorded = parseYamlMap(text, path)[key];
        if (typeof recorded !== "string") continue;
        const moved = pointToBucket(this.#uri, path, recorded);
        if (moved !== recorded) text = setYamlText(text, path, key, moved);
      }
      return Buffer.from(text);
    } catch (error) {
      // A broken file is shown as one.
      if (error instanceof MlrunsError) return bytes;
      throw error;
    }
  }

  #fileOf(path: string): string {
    return join(this.root, ...path.split("/"));
  }
}

function markOf({ etag, md5, fileSize, modified }: ArtifactFile): string {
  return `${etag ?? md5 ?? modified} ${fileSize}`;
}

/** What an earlier process has fetched; nothing when that cannot be read. */
function readState(file: string): Map<string, string> {
  try {
    return new Map(JSON.parse(readTextIfThere(file) ?? "[]") as [string, string][]);
  } catch {
    return new Map();
  }
}
