import { MlrunsError } from "../../../errors.ts";

/** Sends entries in portions. Where the server refuses one, its entries are sent one by one, and who is refused is told. */
export async function sendInBatches<Entry>(
  entries: readonly Entry[],
  size: number,
  send: (batch: readonly Entry[]) => Promise<unknown>,
  refused: (entry: Entry, error: MlrunsError) => void,
): Promise<void> {
  for (let start = 0; start < entries.length; start += size) {
    const batch = entries.slice(start, start + size);
    try {
      await send(batch);
    } catch (error) {
      if (!isRefusal(error)) throw error;
      const [only] = batch;
      if (batch.length === 1 && only !== undefined) refused(only, error);
      else await sendInBatches(batch, 1, send, refused);
    }
  }
}

function isRefusal(error: unknown): error is MlrunsError {
  return error instanceof MlrunsError && error.httpStatus === 400;
}
