import { pMapIterable } from "p-map";
import { compareText } from "../../entities/record.ts";
import { MlrunsError } from "../../errors.ts";
import type { ArtifactFile } from "../artifact-repository.ts";

/** Files compared at a time: to compare may be to read one. */
const CONCURRENCY = 16;

/** Why a file is copied. */
export type Reason = "new" | "size" | "content";

export interface Copy {
  readonly file: ArtifactFile;
  readonly reason: Reason;
  /** What the second side has under this path. */
  readonly replaced?: ArtifactFile;
}

/** What is to be done so that the second side holds what the first one does. */
export interface SyncPlan {
  readonly copies: readonly Copy[];
  /** Files of the second side that the first one does not have. */
  readonly extras: readonly ArtifactFile[];
  readonly unchanged: { readonly files: number; readonly bytes: number };
  /** Files of the first side. */
  readonly sourceFiles: number;
}

export interface PlanInput {
  /** Both in byte order of their paths. */
  readonly from: AsyncIterable<ArtifactFile>;
  readonly to: AsyncIterable<ArtifactFile>;
  readonly isMeant: (path: string) => boolean;
  /** Of two files of one size, whether their content is the same. Wrong only in saying no. */
  readonly isSame: (from: ArtifactFile, to: ArtifactFile) => Promise<boolean>;
  /** Told of each two files that are the same. */
  readonly onSame?: (from: ArtifactFile, to: ArtifactFile) => Promise<void>;
}

/** Compares two sides in one pass over both. It holds what is to be done, not what is there. */
export async function planSync({
  from,
  to,
  isMeant,
  isSame,
  onSame,
}: PlanInput): Promise<SyncPlan> {
  const copies: Copy[] = [];
  const extras: ArtifactFile[] = [];
  const unchanged = { files: 0, bytes: 0 };
  let sourceFiles = 0;
  const decide = async (pair: Pair): Promise<Pair & { reason?: Reason }> => {
    const reason = await reasonToCopy(pair, isSame);
    if (reason !== undefined) return { ...pair, reason };
    if (pair.left !== undefined && pair.right !== undefined) await onSame?.(pair.left, pair.right);
    return pair;
  };
  const pairs = merge(meant(from, isMeant), meant(to, isMeant));
  for await (const { left, right, reason } of pMapIterable(pairs, decide, {
    concurrency: CONCURRENCY,
  })) {
    if (left === undefined) {
      if (right !== undefined) extras.push(right);
      continue;
    }
    sourceFiles++;
    if (reason !== undefined)
      copies.push({ file: left, reason, ...(right && { replaced: right }) });
    else {
      unchanged.files++;
      unchanged.bytes += left.fileSize ?? 0;
    }
  }
  return { copies, extras, unchanged, sourceFiles };
}

interface Pair {
  readonly left?: ArtifactFile;
  readonly right?: ArtifactFile;
}

async function reasonToCopy(
  { left, right }: Pair,
  isSame: PlanInput["isSame"],
): Promise<Reason | undefined> {
  if (left === undefined) return undefined;
  if (right === undefined) return "new";
  if (left.fileSize !== right.fileSize) return "size";
  if (left.fileSize === 0 || (await isSame(left, right))) return undefined;
  return "content";
}

async function* merge(
  from: AsyncIterator<ArtifactFile>,
  to: AsyncIterator<ArtifactFile>,
): AsyncGenerator<Pair> {
  let [left, right] = await Promise.all([from.next(), to.next()]);
  while (!left.done || !right.done) {
    const order = left.done ? 1 : right.done ? -1 : compareText(left.value.path, right.value.path);
    yield {
      ...(order <= 0 && !left.done ? { left: left.value } : {}),
      ...(order >= 0 && !right.done ? { right: right.value } : {}),
    };
    [left, right] = await Promise.all([
      order <= 0 ? from.next() : left,
      order >= 0 ? to.next() : right,
    ]);
  }
}

/** Passes on the files that are meant. Were a listing out of order, files would seem to be missing: that is checked. */
async function* meant(
  files: AsyncIterable<ArtifactFile>,
  isMeant: (path: string) => boolean,
): AsyncGenerator<ArtifactFile, undefined> {
  let last: string | undefined;
  for await (const file of files) {
    if (last !== undefined && compareText(last, file.path) >= 0) {
      throw new MlrunsError(
        "INTERNAL_ERROR",
        `Listed out of order: '${file.path}' after '${last}'`,
      );
    }
    last = file.path;
    if (isMeant(file.path)) yield file;
  }
  return undefined;
}
