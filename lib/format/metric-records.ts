import { RECORD_FIELDS } from "./metric-lines.ts";
import { type MetricPlace, MetricReader } from "./metric-reader.ts";

export { RECORD_FIELDS };

/**
 * The points of a metric file as records of `RECORD_FIELDS` numbers, in the order of the file. Malformed lines are
 * left out. For a million points this is some 30 times faster, and smaller, than a million objects.
 */
export function readRecords(bytes: Uint8Array, place: MetricPlace): Float64Array {
  // An ordinary line is longer than 20 bytes: the timestamp alone has 13.
  return collectRecords([new MetricReader(bytes, place)], Math.ceil(bytes.length / 20));
}

/** As `readRecords`, of a file that is read in pieces. @param expected - points, as far as they are known */
export function collectRecords(pieces: Iterable<MetricReader>, expected: number): Float64Array {
  let records = new Float64Array(RECORD_FIELDS * Math.max(16, expected));
  let length = 0;
  for (const reader of pieces) {
    while (reader.nextBlock()) {
      const { block } = reader;
      if (length + block.length > records.length) records = grown(records, length + block.length);
      records.set(block.records.subarray(0, block.length), length);
      length += block.length;
    }
  }
  return records.slice(0, length);
}

function grown(records: Float64Array<ArrayBuffer>, least: number): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(Math.max(records.length * 2, least));
  larger.set(records);
  return larger;
}
