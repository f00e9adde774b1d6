import { compareNatural } from "../table/natural.ts";

/** Something that is known of each of some runs, to be laid out along an axis. */
export interface Field {
  /** Such as `metrics.loss`, as a filter names it. */
  readonly id: string;
  readonly name: string;
  readonly group: "Metrics" | "Params" | "Attributes";
  readonly isNumeric: boolean;
  /** One a run; null where it has none. Texts that read as numbers are numbers when all of them do. */
  readonly values: readonly (number | string | null)[];
}

/** A field of texts or numbers; undefined when no run has a value, or all have the same. */
export function makeField(
  group: Field["group"],
  id: string,
  name: string,
  raw: readonly (number | string | null)[],
): Field | undefined {
  const present = raw.filter((value) => value !== null);
  if (new Set(present).size < 2) return undefined;
  const isNumeric = present.every((value) => typeof value === "number" || isNumber(value));
  const values = isNumeric ? raw.map((value) => (value === null ? null : Number(value))) : raw;
  return { id, name, group, isNumeric, values };
}

/** The distinct texts of a field, as people sort them. */
export function categoriesOf(field: Field): string[] {
  const texts = field.values.filter((value) => value !== null).map(String);
  return [...new Set(texts)].sort(compareNatural);
}

function isNumber(text: string): boolean {
  return text.trim() !== "" && Number.isFinite(Number(text));
}
