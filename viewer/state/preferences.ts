import { effect, type Signal, signal } from "@preact/signals";
import { isBoolean, readStored, writeStored } from "./stored.ts";
import { isTheme, putTheme, type Theme } from "./theme.ts";

/** What one reader of this browser prefers, kept in local storage. Never needed: storage may be off. */
export function preference<Value>(
  name: string,
  initial: Value,
  isValid: (value: unknown) => value is Value,
): Signal<Value> {
  const stored = readStored(name);
  const value = signal(isValid(stored) ? stored : initial);
  let isFirst = true;
  effect(() => {
    const now = value.value;
    if (!isFirst) writeStored(name, now === initial ? undefined : now);
    isFirst = false;
  });
  return value;
}

export const theme: Signal<Theme> = preference("theme", "system", isTheme);
/** Rows of 40 px instead of 28. */
export const isRoomy: Signal<boolean> = preference("roomy", false, isBoolean);
/** Keys without Ctrl or Alt do something; WCAG 2.1.4 wants them to be optional. */
export const singleKeys: Signal<boolean> = preference("single-keys", true, isBoolean);

export function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}

/** Puts the theme on the page, now and whenever it changes. */
export function applyTheme(): void {
  effect(() => putTheme(theme.value));
}
