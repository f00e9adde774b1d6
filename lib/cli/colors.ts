import { createColors } from "picocolors";

type Colors = ReturnType<typeof createColors>;

/** For what goes to stdout. */
export const outColors: Colors = createColors(hasColors(process.stdout));

/** For what goes to stderr. */
export const errColors: Colors = createColors(hasColors(process.stderr));

/**
 * A stream is coloured where a person reads it. Not in a pipe, also not in CI (where picocolors
 * would by itself): a script that greps our words must find them. `NO_COLOR` and `FORCE_COLOR` decide first.
 */
function hasColors(stream: NodeJS.WriteStream): boolean {
  if (process.env.NO_COLOR) return false;
  if (process.env.FORCE_COLOR) return process.env.FORCE_COLOR !== "0";
  return stream.isTTY === true && process.env.TERM !== "dumb";
}
