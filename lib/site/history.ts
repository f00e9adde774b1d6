import type { MlrunsClient } from "../client/client.ts";
import { printMetricLine } from "../format/metric-line.ts";
import { RECORD_FIELDS } from "../format/metric-records.ts";
import { PYRAMID_BUCKET, PYRAMID_RECORD_FIELDS } from "../wire/data-files.ts";
import type { SiteContext } from "./context.ts";

/** `data/history/<run>/<metric>.bin`: records of step, value and timestamp, little-endian Float64. */
export async function makeHistory(
  context: SiteContext,
  runId: string,
  key: string,
): Promise<Uint8Array> {
  const records = await readRecords(context, runId, key);
  return new Uint8Array(records.buffer, records.byteOffset, records.byteLength);
}

/** `data/history/<run>/<metric>.txt`: MLflow's lines `timestamp value step`, up to the last whole one. */
export async function makeHistoryText(
  context: SiteContext,
  runId: string,
  key: string,
): Promise<string> {
  const records = await readRecords(context, runId, key);
  const lines: string[] = [];
  for (let i = 0; i < records.length; i += RECORD_FIELDS) {
    const [step = 0, value = 0, timestamp = 0] = records.subarray(i, i + RECORD_FIELDS);
    lines.push(printMetricLine({ key, value, timestamp, step }));
  }
  return lines.join("");
}

/** `data/history/<run>/<metric>.mm.bin`: extremes of each `PYRAMID_BUCKET` consecutive points. */
export async function makePyramid(
  context: SiteContext,
  runId: string,
  key: string,
): Promise<Uint8Array> {
  const pyramid = sumUp(await readRecords(context, runId, key));
  return new Uint8Array(pyramid.buffer);
}

/** Records of a pyramid over records of a history, see `PYRAMID_RECORD_FIELDS`. */
export function sumUp(records: Float64Array): Float64Array {
  const points = records.length / RECORD_FIELDS;
  const buckets = Math.ceil(points / PYRAMID_BUCKET);
  const pyramid = new Float64Array(buckets * PYRAMID_RECORD_FIELDS);
  for (let bucket = 0; bucket < buckets; bucket++) {
    const first = bucket * PYRAMID_BUCKET * RECORD_FIELDS;
    const last = Math.min(first + PYRAMID_BUCKET * RECORD_FIELDS, records.length);
    const at = bucket * PYRAMID_RECORD_FIELDS;
    writeExtremes(pyramid, at, records, first, last);
    writeExtremes(pyramid, at + 2, records, first + 2, last);
    writeExtremes(pyramid, at + 4, records, first + 1, last);
  }
  return pyramid;
}

/** Writes least and greatest number of one field over the records from `first` to `last`, NaN left out. */
function writeExtremes(
  into: Float64Array,
  at: number,
  records: Float64Array,
  first: number,
  last: number,
): void {
  let min = Number.NaN;
  let max = Number.NaN;
  for (let i = first; i < last; i += RECORD_FIELDS) {
    const value = records[i] ?? Number.NaN;
    if (Number.isNaN(value)) continue;
    if (!(value >= min)) min = value;
    if (!(value <= max)) max = value;
  }
  into[at] = min;
  into[at + 1] = max;
}

/** Bytes of long histories that are kept: a zoom into a chart asks for parts of the one that was just summed up. */
const KEPT_BYTES = 96_000_000;
/** Shorter ones are read again as quickly. */
const KEPT_FROM_BYTES = 240_000;

interface KeptRecords {
  readonly state: string;
  readonly records: Float64Array;
}

const kept = new WeakMap<MlrunsClient, Map<string, KeptRecords>>();

async function readRecords(
  { client }: SiteContext,
  runId: string,
  key: string,
): Promise<Float64Array> {
  const ours = kept.get(client) ?? new Map<string, KeptRecords>();
  kept.set(client, ours);
  const id = JSON.stringify([runId, key]);
  // Before the points: what is logged meanwhile makes the next call read again.
  const state = await client.getMetricState(runId, key);
  const known = ours.get(id);
  ours.delete(id);
  const records =
    known?.state === state ? known.records : await client.getMetricRecords(runId, key);
  if (records.byteLength < KEPT_FROM_BYTES) return records;
  ours.set(id, { state, records });
  let bytes = [...ours.values()].reduce((sum, each) => sum + each.records.byteLength, 0);
  for (const [oldest, each] of ours) {
    if (bytes <= KEPT_BYTES || oldest === id) break;
    ours.delete(oldest);
    bytes -= each.records.byteLength;
  }
  return records;
}
