import { MlrunsError } from "../errors.ts";
import type { Destination, Kind, Source } from "./items.ts";
import { concernsOneItem, type Report } from "./report.ts";

export interface CarryOptions {
  readonly signal?: AbortSignal;
  /** Is called after each item. */
  readonly onProgress?: (progress: CarryProgress) => void;
}

export interface CarryProgress {
  readonly report: Report;
  /** How many there are of each kind, where the source knows. */
  readonly totals: Partial<Readonly<Record<Kind, number>>>;
}

/**
 * Carries everything from a source to a destination. What the destination has already is passed over, so the same call
 * goes on where one that was interrupted ended.
 *
 * @throws MlrunsError CANCELLED when the signal says so; what ends the whole exchange, such as a server that is gone
 */
export async function carry(
  source: Source,
  destination: Destination,
  report: Report,
  { signal, onProgress }: CarryOptions = {},
): Promise<void> {
  const totals = onProgress === undefined ? {} : await source.count();
  for await (const item of source.items()) {
    if (signal?.aborted) throw new MlrunsError("CANCELLED", "The exchange was interrupted.");
    try {
      report.counts[item.kind][await destination.take(item)]++;
    } catch (error) {
      if (!concernsOneItem(error)) throw error;
      report.fail(item.kind, item.id, error);
    }
    onProgress?.({ report, totals });
  }
  await destination.finish();
}
