import { mkdir, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import type {
  ArtifactFile,
  ArtifactRepository,
  ByteRange,
} from "../artifacts/artifact-repository.ts";
import { openArtifacts } from "../artifacts/registry.ts";
import { baseName, validateArtifactPath } from "../entities/artifact-path.ts";
import type { Run } from "../entities/run.ts";
import { MLFLOW_TAG } from "../entities/tag.ts";
import { invalidParameter, notFound } from "../errors.ts";
import { printPythonJson } from "../format/python-json.ts";
import type { LogValue } from "./log-value.ts";
import { mergeTables, parseTable, type Table, type TableData, toTable } from "./table.ts";

/** Files copied at a time. */
const CONCURRENCY = 8;

export interface ImageOptions {
  /** Name of an image series, shown with a step slider; instead of a path. */
  readonly key?: string;
  readonly step?: number;
  /** Milliseconds since the epoch; now by default. */
  readonly timestamp?: number;
}

/** What can be done with the artifacts of runs, wherever those runs are kept. */
export abstract class RunArtifacts {
  /** Opens the artifacts of a run. */
  abstract openRunArtifacts(runId: string): Promise<ArtifactRepository>;
  abstract getRun(runId: string): Promise<Run>;
  abstract setTag(runId: string, key: string, value: LogValue): void;

  /** Copies a file of this machine into the artifacts of a run, under its own name. */
  async logArtifact(runId: string, localFile: string, folder = ""): Promise<void> {
    const found = await stat(localFile).catch(() => undefined);
    if (found === undefined) throw notFound(`No such file or directory: '${localFile}'`);
    if (found.isDirectory())
      return this.logArtifacts(runId, localFile, join(folder, basename(localFile)));
    const artifacts = await this.openRunArtifacts(runId);
    await artifacts.upload(localFile, joinPath(folder, basename(localFile)));
  }

  /** Copies all files of a folder of this machine, at any depth, into the artifacts of a run. */
  async logArtifacts(runId: string, localFolder: string, folder = ""): Promise<void> {
    await uploadFolder(await this.openRunArtifacts(runId), localFolder, folder);
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
    const artifacts = await this.openRunArtifacts(runId);
    await artifacts.write(
      path,
      content instanceof Readable ? content : Readable.from([Buffer.from(content)]),
    );
  }

  /** Writes a value as a JSON artifact, or as YAML when the path ends so. */
  async logDict(runId: string, value: unknown, path: string): Promise<void> {
    if (!/\.ya?ml$/.test(path)) return this.logJson(runId, value, path);
    const { stringify } = await import("yaml");
    await this.logText(runId, stringify(value), path);
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
    const artifacts = await this.openRunArtifacts(runId);
    const old = await artifacts.find(path);
    const table = old ? mergeTables(await readTable(artifacts, path), added) : added;
    await artifacts.write(path, Readable.from([Buffer.from(JSON.stringify(table))]));
    await this.#rememberTable(runId, path);
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
    return (await this.openRunArtifacts(runId)).listFolder(folder);
  }

  /** Every file of a run's artifacts, or of a folder of them, at any depth. */
  async *iterateArtifacts(runId: string, folder = ""): AsyncGenerator<ArtifactFile> {
    yield* (await this.openRunArtifacts(runId)).list(folder);
  }

  /** The artifact at `path`, a file or a folder; undefined when there is none. */
  async findArtifact(runId: string, path: string): Promise<ArtifactFile | undefined> {
    return (await this.openRunArtifacts(runId)).find(path);
  }

  /** Opens an artifact for reading. @throws MlrunsError RESOURCE_DOES_NOT_EXIST */
  async readArtifact(runId: string, path: string, range?: ByteRange): Promise<Readable> {
    return (await this.openRunArtifacts(runId)).read(path, range);
  }

  /**
   * Copies an artifact, or a folder of them, to this machine.
   *
   * @param destination - folder to copy into; it is made
   * @returns path of the copy: `destination` and the artifact's own path
   * @throws MlrunsError RESOURCE_DOES_NOT_EXIST
   */
  async downloadArtifacts(runId: string, path: string, destination: string): Promise<string> {
    const artifacts = await this.openRunArtifacts(runId);
    const found = path === "" ? { isDir: true } : await artifacts.find(path);
    if (found === undefined) {
      throw notFound(
        `Failed to download artifacts from path '${path}', please ensure that the path is correct.`,
      );
    }
    const files = found.isDir ? await collect(artifacts.list(path)) : [{ path }];
    if (found.isDir) await mkdir(join(destination, path), { recursive: true });
    const { default: pMap } = await import("p-map");
    await pMap(files, (file) => artifacts.download(file.path, join(destination, file.path)), {
      concurrency: CONCURRENCY,
    });
    return join(destination, path);
  }

  /** Removes an artifact, or a folder with all that is in it. */
  async deleteArtifacts(runId: string, path: string): Promise<void> {
    await (await this.openRunArtifacts(runId)).delete(path);
  }

  async #rememberTable(runId: string, path: string): Promise<void> {
    const tag = (await this.getRun(runId)).data.tags[MLFLOW_TAG.loggedArtifacts] ?? "[]";
    const tables = JSON.parse(tag) as { path: string; type: string }[];
    if (tables.some((table) => table.path === path && table.type === "table")) return;
    // MLflow's `load_table` looks for the text that Python would have written.
    const printed = printPythonJson([...tables, { path, type: "table" }]);
    this.setTag(runId, MLFLOW_TAG.loggedArtifacts, printed);
  }
}

/** Copies all files of a folder of this machine, at any depth, into a folder of artifacts. */
export async function uploadFolder(
  artifacts: ArtifactRepository,
  localFolder: string,
  folder: string,
): Promise<void> {
  const found = await stat(localFolder).catch(() => undefined);
  if (!found?.isDirectory()) throw notFound(`No such folder: '${localFolder}'`);
  const local = await openArtifacts({ kind: "folder", folder: localFolder });
  const files = await collect(local.list(""));
  const { default: pMap } = await import("p-map");
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
