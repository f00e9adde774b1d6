import { setImmediate as othersTurn } from "node:timers/promises";

/** Items that wait to be taken. */
const MOST = 20_000;
/** Items after which others have their turn: a source that never waits, such as a walk, would let none have any. */
const AT_ONCE = 250;

/** The same items, of which some are read before they are asked for: two sources that are merged then do not wait for each other. */
export async function* readAhead<Item>(
  source: AsyncIterable<Item>,
  most: number = MOST,
): AsyncGenerator<Item, undefined> {
  const iterator = source[Symbol.asyncIterator]();
  let ready: Item[] = [];
  let ended: { readonly error?: unknown } | undefined;
  let isStopped = false;
  let wakeReader: (() => void) | undefined;
  let wakeTaker: (() => void) | undefined;

  const read = async (): Promise<void> => {
    try {
      for (let taken = 1; !isStopped; taken++) {
        const { done, value } = await iterator.next();
        if (done) break;
        if (taken % AT_ONCE === 0) await othersTurn();
        ready.push(value);
        wakeTaker?.();
        if (ready.length >= most) {
          await new Promise<void>((resolve) => {
            wakeReader = resolve;
          });
        }
      }
      ended = {};
    } catch (error) {
      ended = { error };
    }
    wakeTaker?.();
  };
  void read();
  try {
    for (;;) {
      if (ready.length > 0) {
        const taken = ready;
        ready = [];
        wakeReader?.();
        yield* taken;
      } else if (ended !== undefined) {
        if ("error" in ended) throw ended.error;
        return undefined;
      } else {
        await new Promise<void>((resolve) => {
          wakeTaker = resolve;
        });
      }
    }
  } finally {
    isStopped = true;
    wakeReader?.();
    await iterator.return?.();
  }
}
