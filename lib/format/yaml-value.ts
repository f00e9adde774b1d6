/** What a YAML document of the tree holds. Integers beyond 2^53 are bigints; a date is the text it was written as. */
export type YamlValue = null | boolean | number | bigint | string | readonly YamlValue[] | YamlMap;

/** Made without a prototype, so a key such as `__proto__` is data. */
export type YamlMap = { readonly [key: string]: YamlValue };

/** A number that Python holds as a float: 3 is written `3.0`. Only for printing; reading gives a plain number. */
export class YamlFloat {
  readonly value: number;

  constructor(value: number) {
    this.value = value;
  }
}

export type PrintableYaml =
  | null
  | boolean
  | number
  | bigint
  | string
  | YamlFloat
  | readonly PrintableYaml[]
  | PrintableYamlMap;

export type PrintableYamlMap = { readonly [key: string]: PrintableYaml };

/** A scalar as text; a collection only by its kind, for messages. */
export function describeYaml(value: YamlValue | undefined): string {
  if (Array.isArray(value)) return "a list";
  return isYamlMap(value) ? "a map" : String(value);
}

export function isYamlMap(value: YamlValue | undefined): value is YamlMap {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
