import { type Signal, signal } from "@preact/signals";

/** What is open above the page. */
export const overlay: Signal<"none" | "palette" | "help"> = signal("none");

export function openPalette(): void {
  overlay.value = "palette";
}

export function openHelp(): void {
  overlay.value = "help";
}

export function closeOverlay(): void {
  overlay.value = "none";
}
