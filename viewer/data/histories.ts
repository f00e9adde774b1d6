import { BINARY_ABOVE_POINTS, PYRAMID_RECORD_FIELDS } from "../../lib/wire/data-files.ts";
import { DATA_PATH } from "../../lib/wire/data-paths.ts";
import { DataError } from "./errors.ts";
import { fetchResponse, type ReadOptions, readFile } from "./files.ts";
import { generation } from "./generation.ts";
import {
  type History,
  type ParsedHistory,
  type Pyramid,
  parseBinaryHistory,
  parsePyramid,
  parseTextHistory,
} from "./parse-history.ts";
import { SizeCache } from "./size-cache.ts";
import { parseInWorker } from "./worker.ts";

const CACHE_BYTES = 96_000_000;

/** Longer histories are parsed beside the page. */
const WORKER_ABOVE_BYTES = 2_000_000;

/** Bytes that a tail read asks for again, to see that the file grew and was not written anew. */
const OVERLAP_BYTES = 24;

interface KnownHistory {
  readonly path: string;
  readonly generation: number;
  /** Bytes of the file that are in `history`, and the last of them. */
  readonly consumed: number;
  readonly overlap: Uint8Array;
  readonly history: GrowingHistory;
}

const cache = new SizeCache<KnownHistory>(CACHE_BYTES);

/**
 * Reads every point of a metric, in file order. A history that was read before only asks for the bytes that came
 * since; a file that shrank or changed is read anew.
 *
 * @param count - points that the run's summary names: decides between the text and the binary form
 * @throws DataError; AbortError when `signal` aborts
 */
export async function getHistory(
  runId: string,
  key: string,
  count: number,
  options: ReadOptions = {},
): Promise<History> {
  const id = JSON.stringify([runId, key]);
  const known = cache.get(id);
  if (known?.generation === generation.peek()) return known.history.points;
  const readIn = generation.peek();
  const grown = known === undefined ? null : await readTail(known, options);
  const read = grown ?? (await readWhole(historyPath(runId, key, count), options));
  const entry = { ...read, generation: readIn };
  cache.set(id, entry, entry.history.bytes);
  return entry.history.points;
}

/** Reads the minimum and maximum of every 256 points: what a long history looks like from afar. */
export function getPyramid(runId: string, key: string, options?: ReadOptions): Promise<Pyramid> {
  const path = DATA_PATH.historyPyramid(runId, key);
  return readFile(path, (bytes) => parsePyramid(wholeRecords(bytes)), options);
}

function wholeRecords(bytes: ArrayBuffer): Uint8Array {
  const record = PYRAMID_RECORD_FIELDS * Float64Array.BYTES_PER_ELEMENT;
  return new Uint8Array(bytes, 0, Math.floor(bytes.byteLength / record) * record);
}

function historyPath(runId: string, key: string, count: number): string {
  return count > BINARY_ABOVE_POINTS
    ? DATA_PATH.historyBinary(runId, key)
    : DATA_PATH.historyText(runId, key);
}

type ReadHistory = Omit<KnownHistory, "generation">;

async function readWhole(path: string, options: ReadOptions): Promise<ReadHistory> {
  const response = await fetchResponse(path, options);
  const bytes = new Uint8Array(await response.arrayBuffer());
  return toKnown(path, bytes);
}

async function toKnown(path: string, bytes: Uint8Array<ArrayBuffer>): Promise<ReadHistory> {
  const tail = bytes.slice(-1_000);
  const size = bytes.byteLength;
  const parsed = await parse(path, bytes);
  const end = tail.byteLength - (size - parsed.consumed);
  return {
    path,
    consumed: parsed.consumed,
    overlap: tail.slice(Math.max(0, end - OVERLAP_BYTES), Math.max(0, end)),
    history: new GrowingHistory(parsed),
  };
}

/** Null when the file has to be read anew. */
async function readTail(known: KnownHistory, options: ReadOptions): Promise<ReadHistory | null> {
  const { consumed, overlap, path } = known;
  if (overlap.byteLength === 0) return null;
  const from = consumed - overlap.byteLength;
  let response: Response;
  try {
    response = await fetchResponse(path, {
      ...options,
      headers: { range: `bytes=${from}-` },
      cache: "no-store",
    });
  } catch (error) {
    // The metric may have outgrown its text form.
    if (error instanceof DataError && error.kind === "missing") return null;
    throw error;
  }
  if (response.status === 416) return null;
  const bytes = new Uint8Array(await response.arrayBuffer());
  if (response.status !== 206) return toKnown(path, bytes);
  if (!overlap.every((byte, i) => bytes[i] === byte)) return null;
  const added = bytes.slice(overlap.byteLength);
  const parsed = await parse(path, added);
  if (parsed.consumed === 0) return known;
  known.history.append(parsed);
  const end = overlap.byteLength + parsed.consumed;
  return {
    path,
    history: known.history,
    consumed: consumed + parsed.consumed,
    overlap: bytes.slice(end - OVERLAP_BYTES, end),
  };
}

function parse(
  path: string,
  bytes: Uint8Array<ArrayBuffer>,
): ParsedHistory | Promise<ParsedHistory> {
  const kind = path.endsWith(".bin") ? "binary" : "text";
  if (bytes.byteLength > WORKER_ABOVE_BYTES) return parseInWorker({ kind, bytes: bytes.buffer });
  return kind === "binary" ? parseBinaryHistory(bytes) : parseTextHistory(bytes);
}

/** Arrays with room at the end, so that a new point costs no copy of the old ones. */
class GrowingHistory {
  #steps: Float64Array;
  #values: Float64Array;
  #timestamps: Float64Array;
  #length: number;
  points: History;

  constructor(history: History) {
    this.#steps = history.steps;
    this.#values = history.values;
    this.#timestamps = history.timestamps;
    this.#length = history.steps.length;
    this.points = history;
  }

  get bytes(): number {
    return 3 * this.#steps.byteLength;
  }

  append(more: History): void {
    const length = this.#length + more.steps.length;
    this.#steps = extend(this.#steps, this.#length, more.steps);
    this.#values = extend(this.#values, this.#length, more.values);
    this.#timestamps = extend(this.#timestamps, this.#length, more.timestamps);
    this.#length = length;
    this.points = {
      steps: this.#steps.subarray(0, length),
      values: this.#values.subarray(0, length),
      timestamps: this.#timestamps.subarray(0, length),
    };
  }
}

function extend(array: Float64Array, length: number, more: Float64Array): Float64Array {
  const needed = length + more.length;
  let room = array;
  if (room.length < needed) {
    room = new Float64Array(Math.ceil(needed * 1.5));
    room.set(array.subarray(0, length));
  }
  room.set(more, length);
  return room;
}
