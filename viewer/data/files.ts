import { takeAhead } from "./ahead.ts";
import { embeddedResponse, isEmbedded } from "./embedded.ts";
import { DataError, isAbort } from "./errors.ts";
import { generation } from "./generation.ts";
import { SizeCache } from "./size-cache.ts";

/** Parsed files take a few times their text; this keeps the heap below the budget. */
const CACHE_BYTES = 48_000_000;

export interface ReadOptions {
  readonly signal?: AbortSignal;
  /** Asks again also for a file of the current generation. */
  readonly isAnew?: boolean;
}

interface CachedFile {
  readonly bytes: number;
  readonly etag: string | null;
  readonly generation: number;
  readonly value: unknown;
}

interface Flight {
  readonly promise: Promise<unknown>;
  readonly controller: AbortController;
  waiting: number;
}

const cache = new SizeCache<CachedFile>(CACHE_BYTES);
const flights = new Map<string, Flight>();

/**
 * Reads a data file once per generation: a file of the current generation comes from memory, an older one is asked
 * for again and parsed only when its ETag changed. Requests for the same file share one fetch, which stops when
 * nobody waits for it any more.
 *
 * @throws DataError; AbortError when `signal` aborts
 */
export function readFile<Value>(
  path: string,
  decode: (bytes: ArrayBuffer) => Value | Promise<Value>,
  options: ReadOptions = {},
): Promise<Value> {
  const known = cache.get(path);
  if (known?.generation === generation.peek() && !options.isAnew) {
    return Promise.resolve(known.value as Value);
  }
  return join(
    path,
    (signal) => fetchAndDecode(path, decode, signal),
    options.signal,
  ) as Promise<Value>;
}

export function readJson<Value>(path: string, options?: ReadOptions): Promise<Value> {
  return readFile(path, (bytes) => parseJson<Value>(path, bytes), options);
}

export function parseJson<Value>(path: string, bytes: ArrayBuffer): Value {
  try {
    return JSON.parse(new TextDecoder().decode(bytes)) as Value;
  } catch (cause) {
    throw new DataError("damaged", path, `${path} is no JSON`, { cause });
  }
}

/** A fetch that fails with a `DataError`. Partial answers (206) and "not satisfiable" (416) are answers. */
export async function fetchResponse(path: string, init: RequestInit): Promise<Response> {
  let response: Response;
  try {
    response = await (isEmbedded()
      ? embeddedResponse(path)
      : (takeAhead(path) ?? fetch(`./${path}`, init)));
  } catch (cause) {
    if (isAbort(cause)) throw cause;
    throw new DataError("unreachable", path, "The server does not answer", { cause });
  }
  if (response.ok || response.status === 416) return response;
  throw await refusal(path, response);
}

async function refusal(path: string, response: Response): Promise<DataError> {
  const kind = response.status === 404 || response.status === 410 ? "missing" : "refused";
  const body = await response.json().catch(() => null);
  const said = (name: string): string | undefined =>
    typeof body?.[name] === "string" ? body[name] : undefined;
  const message = said("message") ?? `${path}: the server answered ${response.status}`;
  return new DataError(kind, path, message, { hint: said("hint") });
}

function join(
  path: string,
  start: (signal: AbortSignal) => Promise<unknown>,
  signal: AbortSignal | undefined,
): Promise<unknown> {
  signal?.throwIfAborted();
  let flight = flights.get(path);
  if (flight === undefined) {
    const controller = new AbortController();
    flight = { controller, promise: takeOff(path, start, controller), waiting: 0 };
    flights.set(path, flight);
  }
  const joined = flight;
  joined.waiting++;
  if (signal === undefined) return joined.promise;
  return new Promise((resolve, reject) => {
    const leave = (): void => {
      reject(signal.reason);
      if (--joined.waiting > 0) return;
      joined.controller.abort(signal.reason);
      if (flights.get(path) === joined) flights.delete(path);
    };
    signal.addEventListener("abort", leave, { once: true });
    joined.promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", leave));
  });
}

function takeOff(
  path: string,
  start: (signal: AbortSignal) => Promise<unknown>,
  controller: AbortController,
): Promise<unknown> {
  const promise = start(controller.signal);
  const land = (): void => {
    if (flights.get(path)?.controller === controller) flights.delete(path);
  };
  promise.then(land, land);
  return promise;
}

async function fetchAndDecode<Value>(
  path: string,
  decode: (bytes: ArrayBuffer) => Value | Promise<Value>,
  signal: AbortSignal,
): Promise<Value> {
  const known = cache.get(path);
  const readIn = generation.peek();
  // The first read may use the preloaded answer; a later one has to ask whether the file changed.
  const response = await fetchResponse(path, {
    signal,
    cache: known === undefined ? "default" : "no-cache",
  });
  const etag = response.headers.get("etag");
  if (known !== undefined && etag !== null && known.etag === etag) {
    await response.body?.cancel();
    cache.set(path, { ...known, generation: readIn }, known.bytes);
    return known.value as Value;
  }
  const bytes = await response.arrayBuffer();
  // Read first: decoding may hand the buffer over to a worker.
  const size = bytes.byteLength;
  const value = await decode(bytes);
  cache.set(path, { bytes: size, etag, generation: readIn, value }, size);
  return value;
}
