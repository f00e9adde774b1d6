import { CommanderError } from "commander";
import { MlrunsError, placedMessage } from "../errors.ts";
import { warn } from "./output.ts";

/** Exit codes that scripts can rely on. */
export const EXIT = {
  done: 0,
  failed: 1,
  wrongUsage: 2,
  /** Done, but some of it could not be read or moved: each is named on stderr. */
  doneInPart: 3,
} as const;

/** Says what went wrong and gives the exit code. Only a bug shows its stack. */
export function explain(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.wrongUsage;
  if (error instanceof MlrunsError) {
    warn(`mlruns: ${placedMessage(error)}`);
    if (error.hint !== undefined) warn(error.hint);
    return EXIT.failed;
  }
  if (isSystemError(error)) {
    warn(`mlruns: ${error.message}`);
    return EXIT.failed;
  }
  warn(error instanceof Error ? (error.stack ?? error.message) : String(error));
  return EXIT.failed;
}

/** No permission, no space: the user's to mend, and its message names the file. */
function isSystemError(error: unknown): error is Error {
  return (
    error instanceof Error &&
    "code" in error &&
    typeof error.code === "string" &&
    /^E[A-Z]+$/.test(error.code)
  );
}
