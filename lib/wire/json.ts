import { type ReadonlyDictionary, toDictionary } from "../entities/record.ts";

/** An int64 of MLflow's JSON: servers answer numbers, some answer decimal text. */
export type JsonInteger = number | string;

/** A tag, param or the like as MLflow's JSON has it. */
export interface PairJson {
  readonly key: string;
  readonly value?: string;
}

/** Leaves out undefined fields: MLflow's answers leave out what is not set. */
export function compact<Fields extends object>(fields: Fields): Fields {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined),
  ) as Fields;
}

/** A list, or undefined when it is empty: MLflow's answers leave out empty lists. */
export function someOf<Item>(items: readonly Item[]): readonly Item[] | undefined {
  return items.length === 0 ? undefined : items;
}

/** Tags or params as a list of pairs; undefined when there are none. */
export function encodePairs(values: ReadonlyDictionary<string>): readonly PairJson[] | undefined {
  return someOf(Object.keys(values).map((key) => ({ key, value: values[key] ?? "" })));
}

export function decodePairs(pairs: readonly PairJson[] | undefined): ReadonlyDictionary<string> {
  return toDictionary((pairs ?? []).map(({ key, value }) => [key, value ?? ""] as const));
}

export function decodeInteger(value: JsonInteger): number {
  return typeof value === "number" ? value : Number(value);
}

/** As `decodeInteger`; null for a field that is not set. */
export function decodeOptionalInteger(value: JsonInteger | undefined): number | null {
  return value === undefined ? null : decodeInteger(value);
}
