import {
  HISTORY_RECORD_FIELDS,
  PYRAMID_BUCKET,
  PYRAMID_RECORD_FIELDS,
} from "../wire/data-files.ts";
import type { SiteContext } from "./context.ts";

/** `data/history/<run>/<metric>.bin`: records of step, value and timestamp, little-endian Float64. */
export async function makeHistory(
  context: SiteContext,
  runId: string,
  key: string,
): Promise<Uint8Array> {
  const records = await context.client.getMetricRecords(runId, key);
  return new Uint8Array(records.buffer, records.byteOffset, records.byteLength);
}

/** `data/history/<run>/<metric>.txt`: MLflow's lines `timestamp value step`, up to the last whole one. */
export async function makeHistoryText(
  context: SiteContext,
  runId: string,
  key: string,
): Promise<string> {
  const records = await context.client.getMetricRecords(runId, key);
  const lines: string[] = [];
  for (let i = 0; i < records.length; i += HISTORY_RECORD_FIELDS) {
    lines.push(`${records[i + 2]} ${spell(records[i + 1] ?? 0)} ${records[i]}\n`);
  }
  return lines.join("");
}

/** `data/history/<run>/<metric>.mm.bin`: extremes of each `PYRAMID_BUCKET` consecutive points. */
export async function makePyramid(
  context: SiteContext,
  runId: string,
  key: string,
): Promise<Uint8Array> {
  const pyramid = sumUp(await context.client.getMetricRecords(runId, key));
  return new Uint8Array(pyramid.buffer);
}

/** Records of a pyramid over records of a history, see `PYRAMID_RECORD_FIELDS`. */
export function sumUp(records: Float64Array): Float64Array {
  const points = records.length / HISTORY_RECORD_FIELDS;
  const buckets = Math.ceil(points / PYRAMID_BUCKET);
  const pyramid = new Float64Array(buckets * PYRAMID_RECORD_FIELDS);
  for (let bucket = 0; bucket < buckets; bucket++) {
    const first = bucket * PYRAMID_BUCKET * HISTORY_RECORD_FIELDS;
    const last = Math.min(first + PYRAMID_BUCKET * HISTORY_RECORD_FIELDS, records.length);
    const at = bucket * PYRAMID_RECORD_FIELDS;
    const extremes = [0, 2, 1].flatMap((field) => extremesOf(records, first + field, last));
    pyramid.set(extremes, at);
  }
  return pyramid;
}

/** Least and greatest number of one field over the records from `first` to `last`, NaN left out. */
function extremesOf(records: Float64Array, first: number, last: number): [number, number] {
  let min = Number.NaN;
  let max = Number.NaN;
  for (let i = first; i < last; i += HISTORY_RECORD_FIELDS) {
    const value = records[i] ?? Number.NaN;
    if (!(value >= min)) min = Number.isNaN(value) ? min : value;
    if (!(value <= max)) max = Number.isNaN(value) ? max : value;
  }
  return [min, max];
}

function spell(value: number): string {
  if (Number.isNaN(value)) return "nan";
  if (Number.isFinite(value)) return String(value);
  return value > 0 ? "inf" : "-inf";
}
