import { type Signal, signal } from "@preact/signals";

/** What is open above the page. */
export const overlay: Signal<"none" | "palette" | "help"> = signal("none");

export interface Typed {
  readonly text: string;
  /** Enter was pressed after it. */
  readonly isEntered: boolean;
}

const NOTHING: Typed = { text: "", isEntered: false };

let typed: Typed = NOTHING;

/** Its code may still be on its way: what is typed meanwhile is kept for it. */
export function openPalette(): void {
  if (overlay.peek() === "palette") return;
  typed = NOTHING;
  document.addEventListener("keydown", keepTyped, true);
  overlay.value = "palette";
}

export function openHelp(): void {
  closeOverlay();
  overlay.value = "help";
}

export function closeOverlay(): void {
  document.removeEventListener("keydown", keepTyped, true);
  overlay.value = "none";
}

/** What was typed since the palette was asked for. From now on it gets its keys itself. */
export function takeTyped(): Typed {
  document.removeEventListener("keydown", keepTyped, true);
  return typed;
}

function keepTyped(event: KeyboardEvent): void {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  const { text } = typed;
  if (event.key === "Escape") closeOverlay();
  else if (event.key === "Enter") typed = { text, isEntered: true };
  else if (event.key === "Backspace") typed = { text: text.slice(0, -1), isEntered: false };
  else if (event.key.length === 1) typed = { text: text + event.key, isEntered: false };
  event.preventDefault();
  event.stopPropagation();
}
