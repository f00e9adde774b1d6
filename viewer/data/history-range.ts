import { RECORD_FIELDS } from "../../lib/format/metric-records.ts";
import { DATA_PATH } from "../../lib/wire/data-paths.ts";
import { fetchResponse, type ReadOptions } from "./files.ts";
import { generation } from "./generation.ts";
import { type History, parseBinaryHistory } from "./parse-history.ts";
import { SizeCache } from "./size-cache.ts";

const CACHE_BYTES = 24_000_000;

const RECORD_BYTES = RECORD_FIELDS * Float64Array.BYTES_PER_ELEMENT;

const cache = new SizeCache<History>(CACHE_BYTES);

/**
 * Reads some points of a long history, from `first` up to but without `end`, in file order: what a zoom into a pyramid
 * needs.
 *
 * @throws DataError; AbortError when `signal` aborts
 */
export async function getHistoryRange(
  runId: string,
  key: string,
  first: number,
  end: number,
  options: ReadOptions = {},
): Promise<History> {
  const id = JSON.stringify([runId, key, first, end, generation.peek()]);
  const known = cache.get(id);
  if (known !== undefined) return known;
  const response = await fetchResponse(DATA_PATH.historyBinary(runId, key), {
    ...options,
    headers: { range: `bytes=${first * RECORD_BYTES}-${end * RECORD_BYTES - 1}` },
  });
  const bytes = new Uint8Array(await response.arrayBuffer());
  // A host that knows no ranges sends the whole file.
  const part =
    response.status === 206 ? bytes : bytes.subarray(first * RECORD_BYTES, end * RECORD_BYTES);
  const history = parseBinaryHistory(part);
  cache.set(id, history, part.byteLength);
  return history;
}
