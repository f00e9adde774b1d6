import { createHash } from "node:crypto";
import {
  appendFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
} from "node:fs";
import { join } from "node:path";
import writeFileAtomic from "write-file-atomic";
import { cacheFolder } from "../state/cache-folder.ts";
import { openJsonFile } from "../state/json-file.ts";
import { experimentFolder } from "../tree/layout.ts";
import { decodeShard, encodeShard } from "./codec.ts";
import type { Shard } from "./shard.ts";

/** Of the catalog in the user's cache folder: whose it is. */
interface Manifest {
  readonly format: 1;
  root: string;
  /** When it was last written, ms since the epoch. */
  writtenAt: number;
}

/** Catalogs of roots that are gone, or that nobody has opened for so long, are removed, ms. */
const FORGET_AFTER_MS = 90 * 24 * 3_600_000;
const MANIFEST = "manifest.json";
const BASE = ".shard";
const DELTA = ".delta";
/** A hidden file in an experiment's folder leaves MLflow undisturbed; a folder in the root would be an experiment to it. */
const IN_TREE = ".catalog";

/**
 * Where the shards of a tree are kept: in the user's cache folder, under a hash of the root's real path. Whatever goes wrong
 * here is no error: what cannot be read is made again, and where nothing can be written the catalog stays in memory.
 */
export class ShardFiles {
  readonly #root: string;
  #folder: string | undefined;
  #canWrite = true;

  constructor(root: string) {
    this.#root = root;
  }

  /** The folder of this tree's catalog. */
  get folder(): string {
    const root = realPath(this.#root);
    const name = createHash("sha256").update(root).digest("hex").slice(0, 24);
    this.#folder ??= join(cacheFolder(), "catalog", name);
    return this.#folder;
  }

  /** The shard as it was last saved, else as it lies in the tree; undefined when there is none that can be used. */
  load(experimentId: string, inTrash: boolean): Shard | undefined {
    const base = readIfThere(this.#path(experimentId, BASE));
    if (base !== undefined) {
      const delta = readIfThere(this.#path(experimentId, DELTA));
      const shard = decode(delta ? [base, delta] : [base], experimentId, inTrash);
      if (shard !== undefined) return shard;
    }
    const inTree = readIfThere(this.#inTree(experimentId, inTrash));
    return inTree && decode([inTree], experimentId, inTrash);
  }

  /**
   * Saves rows of a shard: some are appended, many are written with all the others. Rows that may have changed unseen are
   * left out, and read again by whoever opens the tree next.
   */
  save(shard: Shard, inTrash: boolean, runIds: Iterable<string>): void {
    if (!this.#canWrite) return;
    const rows = [...runIds].flatMap((runId) => settledRow(shard, runId));
    try {
      if (this.#isLittle(shard, rows.length)) {
        if (rows.length === 0) return;
        appendFileSync(
          this.#path(shard.experimentId, DELTA),
          encodeShard(shard, inTrash, rows),
          PRIVATE,
        );
      } else {
        this.#saveWhole(shard, inTrash);
      }
    } catch (error) {
      if (!isSystemError(error)) throw error;
      this.#canWrite = false;
    }
  }

  /** Writes a shard into the tree itself. @throws the file system's error */
  saveInTree(shard: Shard, inTrash: boolean): void {
    const rows = shard.runIds.flatMap((runId) => settledRow(shard, runId));
    writeFileAtomic.sync(
      this.#inTree(shard.experimentId, inTrash),
      encodeShard(shard, inTrash, rows),
    );
  }

  /** Removes what is kept of this tree. @returns bytes that it took */
  clear(): number {
    const bytes = this.size();
    rmSync(this.folder, { recursive: true, force: true });
    this.#canWrite = true;
    return bytes;
  }

  /** Bytes that are kept of this tree. */
  size(): number {
    return namesIn(this.folder).reduce((sum, name) => sum + sizeOf(join(this.folder, name)), 0);
  }

  /** Notes whose catalog this is, and removes those of trees that are gone. */
  async tidy(): Promise<void> {
    if (!this.#canWrite || namesIn(this.folder).length === 0) return;
    try {
      const manifest = await openJsonFile<Manifest>(join(this.folder, MANIFEST), {
        format: 1,
        root: realPath(this.#root),
        writtenAt: 0,
      });
      manifest.data.writtenAt = Date.now();
      await manifest.write();
      const parent = join(cacheFolder(), "catalog");
      for (const name of namesIn(parent)) await forget(join(parent, name));
    } catch (error) {
      if (!isSystemError(error)) throw error;
    }
  }

  #saveWhole(shard: Shard, inTrash: boolean): void {
    const rows = shard.runIds.flatMap((runId) => settledRow(shard, runId));
    mkdirSync(this.folder, { recursive: true, mode: 0o700 });
    const path = this.#path(shard.experimentId, BASE);
    writeFileAtomic.sync(path, encodeShard(shard, inTrash, rows), { ...PRIVATE, fsync: false });
    rmSync(this.#path(shard.experimentId, DELTA), { force: true });
  }

  #isLittle(shard: Shard, rows: number): boolean {
    const base = sizeOf(this.#path(shard.experimentId, BASE));
    const delta = sizeOf(this.#path(shard.experimentId, DELTA));
    return base > 0 && rows <= shard.count / 4 && delta < base / 2;
  }

  #path(experimentId: string, ending: string): string {
    return join(this.folder, `${experimentId}${ending}`);
  }

  #inTree(experimentId: string, inTrash: boolean): string {
    return join(experimentFolder(this.#root, experimentId, inTrash), IN_TREE);
  }
}

/** What is kept shows params and tags: it is for its owner only. */
const PRIVATE = { mode: 0o600 } as const;

function settledRow(shard: Shard, runId: string): number[] {
  const row = shard.find(runId);
  return row === undefined || shard.unsettled.has(runId) ? [] : [row];
}

/** A shard that fits its check sum and yet cannot be read was made by a stranger: it counts as damaged, too. */
function decode(
  blocks: readonly Buffer[],
  experimentId: string,
  inTrash: boolean,
): Shard | undefined {
  try {
    return decodeShard(blocks, experimentId, inTrash);
  } catch {
    return undefined;
  }
}

async function forget(folder: string): Promise<void> {
  const { data } = await openJsonFile<Manifest>(join(folder, MANIFEST), NO_MANIFEST);
  const isGone = data.root !== "" && statSync(data.root, { throwIfNoEntry: false }) === undefined;
  const isOld = Date.now() - (data.writtenAt || timeOf(folder)) > FORGET_AFTER_MS;
  if (isGone || isOld) rmSync(folder, { recursive: true, force: true });
}

const NO_MANIFEST: Manifest = { format: 1, root: "", writtenAt: 0 };

function timeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Date.now();
}

function readIfThere(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch (error) {
    if (isSystemError(error)) return undefined;
    throw error;
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (isSystemError(error)) return [];
    throw error;
  }
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch (error) {
    if (isSystemError(error)) return path;
    throw error;
  }
}

function isSystemError(error: unknown): boolean {
  return error instanceof Error && "code" in error && "syscall" in error;
}
