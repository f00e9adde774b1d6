const PREFIX = "mlruns.";

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

export function isBoolean(value: unknown): value is boolean {
  return typeof value === "boolean";
}
