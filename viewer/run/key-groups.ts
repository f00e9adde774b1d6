import { compareNatural } from "../table/natural.ts";

/** Keys that share a prefix, such as `optim.` or `val/`. */
export interface KeyGroup<Entry> {
  /** With its separator; empty for keys of no group. */
  readonly prefix: string;
  readonly entries: readonly Entry[];
}

/** Fewer keys than this make no group of their own. */
const LEAST = 2;

/** Groups entries by the first part of their key, where several share it; the others come first. Order is kept. */
export function groupByPrefix<Entry extends { readonly key: string }>(
  entries: readonly Entry[],
): KeyGroup<Entry>[] {
  const groups = new Map<string, Entry[]>();
  for (const entry of entries) {
    const prefix = prefixOf(entry.key);
    const group = groups.get(prefix);
    if (group === undefined) groups.set(prefix, [entry]);
    else group.push(entry);
  }
  const isShared = (prefix: string): boolean =>
    prefix !== "" && (groups.get(prefix)?.length ?? 0) >= LEAST;
  const single = entries.filter((entry) => !isShared(prefixOf(entry.key)));
  const shared = [...groups].filter(([prefix]) => isShared(prefix));
  return [
    ...(single.length > 0 ? [{ prefix: "", entries: single }] : []),
    ...shared.map(([prefix, list]) => ({ prefix, entries: list })),
  ];
}

/** As people sort names: `param_2` before `param_10`. */
export function byKey<Entry extends { readonly key: string }>(entries: readonly Entry[]): Entry[] {
  return [...entries].sort((a, b) => compareNatural(a.key, b.key));
}

/** The part up to the first slash, or else up to the first dot. */
function prefixOf(key: string): string {
  const slash = key.indexOf("/");
  const end = slash >= 0 ? slash : key.indexOf(".");
  // Something has to be left for the name.
  return end > 0 && end < key.length - 1 ? key.slice(0, end + 1) : "";
}

/** Whether an entry has a text in its key or value, whatever the case. */
export function matchesText(search: string): (key: string, value: string) => boolean {
  const words = search.trim().toLowerCase().split(/\s+/);
  return (key, value) => {
    const text = `${key}\n${value}`.toLowerCase();
    return words.every((word) => text.includes(word));
  };
}

/** The set with an item put in, or taken out if it was there. */
export function toggled(set: ReadonlySet<string>, item: string): ReadonlySet<string> {
  const changed = new Set(set);
  if (!changed.delete(item)) changed.add(item);
  return changed;
}

/** Pairs as YAML. All values are text, so all are quoted: JSON's quoting is YAML's too. */
export function toYaml(pairs: readonly (readonly [string, string])[]): string {
  const key = (text: string): string =>
    /^[A-Za-z_][\w./-]*$/.test(text) && !WORDS.test(text) ? text : JSON.stringify(text);
  return pairs.map(([name, value]) => `${key(name)}: ${JSON.stringify(value)}\n`).join("");
}

/** Words that YAML does not read as text. */
const WORDS = /^(y|n|yes|no|on|off|true|false|null)$/i;
