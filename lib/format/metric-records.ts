import { type MetricPlace, MetricReader } from "./metric-reader.ts";

/** Numbers in one record of a history: step, value, timestamp (ms since the epoch). Appending a point appends a record. */
export const RECORD_FIELDS = 3;

/**
 * The points of a metric file as records of `RECORD_FIELDS` numbers, in the order of the file. Malformed lines are
 * left out. For a million points this is some 30 times faster, and smaller, than a million objects.
 */
export function readRecords(text: string, place: MetricPlace): Float64Array {
  // An ordinary line is longer than 20 bytes: the timestamp alone has 13.
  return collectRecords([new MetricReader(text, place)], Math.ceil(text.length / 20));
}

/** As `readRecords`, of a file that is read in pieces. @param expected - points, as far as they are known */
export function collectRecords(pieces: Iterable<MetricReader>, expected: number): Float64Array {
  let records = new Float64Array(RECORD_FIELDS * Math.max(16, expected));
  let length = 0;
  for (const reader of pieces) {
    while (reader.next()) {
      if (length + RECORD_FIELDS > records.length) records = grown(records);
      records[length] = reader.step;
      records[length + 1] = reader.value;
      records[length + 2] = reader.timestamp;
      length += RECORD_FIELDS;
    }
  }
  return records.slice(0, length);
}

function grown(records: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(records.length * 2);
  larger.set(records);
  return larger;
}
