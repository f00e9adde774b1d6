/** A value of JSON as Python writes it: numbers may be NaN or infinite, integers beyond 2^53 are bigints. */
export type JsonValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | readonly JsonValue[]
  | JsonObject;

/** Made without a prototype, so a key such as `__proto__` is data. */
export type JsonObject = { readonly [key: string]: JsonValue };
