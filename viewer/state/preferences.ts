import { effect, type Signal, signal } from "@preact/signals";

export const THEMES = ["system", "light", "dark", "contrast"] as const;
export type Theme = (typeof THEMES)[number];

const PREFIX = "mlruns.";

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

/** Reads what `writeStored` kept, or undefined. */
export function readStored(name: string): unknown {
  try {
    const text = localStorage.getItem(PREFIX + name);
    return text === null ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

export function writeStored(name: string, value: unknown): void {
  try {
    if (value === undefined) localStorage.removeItem(PREFIX + name);
    else localStorage.setItem(PREFIX + name, JSON.stringify(value));
  } catch {
    // Storage is off or full: the preference lasts as long as the page.
  }
}

export const theme: Signal<Theme> = preference("theme", "system", isTheme);
/** Rows of 40 px instead of 28. */
export const isRoomy: Signal<boolean> = preference("roomy", false, isBoolean);
/** Keys without Ctrl or Alt do something; WCAG 2.1.4 wants them to be optional. */
export const singleKeys: Signal<boolean> = preference("single-keys", true, isBoolean);

export function isBoolean(value: unknown): value is boolean {
  return typeof value === "boolean";
}

export function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}

/** Puts the theme on the page, now and whenever it changes. */
export function applyTheme(): void {
  effect(() => {
    if (theme.value === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme.value;
  });
}

function isTheme(value: unknown): value is Theme {
  return THEMES.includes(value as Theme);
}
