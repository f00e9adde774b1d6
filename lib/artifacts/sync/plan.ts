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
  /** Of two files of one size, whether their content is the same: at once where nothing has to be read. Wrong only in saying no. */
  readonly isSame: (from: ArtifactFile, to: ArtifactFile) => boolean | Promise<boolean>;
  /** Told of each two files that are the same. */
  readonly onSame?: (from: ArtifactFile, to: ArtifactFile) => void | Promise<void>;
}

/** Compares two sides in one pass over both. It holds what is to be done, not what is there. */
export async function planSync({
  from,
  to,
  isMeant,
  isSame,
  onSame,
}: PlanInput): Promise<SyncPlan> {
  const copies: (Copy | undefined)[] = [];
  const extras: ArtifactFile[] = [];
  const unchanged = { files: 0, bytes: 0 };
  let sourceFiles = 0;
  const reading = new Set<Promise<void>>();
  const wait = async (task: Promise<void>): Promise<void> => {
    reading.add(task);
    // Its error is met where all are waited for.
    task.then(
      () => reading.delete(task),
      () => undefined,
    );
    if (reading.size >= CONCURRENCY) await Promise.race(reading);
  };
  const pass = (left: ArtifactFile, right: ArtifactFile): void | Promise<void> => {
    unchanged.files++;
    unchanged.bytes += left.fileSize ?? 0;
    return onSame?.(left, right);
  };

  const pairs = merge(meant(from, isMeant), meant(to, isMeant));
  for await (const { left, right } of pairs) {
    if (left === undefined) {
      if (right !== undefined) extras.push(right);
      continue;
    }
    sourceFiles++;
    if (right === undefined) copies.push({ file: left, reason: "new" });
    else if (left.fileSize !== right.fileSize) {
      copies.push({ file: left, reason: "size", replaced: right });
    } else {
      const same = left.fileSize === 0 || isSame(left, right);
      if (same === false) copies.push({ file: left, reason: "content", replaced: right });
      else if (same === true) {
        const passing = pass(left, right);
        if (passing !== undefined) await wait(passing);
      } else {
        // Its place is kept: copies stay in the order of their paths.
        const place = copies.push(undefined) - 1;
        const copy: Copy = { file: left, reason: "content", replaced: right };
        await wait(
          same.then((isIt) => {
            if (isIt) return pass(left, right);
            copies[place] = copy;
          }),
        );
      }
    }
  }
  await Promise.all(reading);
  const all = copies.includes(undefined) ? copies.filter((copy) => copy !== undefined) : copies;
  return { copies: all as Copy[], extras, unchanged, sourceFiles };
}

interface Pair {
  readonly left: ArtifactFile | undefined;
  readonly right: ArtifactFile | undefined;
}

async function* merge(
  from: AsyncIterator<ArtifactFile, undefined>,
  to: AsyncIterator<ArtifactFile, undefined>,
): AsyncGenerator<Pair> {
  let [left, right] = await Promise.all([from.next(), to.next()]);
  while (!left.done || !right.done) {
    const order = left.done ? 1 : right.done ? -1 : compareText(left.value.path, right.value.path);
    yield {
      left: order <= 0 ? left.value : undefined,
      right: order >= 0 ? right.value : undefined,
    };
    // Both at once: each of them may have to wait.
    const [nextLeft, nextRight] = [order <= 0 && from.next(), order >= 0 && to.next()];
    if (nextLeft) left = await nextLeft;
    if (nextRight) right = await nextRight;
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
