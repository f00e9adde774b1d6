import { basename, join } from "node:path";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import fs from "fs-extra";
import pMap from "p-map";
import { stringify } from "yaml";
import type {
  ArtifactFile,
  ArtifactRepository,
  ByteRange,
} from "../artifacts/artifact-repository.ts";
import { openArtifacts } from "../artifacts/registry.ts";
import { baseName, validateArtifactPath } from "../entities/artifact-path.ts";
import type { Experiment } from "../entities/experiment.ts";
import type { ArtifactPlace } from "../entities/file-info.ts";
import type { RunInfo } from "../entities/run.ts";
import { MLFLOW_TAG } from "../entities/tag.ts";
import { invalidParameter, notFound } from "../errors.ts";
import { artifactPlaceOfExperiment, artifactPlaceOfRun } from "../store/artifact-location.ts";
import { readRunMeta } from "../store/read-run.ts";
import { findRun, getRun } from "../store/runs.ts";
import { RunClient } from "./run-client.ts";
import { mergeTables, parseTable, type Table, type TableData, toTable } from "./table.ts";

export type { ArtifactFile, ArtifactRepository, ByteRange };

/** Files copied at a time. */
const CONCURRENCY = 8;

export interface ImageOptions {
  /** Name of an image series, shown with a step slider; instead of a path. */
  readonly key?: string;
  readonly step?: number;
  /** Milliseconds since the epoch; now by default. */
  readonly timestamp?: number;
}

/** The artifacts of runs. */
export class ArtifactClient extends RunClient {
  /** Copies a file of this machine into the artifacts of a run, under its own name. */
  async logArtifact(runId: string, localFile: string, folder = ""): Promise<void> {
    const stat = await fs.stat(localFile).catch(() => undefined);
    if (stat === undefined) throw notFound(`No such file or directory: '${localFile}'`);
    if (stat.isDirectory())
      return this.logArtifacts(runId, localFile, join(folder, basename(localFile)));
    const artifacts = await this.#open(runId);
    await artifacts.upload(localFile, joinPath(folder, basename(localFile)));
  }

  /** Copies all files of a folder of this machine, at any depth, into the artifacts of a run. */
  async logArtifacts(runId: string, localFolder: string, folder = ""): Promise<void> {
    await uploadFolder(await this.#open(runId), localFolder, folder);
  }

  /** Writes a text as an artifact. */
  async logText(runId: string, content: string, path: string): Promise<void> {
    await this.logBytes(runId, content, path);
  }

  /** Writes bytes as an artifact. */
  async logBytes(
    runId: string,
    content: string | Uint8Array | Readable,
    path: string,
  ): Promise<void> {
    validateFilePath(path);
    const artifacts = await this.#open(runId);
    await artifacts.write(
      path,
      content instanceof Readable ? content : Readable.from([Buffer.from(content)]),
    );
  }

  /** Writes a value as a JSON artifact, or as YAML when the path ends so. */
  async logDict(runId: string, value: unknown, path: string): Promise<void> {
    await this.logText(
      runId,
      /\.ya?ml$/.test(path) ? stringify(value) : JSON.stringify(value, null, 2),
      path,
    );
  }

  /** Writes a value as a JSON artifact. */
  async logJson(runId: string, value: unknown, path: string): Promise<void> {
    await this.logText(runId, JSON.stringify(value, null, 2), path);
  }

  /**
   * Writes a table as MLflow's `log_table` does: columns, or rows as objects. Rows are added when the artifact is there.
   *
   * @throws MlrunsError INVALID_PARAMETER_VALUE when the path does not end with `.json`, or columns differ in length
   */
  async logTable(runId: string, data: TableData, path: string): Promise<void> {
    if (!path.endsWith(".json")) {
      throw invalidParameter(
        `Invalid artifact file path '${path}'. A table's name ends with '.json'.`,
      );
    }
    const added = toTable(data);
    const artifacts = await this.#open(runId);
    const old = await artifacts.find(path);
    const table = old ? mergeTables(await readTable(artifacts, path), added) : added;
    await artifacts.write(path, Readable.from([Buffer.from(JSON.stringify(table))]));
    this.#rememberTable(runId, path);
  }

  /**
   * Writes an image, encoded as PNG, JPEG, WebP or the like: to `path`, or as a step of a series with `{ key, step }`.
   *
   * @throws MlrunsError INVALID_PARAMETER_VALUE for a bad key, or when neither or both of path and key are given
   */
  async logImage(runId: string, image: Uint8Array, target: string | ImageOptions): Promise<void> {
    if (typeof target === "string") return this.logBytes(runId, image, target);
    const { key, step = 0, timestamp = Date.now() } = target;
    if (key === undefined || !/^[a-zA-Z0-9_\-./ ]+$/.test(key)) {
      throw invalidParameter(
        "The `key` parameter may only contain alphanumerics, underscores (_), dashes (-), periods (.), spaces ( )," +
          ` and slashes (/). The provided key \`${key}\` contains invalid characters.`,
      );
    }
    // MLflow's own naming, which its viewer and ours read the series from.
    const name = `${key.replaceAll("/", "~")}+step+${step}+timestamp+${timestamp}+${crypto.randomUUID()}`;
    await this.logBytes(runId, image, `images/${name}${imageEnding(image)}`);
    this.setTag(runId, MLFLOW_TAG.loggedImages, "True");
  }

  /** What lies directly in a folder of a run's artifacts, sorted; empty when there is no such folder. */
  async listArtifacts(runId: string, folder = ""): Promise<ArtifactFile[]> {
    return (await this.#open(runId)).listFolder(folder);
  }

  /** Every file of a run's artifacts, or of a folder of them, at any depth. */
  async *iterateArtifacts(runId: string, folder = ""): AsyncGenerator<ArtifactFile> {
    yield* (await this.#open(runId)).list(folder);
  }

  /** The artifact at `path`, a file or a folder; undefined when there is none. */
  async findArtifact(runId: string, path: string): Promise<ArtifactFile | undefined> {
    return (await this.#open(runId)).find(path);
  }

  /** Opens an artifact for reading. @throws MlrunsError RESOURCE_DOES_NOT_EXIST */
  async readArtifact(runId: string, path: string, range?: ByteRange): Promise<Readable> {
    return (await this.#open(runId)).read(path, range);
  }

  /**
   * Copies an artifact, or a folder of them, to this machine.
   *
   * @param destination - folder to copy into; it is made
   * @returns path of the copy: `destination` and the artifact's own path
   * @throws MlrunsError RESOURCE_DOES_NOT_EXIST
   */
  async downloadArtifacts(runId: string, path: string, destination: string): Promise<string> {
    const artifacts = await this.#open(runId);
    const found = path === "" ? { isDir: true } : await artifacts.find(path);
    if (found === undefined) {
      throw notFound(
        `Failed to download artifacts from path '${path}', please ensure that the path is correct.`,
      );
    }
    const files = found.isDir ? await collect(artifacts.list(path)) : [{ path }];
    if (found.isDir) await fs.mkdir(join(destination, path), { recursive: true });
    await pMap(files, (file) => artifacts.download(file.path, join(destination, file.path)), {
      concurrency: CONCURRENCY,
    });
    return join(destination, path);
  }

  /** Removes an artifact, or a folder with all that is in it. */
  async deleteArtifacts(runId: string, path: string): Promise<void> {
    await (await this.#open(runId)).delete(path);
  }

  /** Where a run's artifacts are read from: a folder of this machine, or the URI of another store. */
  async findArtifactPlace(runId: string): Promise<ArtifactPlace> {
    const place = findRun(this.store, runId);
    return artifactPlaceOfRun(this.store, place, readRunMeta(this.store, place).artifactUri);
  }

  /** As `findArtifactPlace`, for a run that was just read. */
  artifactPlaceOf({ runId, artifactUri }: RunInfo): ArtifactPlace {
    return artifactPlaceOfRun(this.store, findRun(this.store, runId), artifactUri);
  }

  /** Where runs of an experiment keep their artifacts. */
  artifactPlaceOfExperiment({ experimentId, artifactLocation }: Experiment): ArtifactPlace {
    return artifactPlaceOfExperiment(this.store, experimentId, artifactLocation);
  }

  /** Opens artifacts where `findArtifactPlace` or the like has found them. */
  async openArtifacts(place: ArtifactPlace): Promise<ArtifactRepository> {
    const followLinks = this.options.followLinks ?? true;
    return openArtifacts(place, { followLinks });
  }

  async #open(runId: string): Promise<ArtifactRepository> {
    return this.openArtifacts(await this.findArtifactPlace(runId));
  }

  #rememberTable(runId: string, path: string): void {
    const tag = getRun(this.store, runId).data.tags[MLFLOW_TAG.loggedArtifacts] ?? "[]";
    const tables = JSON.parse(tag) as { path: string; type: string }[];
    if (tables.some((table) => table.path === path && table.type === "table")) return;
    this.setTag(runId, MLFLOW_TAG.loggedArtifacts, [...tables, { path, type: "table" }]);
  }
}

/** Copies all files of a folder of this machine, at any depth, into a folder of artifacts. */
export async function uploadFolder(
  artifacts: ArtifactRepository,
  localFolder: string,
  folder: string,
): Promise<void> {
  const stat = await fs.stat(localFolder).catch(() => undefined);
  if (!stat?.isDirectory()) throw notFound(`No such folder: '${localFolder}'`);
  const local = await openArtifacts({ kind: "folder", folder: localFolder });
  const files = await collect(local.list(""));
  await pMap(
    files,
    ({ path }) => artifacts.upload(join(localFolder, path), joinPath(folder, path)),
    { concurrency: CONCURRENCY },
  );
}

async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const collected: Item[] = [];
  for await (const item of items) collected.push(item);
  return collected;
}

async function readTable(artifacts: ArtifactRepository, path: string): Promise<Table> {
  return parseTable(await text(await artifacts.read(path)), path);
}

function joinPath(folder: string, path: string): string {
  const normal = folder.replace(/\/+$/, "");
  validateArtifactPath(normal);
  return normal === "" ? path : `${normal}/${path}`;
}

function validateFilePath(path: string): void {
  validateArtifactPath(path);
  if (baseName(path) === "") throw invalidParameter("An artifact's path must name a file.");
}

/** The ending that fits the first bytes of an image. */
function imageEnding(image: Uint8Array): string {
  if (image[0] === 0xff && image[1] === 0xd8) return ".jpg";
  if (image[0] === 0x47 && image[1] === 0x49) return ".gif";
  if (image[0] === 0x52 && image[8] === 0x57) return ".webp";
  if (image[0] === 0x3c) return ".svg";
  return ".png";
}
