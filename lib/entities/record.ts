/** Names to values, as tags and params are. Made without a prototype, so a key such as `__proto__` is data. */
export type ReadonlyDictionary<Value> = { readonly [key: string]: Value };

/** Builds a dictionary from pairs, keys in code point order: directory order is undefined, ours is not. */
export function toDictionary<Value>(
  entries: Iterable<readonly [string, Value]>,
): ReadonlyDictionary<Value> {
  const dictionary: { [key: string]: Value } = Object.create(null);
  for (const [key, value] of [...entries].sort(byKey)) dictionary[key] = value;
  return dictionary;
}

/** Compares as Python compares `str`: by code point. JavaScript's `<` compares UTF-16 units. */
export function compareText(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x === y) continue;
    // Surrogates stand for code points above every other unit, though their own numbers are lower than U+E000..U+FFFF.
    const xIsSurrogate = x >= 0xd800 && x <= 0xdfff;
    const yIsSurrogate = y >= 0xd800 && y <= 0xdfff;
    if (xIsSurrogate !== yIsSurrogate) return xIsSurrogate ? 1 : -1;
    return x - y;
  }
  return a.length - b.length;
}

function byKey(a: readonly [string, unknown], b: readonly [string, unknown]): number {
  return compareText(a[0], b[0]);
}
