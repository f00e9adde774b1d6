import {
  closeSync,
  fdatasyncSync,
  fstatSync,
  ftruncateSync,
  openSync,
  readSync,
  writeSync,
} from "node:fs";
import { clashOr, makeKeyFolder } from "./write.ts";

export interface AppenderOptions {
  /** Most files kept open at a time. */
  readonly maxOpen?: number;
  /** Holds lines back until `flush`, until there are `bufferBytes` of them or until `bufferMs` have passed. */
  readonly buffer?: boolean;
  readonly bufferBytes?: number;
  readonly bufferMs?: number;
}

interface OpenFile {
  readonly path: string;
  readonly fd: number;
  pending: string;
}

/**
 * Appends whole lines to files through descriptors that stay open.
 *
 * Each `append` is one `write` to a file opened with O_APPEND: lines of several processes interleave whole, and
 * what `append` has returned from is with the kernel, so that a SIGKILL loses nothing. Opening costs ten times
 * as much as writing, hence the cache; the least recently opened file is closed first.
 */
export class Appender {
  readonly #files = new Map<string, OpenFile>();
  readonly #maxOpen: number;
  readonly #bufferBytes: number;
  readonly #bufferMs: number;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: AppenderOptions = {}) {
    this.#maxOpen = options.maxOpen ?? 128;
    this.#bufferBytes = options.buffer ? (options.bufferBytes ?? 64 * 1024) : 0;
    this.#bufferMs = options.bufferMs ?? 1_000;
  }

  /** Whether the file is open: then its key has been checked and its folder made. */
  has(path: string): boolean {
    return this.#files.has(path);
  }

  /**
   * Appends `lines`, which end with a newline.
   *
   * @throws the file system's error when the disk is full or the file cannot be opened; no part of a line stays then
   */
  append(path: string, lines: string): void {
    const file = this.#files.get(path) ?? this.#open(path);
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
    for (const file of this.#files.values()) writePending(file);
  }

  /** Flushes, waits until the bytes are on the disk and closes, for files below `folder` (all without one). */
  close(folder = ""): void {
    for (const file of [...this.#files.values()]) {
      if (file.path.startsWith(folder)) this.#close(file, true);
    }
  }

  #open(path: string): OpenFile {
    makeKeyFolder(path);
    const fd = openForAppend(path);
    const file: OpenFile = { path, fd, pending: "" };
    try {
      if (endsHalfWay(fd)) writeWhole(fd, "\n");
    } catch (error) {
      closeSync(fd);
      throw error;
    }
    this.#files.set(path, file);
    if (this.#files.size > this.#maxOpen) {
      const oldest = this.#files.values().next().value;
      if (oldest !== undefined) this.#close(oldest, false);
    }
    return file;
  }

  #close(file: OpenFile, durable: boolean): void {
    this.#files.delete(file.path);
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
