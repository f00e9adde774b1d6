import { useEffect, useRef } from "preact/hooks";
import { singleKeys } from "./preferences.ts";

/** What a key does: `/`, `j`, `Control+k`, or two keys one after the other, `g t`. */
export type KeyMap = Readonly<Record<string, (event: KeyboardEvent) => void>>;

const SEQUENCE_MS = 1_200;

let pending = "";
let pendingSince = 0;

/**
 * Listens to keys while a component is shown. Single keys never act in text fields and dialogs, and not at all when
 * the reader turned them off; keys with Ctrl or ⌘ always do.
 */
export function useKeys(keys: KeyMap): void {
  const latest = useRef(keys);
  latest.current = keys;
  useEffect(() => {
    const listen = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.isComposing) return;
      const action = actionOf(event, latest.current);
      if (action === undefined) return;
      event.preventDefault();
      action(event);
    };
    document.addEventListener("keydown", listen);
    return () => document.removeEventListener("keydown", listen);
  }, []);
}

function actionOf(event: KeyboardEvent, keys: KeyMap): KeyMap[string] | undefined {
  if (event.ctrlKey || event.metaKey) return keys[`Control+${event.key.toLowerCase()}`];
  if (event.altKey || !singleKeys.peek() || isTyping(event.target)) return undefined;
  return keys[sequenceOf(event)] ?? keys[event.key];
}

/** `g t` when `g` was pressed just before. Several listeners may ask about the same event. */
function sequenceOf(event: KeyboardEvent): string {
  const now = event.timeStamp;
  if (now !== pendingSince && now - pendingSince > SEQUENCE_MS) pending = "";
  const before = pending.split(" ")[0] ?? "";
  if (now !== pendingSince) {
    pending = before === "g" && event.key !== "g" ? `g ${event.key}` : event.key;
    pendingSince = now;
  }
  return pending;
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target.closest("dialog, [popover]") !== null) return true;
  if (target instanceof HTMLInputElement)
    return target.type !== "checkbox" && target.type !== "radio";
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement;
}
