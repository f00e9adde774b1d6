/**
 * The hash as the viewer's address: a path of escaped segments and a query of short keys. Pure.
 * Unknown query keys are kept, so that a newer viewer's link survives an older one.
 */

export interface Address {
  /** Segments as they are named, unescaped: `["experiments", "1", "runs", "4f0e…"]`. */
  readonly path: readonly string[];
  readonly query: Query;
}

export type Query = ReadonlyMap<string, string>;

/** Longer queries are deflated into one key. */
const DEFLATE_ABOVE_CHARACTERS = 6_000;

/** Of the deflated rest of the query. */
const DEFLATED_KEY = "z";

export function address(
  path: readonly string[],
  query: Iterable<readonly [string, string]> = [],
): Address {
  return { path, query: new Map(query) };
}

/** Reads a hash, with or without `#`. `inflateAddress` opens a deflated one. */
export function parseHash(hash: string): Address {
  const text = hash.replace(/^#/, "");
  const mark = text.indexOf("?");
  const path = mark < 0 ? text : text.slice(0, mark);
  const query = mark < 0 ? "" : text.slice(mark + 1);
  return {
    path: path.split("/").filter(isNotEmpty).map(unescapeText),
    query: parseQuery(query),
  };
}

/** Writes an address as a hash with `#`. */
export function formatHash({ path, query }: Address): string {
  const search = formatQuery(query);
  return `#/${path.map(encodeURIComponent).join("/")}${search === "" ? "" : `?${search}`}`;
}

export function isLong(hash: string): boolean {
  return hash.length > DEFLATE_ABOVE_CHARACTERS;
}

/** Moves the whole query into one deflated key. */
export async function deflateAddress({ path, query }: Address): Promise<Address> {
  const bytes = new TextEncoder().encode(formatQuery(query));
  const deflated = await through(bytes, new CompressionStream("deflate-raw"));
  return address(path, [[DEFLATED_KEY, toBase64Url(deflated)]]);
}

export function isDeflated({ query }: Address): boolean {
  return query.has(DEFLATED_KEY);
}

/** Opens the deflated key. Keys beside it win; one that cannot be opened is left as it is. */
export async function inflateAddress(deflated: Address): Promise<Address> {
  const beside = new Map(deflated.query);
  beside.delete(DEFLATED_KEY);
  try {
    const packed = fromBase64Url(deflated.query.get(DEFLATED_KEY) ?? "");
    const bytes = await through(packed, new DecompressionStream("deflate-raw"));
    const query = parseQuery(new TextDecoder().decode(bytes));
    return address(deflated.path, [...query, ...beside]);
  } catch {
    return deflated;
  }
}

/** Changes query keys; an undefined or empty value takes the key out. */
export function withQuery(
  { path, query }: Address,
  changes: Readonly<Record<string, string | undefined>>,
): Address {
  const changed = new Map(query);
  for (const [key, value] of Object.entries(changes)) {
    if (value === undefined || value === "") changed.delete(key);
    else changed.set(key, value);
  }
  return { path, query: changed };
}

/** A list as one query value: items joined by commas, commas and backslashes in them escaped. */
export function formatList(items: readonly string[]): string {
  return items.map((item) => item.replace(/[\\,]/g, "\\$&")).join(",");
}

export function parseList(text: string | undefined): string[] {
  if (text === undefined || text === "") return [];
  const items: string[] = [];
  let item = "";
  for (let i = 0; i < text.length; i++) {
    if (text[i] === ",") {
      items.push(item);
      item = "";
    } else {
      item += text[i] === "\\" ? (text[++i] ?? "") : text[i];
    }
  }
  return [...items, item];
}

/** Run ids as MLflow writes them, `["a","b"]`, or plain, `a,b`. */
export function parseIds(text: string | undefined): string[] {
  if (text?.startsWith("[") !== true) return parseList(text).filter(isNotEmpty);
  try {
    const ids: unknown = JSON.parse(text);
    return Array.isArray(ids) ? ids.filter((id) => typeof id === "string") : [];
  } catch {
    return [];
  }
}

function parseQuery(text: string): Map<string, string> {
  const query = new Map<string, string>();
  for (const pair of text.split("&").filter(isNotEmpty)) {
    const equals = pair.indexOf("=");
    const key = equals < 0 ? pair : pair.slice(0, equals);
    const value = equals < 0 ? "" : pair.slice(equals + 1);
    query.set(unescapeQuery(key), unescapeQuery(value));
  }
  return query;
}

function formatQuery(query: Query): string {
  return [...query].map(([key, value]) => `${escapeQuery(key)}=${escapeQuery(value)}`).join("&");
}

/** Leaves what is legible and allowed in a fragment as it is. */
function escapeQuery(text: string): string {
  return encodeURIComponent(text).replace(/%(2C|2F|3A|40|5B|5D)/g, decodeURIComponent);
}

function unescapeQuery(text: string): string {
  return unescapeText(text.replaceAll("+", " "));
}

function unescapeText(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function isNotEmpty(text: string): boolean {
  return text !== "";
}

async function through(
  bytes: Uint8Array<ArrayBuffer>,
  transform: CompressionStream | DecompressionStream,
): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([bytes]).stream().pipeThrough(transform);
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

function toBase64Url(bytes: Uint8Array): string {
  const binary = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

function fromBase64Url(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}
