import type { SyncOptions, SyncProgress, SyncReport, SyncStep } from "../client/sync.ts";
import { MlrunsError } from "../errors.ts";
import { EXIT, explain } from "./exit.ts";
import { print, printJson, shortDuration, statusLine, warn } from "./output.ts";
import { type SyncFlags, toSyncOptions } from "./sync-options.ts";

/** Exit codes of the commands that move or compare files; others have those of `EXIT`. */
const SYNC_EXIT = { noAccess: 3, conflict: 4, differences: 5, interrupted: 130 } as const;

const CODE_OF_ERROR: Readonly<Record<string, number>> = {
  UNAUTHENTICATED: SYNC_EXIT.noAccess,
  PERMISSION_DENIED: SYNC_EXIT.noAccess,
  RESOURCE_DOES_NOT_EXIST: SYNC_EXIT.noAccess,
  RESOURCE_CONFLICT: SYNC_EXIT.conflict,
  ABORTED: SYNC_EXIT.conflict,
  CANCELLED: SYNC_EXIT.interrupted,
};

/**
 * Runs a command that can be stopped, and sets the exit code that it gives or that its error has.
 *
 * @param codes - exit codes of errors that are not just 1
 */
export async function runStoppable(
  action: (signal: AbortSignal) => Promise<number>,
  codes: Readonly<Record<string, number>> = CODE_OF_ERROR,
): Promise<void> {
  const stop = new AbortController();
  const interrupt = (): void => stop.abort();
  process.once("SIGINT", interrupt).once("SIGTERM", interrupt);
  try {
    process.exitCode = await action(stop.signal);
  } catch (error) {
    const code = explain(error);
    process.exitCode = (error instanceof MlrunsError && codes[error.errorCode]) || code;
  } finally {
    process.off("SIGINT", interrupt).off("SIGTERM", interrupt);
  }
}

/** Loaded when files move: `--help` does not need it. */
export const engine = (): Promise<typeof import("../client/sync.ts")> =>
  import("../client/sync.ts");

/** Moves files with what the options say, shows how far it is, and tells how it ended. */
export async function runSync(
  flags: SyncFlags,
  move: (options: SyncOptions) => Promise<SyncReport>,
): Promise<void> {
  if (flags.sizeOnly) warn("--size-only: a change that leaves a file's size is not seen");
  await runStoppable(async (signal) => {
    const progress = showProgress();
    try {
      const report = await move({
        ...toSyncOptions(flags),
        signal,
        onProgress: progress.update,
        onDelete: ({ files, bytes }) => {
          progress.end();
          const what = `${files} ${files === 1 ? "file" : "files"} (${shortBytes(bytes)}) that the source does not have`;
          warn(flags.dryRun ? `would delete ${what}` : `deleting ${what}`);
        },
        onStep: (step) => {
          if (flags.dryRun && !flags.json) print(stepLine(step));
        },
      });
      progress.end();
      return reportSync(report, flags.json ?? false);
    } finally {
      progress.end();
    }
  });
}

/** Says how a run ended. @returns its exit code */
export function reportSync(report: SyncReport, isJson: boolean): number {
  for (const { path, errorCode, message } of report.failures) {
    warn(`failed ${JSON.stringify(path)}: ${message} [${errorCode}]`);
  }
  if (isJson) printJson(report);
  else print(summary(report));
  if (report.interrupted) return SYNC_EXIT.interrupted;
  if (report.failures.length === 0) return EXIT.done;
  const isConflict = report.failures.every(({ errorCode }) => errorCode === "RESOURCE_CONFLICT");
  return isConflict ? SYNC_EXIT.conflict : EXIT.failed;
}

/** The exit code of a comparison. */
export function exitOfDifferences(count: number): number {
  return count === 0 ? EXIT.done : SYNC_EXIT.differences;
}

export function stepLine({ op, path, size, reason }: SyncStep): string {
  return `${op} ${path} (${reason === undefined ? "" : `${reason}, `}${shortBytes(size)})`;
}

/** Keeps the user posted on a terminal. */
export function showProgress(): {
  update: (progress: SyncProgress) => void;
  end: () => void;
} {
  const line = statusLine();
  const started = performance.now();
  return {
    update: (progress) => line.show(() => progressLine(progress, performance.now() - started)),
    end: line.end,
  };
}

export function progressLine(
  { files, allFiles, bytes, allBytes }: SyncProgress,
  elapsedMs: number,
): string {
  const rate = elapsedMs > 0 ? (bytes / elapsedMs) * 1_000 : 0;
  const left = rate > 0 ? shortDuration((Math.max(0, allBytes - bytes) / rate) * 1_000) : "?";
  return `${files}/${allFiles} files, ${shortBytes(bytes)} of ${shortBytes(allBytes)}, ${shortBytes(rate)}/s, ${left} left`;
}

/** Such as `1.5 MiB`. */
export function shortBytes(bytes: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  const power = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10));
  const value = bytes / 1024 ** power;
  return `${power === 0 || value >= 100 ? Math.round(value) : Number(value.toFixed(1))} ${units[power]}`;
}

function summary({
  dryRun,
  copied,
  deleted,
  requests,
  unchanged,
  extra,
  left,
  failures,
  seconds,
}: SyncReport): string {
  const would = dryRun ? "would be " : "";
  const asked = requests === undefined ? "" : `, ${requests} requests`;
  const parts = [
    `${copied.files} ${would}copied (${shortBytes(copied.bytes)}${asked})`,
    `${unchanged.files} unchanged`,
    ...(deleted > 0 ? [`${deleted} ${would}deleted`] : []),
    ...(extra > 0 ? [`${extra} only at the target`] : []),
    ...(failures.length > 0 ? [`${failures.length} failed`] : []),
    ...(left > 0 ? [`${left} not done`] : []),
  ];
  return `${parts.join(", ")}, ${shortDuration(seconds * 1_000)}`;
}
