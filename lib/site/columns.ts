import type { DictionaryColumn } from "../wire/data-files.ts";

/** Text column with each distinct value once, over `texts` in the order of the rows; undefined is "no value". */
export function toDictionaryColumn(texts: readonly (string | undefined)[]): DictionaryColumn {
  const values: string[] = [];
  const codeOf = new Map<string, number>();
  const codes = texts.map((text) => {
    if (text === undefined) return -1;
    const known = codeOf.get(text);
    if (known !== undefined) return known;
    codeOf.set(text, values.length);
    return values.push(text) - 1;
  });
  return { values, codes };
}

/**
 * One column a key over rows that are dictionaries.
 *
 * @param rows - the dictionary of each row
 * @param make - makes a column from the values of one key, undefined where a row has none
 */
export function columnsByKey<Value, Column>(
  rows: readonly { readonly [key: string]: Value }[],
  make: (values: readonly (Value | undefined)[]) => Column,
): { readonly [key: string]: Column } {
  const valuesByKey = new Map<string, (Value | undefined)[]>();
  rows.forEach((row, i) => {
    for (const key of Object.keys(row)) {
      let values = valuesByKey.get(key);
      if (values === undefined) {
        values = new Array(rows.length).fill(undefined);
        valuesByKey.set(key, values);
      }
      values[i] = row[key];
    }
  });
  const columns: { [key: string]: Column } = Object.create(null);
  for (const key of [...valuesByKey.keys()].sort()) columns[key] = make(valuesByKey.get(key) ?? []);
  return columns;
}
