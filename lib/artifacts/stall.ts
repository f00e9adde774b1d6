import { pipeline, type Readable, Transform } from "node:stream";
import { MlrunsError } from "../errors.ts";
import { silenceLimit } from "./sdk.ts";

/** Without a byte for this long, a connection counts as dead. */
const STALL_MS = 30_000;

/**
 * The same bytes, but an error when none comes for a while: a connection that dies without a sign hangs for ever, and
 * the GCS SDK does even when it ends with one (googleapis/nodejs-storage issue 1822).
 */
export function failOnStall(
  source: Readable,
  what: string,
  stallMs: number = Math.min(STALL_MS, silenceLimit(STALL_MS)),
): Readable {
  const guarded = new Transform({
    transform(chunk, _encoding, done) {
      timer.refresh();
      done(null, chunk);
    },
  });
  const timer = setTimeout(() => {
    // Bytes that wait for a slow reader are no stall.
    if (guarded.readableLength > 0) timer.refresh();
    else guarded.destroy(stalled(what, stallMs));
  }, stallMs);
  timer.unref();
  pipeline(source, guarded, () => clearTimeout(timer));
  return guarded;
}

/** The same promise, but an error when it takes too long. */
export async function withinTime<Value>(
  promise: Promise<Value>,
  what: string,
  stallMs: number = STALL_MS,
): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(stalled(what, stallMs)), stallMs);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

function stalled(what: string, stallMs: number): MlrunsError {
  return new MlrunsError("TEMPORARILY_UNAVAILABLE", `Nothing came for ${stallMs} ms: ${what}`);
}
