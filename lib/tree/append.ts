import {
  closeSync,
  fdatasyncSync,
  fstatSync,
  ftruncateSync,
  openSync,
  readSync,
  writeSync,
} from "node:fs";
import { sep } from "node:path";
import { clashOr, makeKeyFolder } from "./write.ts";

export interface AppenderOptions {
  /** Most files kept open at a time. */
  readonly maxOpen?: number;
  /** Holds lines back until `flush`, until there are `bufferBytes` of them or until `bufferMs` have passed. */
  readonly buffer?: boolean;
  readonly bufferBytes?: number;
  readonly bufferMs?: number;
}

/** A file that stays open. */
export interface OpenFile {
  /** Folder of the run or model that the file belongs to. */
  readonly owner: string;
  readonly key: string;
  readonly fd: number;
  pending: string;
}

/**
 * Appends whole lines to files through descriptors that stay open.
 *
 * Each `append` is one `write` to a file opened with O_APPEND: lines of several processes interleave whole, and
 * what `append` has returned from is with the kernel, so that a SIGKILL loses nothing. Opening costs ten times
 * as much as writing, hence the cache; the file that was opened first is closed first.
 */
export class Appender {
  /** By owner, then by key: both are strings that callers hold already, so a look-up builds none. */
  readonly #files = new Map<string, Map<string, OpenFile>>();
  readonly #inOrder = new Set<OpenFile>();
  readonly #maxOpen: number;
  readonly #bufferBytes: number;
  readonly #bufferMs: number;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: AppenderOptions = {}) {
    this.#maxOpen = options.maxOpen ?? 128;
    this.#bufferBytes = options.buffer ? (options.bufferBytes ?? 64 * 1024) : 0;
    this.#bufferMs = options.bufferMs ?? 1_000;
  }

  /** The file, when it is open: then its key has been checked and its folder made. */
  find(owner: string, key: string): OpenFile | undefined {
    return this.#files.get(owner)?.get(key);
  }

  /**
   * Opens a file, and makes its folder, unless it is open.
   *
   * @throws MlrunsError INVALID_PARAMETER_VALUE when another key stands in its way; the file system's error otherwise
   */
  open(owner: string, key: string, path: string): OpenFile {
    const known = this.find(owner, key);
    if (known !== undefined) return known;
    makeKeyFolder(path);
    const file: OpenFile = { owner, key, fd: openForAppend(path), pending: "" };
    try {
      if (endsHalfWay(file.fd)) writeWhole(file.fd, "\n");
    } catch (error) {
      closeSync(file.fd);
      throw error;
    }
    const files = this.#files.get(owner) ?? new Map<string, OpenFile>();
    this.#files.set(owner, files.set(key, file));
    this.#inOrder.add(file);
    const [oldest] = this.#inOrder;
    if (this.#inOrder.size > this.#maxOpen && oldest !== undefined) this.#close(oldest, false);
    return file;
  }

  /**
   * Appends `lines`, which end with a newline.
   *
   * @throws the file system's error when the disk is full; no part of a line stays then
   */
  append(file: OpenFile, lines: string): void {
    if (this.#bufferBytes === 0) {
      writeWhole(file.fd, lines);
      return;
    }
    file.pending += lines;
    if (file.pending.length >= this.#bufferBytes) writePending(file);
    else this.#timer ??= setTimeout(() => this.flush(), this.#bufferMs).unref();
  }

  /** Writes what is held back. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    for (const file of this.#inOrder) writePending(file);
  }

  /** Flushes, waits until the bytes are on the disk and closes: the files of owners in or below `folder`, or all. */
  close(folder?: string): void {
    for (const file of [...this.#inOrder]) {
      const isMeant = folder === undefined || `${file.owner}${sep}`.startsWith(`${folder}${sep}`);
      if (isMeant) this.#close(file, true);
    }
  }

  #close(file: OpenFile, durable: boolean): void {
    this.#inOrder.delete(file);
    const files = this.#files.get(file.owner);
    files?.delete(file.key);
    if (files?.size === 0) this.#files.delete(file.owner);
    try {
      writePending(file);
      if (durable) fdatasyncSync(file.fd);
    } finally {
      closeSync(file.fd);
    }
  }
}

function openForAppend(path: string): number {
  try {
    return openSync(path, "a+");
  } catch (error) {
    throw clashOr(error, path);
  }
}

/** A writer that was killed may have left half a line: ours must not become its end. */
function endsHalfWay(fd: number): boolean {
  const { size } = fstatSync(fd);
  if (size === 0) return false;
  const last = Buffer.alloc(1);
  readSync(fd, last, 0, 1, size - 1);
  return last[0] !== 0x0a;
}

function writePending(file: OpenFile): void {
  if (file.pending === "") return;
  const lines = file.pending;
  file.pending = "";
  writeWhole(file.fd, lines);
}

/** One `write` as a rule. When the disk takes only a part, the half line is cut off again. */
function writeWhole(fd: number, text: string): void {
  const written = writeSync(fd, text);
  // One ASCII character is one byte, so this comparison is free for what metric lines hold.
  if (written === text.length) return;
  const bytes = Buffer.from(text);
  let done = written;
  try {
    while (done < bytes.length) done += writeSync(fd, bytes, done);
  } catch (error) {
    cutHalfLine(fd, bytes.subarray(bytes.lastIndexOf(0x0a, done - 1) + 1, done));
    throw error;
  }
}

/** Cuts `half` off the end of the file, unless somebody else has written behind it. */
function cutHalfLine(fd: number, half: Buffer): void {
  if (half.length === 0) return;
  const { size } = fstatSync(fd);
  const tail = Buffer.alloc(half.length);
  readSync(fd, tail, 0, half.length, size - half.length);
  if (tail.equals(half)) ftruncateSync(fd, size - half.length);
}
