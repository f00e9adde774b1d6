import { randomBytes } from "node:crypto";
import {
  closeSync,
  type Dirent,
  fsyncSync,
  futimesSync,
  lstatSync,
  open,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeSync,
} from "node:fs";
import { dirname, join, sep } from "node:path";
import { promisify } from "node:util";
import fs from "fs-extra";
import { compareText } from "../entities/record.ts";
import { MlrunsError } from "../errors.ts";

/** How MLflow 3 names a file while it is being written; no listing shows it. */
const UPLOADING = ".artifact.uploading.";

/** A look at a file that takes longer is one over a network. Milliseconds. */
const SLOW_LOOK_MS = 0.1;

/** A file of this machine, found by a walk. */
export interface FoundFile {
  /** Relative to the start of the walk, separated by `/`; a folder that cannot be read ends with one. */
  readonly path: string;
  /** Undefined for what is there and cannot be looked at: who needs its content meets the reason. */
  readonly stat: Stats | undefined;
}

export interface WalkOptions {
  /** Goes into folders that are links, unless they contain the link. */
  readonly followLinks: boolean;
}

/**
 * The files below a folder in the byte order of their paths, which is the order in which object stores list. Holds the
 * names of the folders on the way, never the whole tree. A missing folder has no files; a dangling link is none.
 */
export async function* walkFiles(folder: string, options: WalkOptions): AsyncGenerator<FoundFile> {
  const stat = await fs.stat(folder).catch(() => undefined);
  if (stat?.isDirectory()) yield* walkInto(folder, "", [identityOf(stat)], options);
}

/** Whether this is the name of a file that is being written. */
export function isUploading(name: string): boolean {
  return name.startsWith(UPLOADING);
}

export interface ReplaceOptions {
  /** For a temporary file that a later process may go on with: it stays when filling it fails. */
  readonly name?: string;
  /** The bytes, and then the name, are on the disk before the call ends. */
  readonly durable?: boolean;
}

/**
 * Fills a temporary file beside `file`, under a name that MLflow 3 hides, and moves it over `file`.
 *
 * @throws MlrunsError INVALID_PARAMETER_VALUE when a folder is in the way, or a file where a folder is needed
 */
export async function replaceWith<Result>(
  file: string,
  fill: (temporary: string) => Promise<Result>,
  { name, durable }: ReplaceOptions = {},
): Promise<Result> {
  await makeFolder(file);
  const temporary = temporaryFor(file, name);
  try {
    const result = await fill(temporary);
    if (durable) writeThrough(temporary);
    await fs.rename(temporary, file);
    if (durable) writeThrough(dirname(file));
    return result;
  } catch (error) {
    if (name === undefined || !isTransient(error)) await fs.remove(temporary);
    throw conflictOf(error, file);
  }
}

/**
 * As `replaceWith`, for a file that is small: all but to make the file at once, because handing each other step of it to
 * another thread takes longer than the step.
 *
 * @param modified - time of the file, ms since the epoch
 */
export async function replaceSmall(
  file: string,
  bytes: Buffer,
  modified: number | null,
  durable = false,
): Promise<void> {
  const temporary = temporaryFor(file);
  try {
    const opened = await openIn(file, temporary);
    try {
      // A disk that is nearly full takes a part of it, and says so only the next time.
      for (let at = 0; at < bytes.length; ) at += writeSync(opened, bytes, at);
      if (modified !== null) futimesSync(opened, modified / 1_000, modified / 1_000);
      if (durable) fsyncSync(opened);
    } finally {
      closeSync(opened);
    }
    renameSync(temporary, file);
    if (durable) writeThrough(dirname(file));
  } catch (error) {
    rmSync(temporary, { force: true });
    throw conflictOf(error, file);
  }
}

/** Waits until a file, or a folder's list of names, is on the disk. */
function writeThrough(path: string): void {
  // Windows waits only for what is open for writing, which a folder cannot be: it keeps their lists by itself.
  if (process.platform === "win32" && statSync(path).isDirectory()) return;
  const opened = openSync(path, process.platform === "win32" ? "r+" : "r");
  try {
    fsyncSync(opened);
  } finally {
    closeSync(opened);
  }
}

const PROCESS = randomBytes(8).toString("hex");
let temporaries = 0;

function temporaryFor(file: string, name = `${PROCESS}-${temporaries++}`): string {
  return join(dirname(file), UPLOADING + name);
}

const openNew = promisify(open);

/** Opens a new file, whose folder is made when it is not there. */
async function openIn(file: string, temporary: string): Promise<number> {
  try {
    return await openNew(temporary, "wx");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    await fs.mkdir(dirname(file), { recursive: true });
    return openNew(temporary, "wx");
  }
}

/** Whether an error is of this machine's disk, and not of a connection: no other try helps. */
export function isOfDisk(error: unknown): boolean {
  return /^(ENOSPC|EDQUOT|EFBIG|EROFS|EIO)$/.test((error as NodeJS.ErrnoException).code ?? "");
}

/** Whether two looks at a file tell of the same content. */
export function isSameFile(before: Stats, after: Stats): boolean {
  return before.size === after.size && before.mtimeMs === after.mtimeMs && before.ino === after.ino;
}

export function changedMeanwhile(file: string): MlrunsError {
  return new MlrunsError("ABORTED", `'${file}' changed while it was read.`, {
    hint: "Once more, when nothing writes to it.",
  });
}

async function* walkInto(
  folder: string,
  prefix: string,
  above: readonly string[],
  options: WalkOptions,
): AsyncGenerator<FoundFile> {
  const all = entriesOf(folder, prefix === "");
  if (all === undefined) return yield { path: prefix, stat: undefined };
  const entries = all.filter((entry) => !isUploading(entry.name));
  const found = await lookAtAll(folder, entries, options);
  for (const { name, stat } of found.sort((a, b) => compareText(sortKey(a), sortKey(b)))) {
    if (stat === undefined || stat.isFile()) yield { path: prefix + name, stat };
    else if (stat.isDirectory()) {
      // A folder that contains itself through a link has no end.
      const identity = identityOf(stat);
      if (above.includes(identity)) continue;
      yield* walkInto(join(folder, name), `${prefix}${name}/`, [...above, identity], options);
    }
  }
}

/** One after the other at once, which is quickest on a disk of this machine; several at a time where it turns out to be far away. */
async function lookAtAll(
  folder: string,
  entries: readonly Dirent[],
  options: WalkOptions,
): Promise<Looked[]> {
  const found: (Looked | undefined)[] = [];
  const begun = performance.now();
  for (const [i, entry] of entries.entries()) {
    if (i % 32 === 31 && performance.now() - begun > i * SLOW_LOOK_MS) {
      const rest = await Promise.all(entries.slice(i).map((one) => lookFar(folder, one, options)));
      return [...found, ...rest].filter((one) => one !== undefined);
    }
    found.push(look(folder, entry, options));
  }
  return found.filter((one) => one !== undefined);
}

async function makeFolder(file: string): Promise<void> {
  try {
    await fs.mkdir(dirname(file), { recursive: true });
  } catch (error) {
    throw conflictOf(error, file);
  }
}

function conflictOf(error: unknown, file: string): unknown {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "EISDIR" || code === "ENOTEMPTY") {
    return new MlrunsError("RESOURCE_CONFLICT", `'${file}' is a folder.`, { cause: error });
  }
  if (code === "ENOTDIR" || code === "EEXIST") {
    return new MlrunsError("RESOURCE_CONFLICT", `A folder on the way to '${file}' is a file.`, {
      cause: error,
    });
  }
  return error;
}

/** Whether what was moved so far is of use to the next try. */
function isTransient(error: unknown): boolean {
  return (
    !(error instanceof MlrunsError) ||
    error.errorCode === "TEMPORARILY_UNAVAILABLE" ||
    error.errorCode === "CANCELLED"
  );
}

/** Undefined for a folder that cannot be read; at the start of a walk that is an error. */
function entriesOf(folder: string, isStart: boolean): Dirent[] | undefined {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    if (isGone(error)) return [];
    if (isStart) throw error;
    return undefined;
  }
}

interface Looked {
  readonly name: string;
  /** As {@link FoundFile.stat}. */
  readonly stat: Stats | undefined;
}

/** Undefined for what was removed since, and for a link that leads nowhere. */
function look(folder: string, entry: Dirent, { followLinks }: WalkOptions): Looked | undefined {
  const path = `${folder}${sep}${entry.name}`;
  try {
    if (!entry.isSymbolicLink()) return { name: entry.name, stat: lstatSync(path) };
    return followLinks ? { name: entry.name, stat: statSync(path) } : undefined;
  } catch (error) {
    return unseen(entry, error);
  }
}

/** As `look`, in another thread. */
async function lookFar(
  folder: string,
  entry: Dirent,
  { followLinks }: WalkOptions,
): Promise<Looked | undefined> {
  const path = join(folder, entry.name);
  try {
    if (!entry.isSymbolicLink()) return { name: entry.name, stat: await fs.lstat(path) };
    return followLinks ? { name: entry.name, stat: await fs.stat(path) } : undefined;
  } catch (error) {
    return unseen(entry, error);
  }
}

/** A name that is no UTF-8 is read as another one, under which there is nothing: such a file must not be passed over. */
function unseen({ name }: Dirent, error: unknown): Looked | undefined {
  return isGone(error) && !name.includes("\ufffd") ? undefined : { name, stat: undefined };
}

/** Whether nothing is there, or a link that leads nowhere or to itself. */
function isGone(error: unknown): boolean {
  return /^(ENOENT|ENOTDIR|ELOOP)$/.test((error as NodeJS.ErrnoException).code ?? "");
}

function identityOf(stat: Stats): string {
  return `${stat.dev}:${stat.ino}`;
}

function sortKey({ name, stat }: Looked): string {
  return stat?.isDirectory() ? `${name}/` : name;
}
