import { type Signal, signal } from "@preact/signals";

/** Generation of the data as the manifest or the last change named it; empty until the manifest is read. */
export const generation: Signal<string> = signal("");
