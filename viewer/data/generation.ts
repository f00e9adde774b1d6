import { type Signal, signal } from "@preact/signals";

/** Counts what the page learned of changes. Files that were read in the current generation need not be asked for again. */
export const generation: Signal<number> = signal(0);
