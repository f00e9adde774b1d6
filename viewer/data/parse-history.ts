import { RECORD_FIELDS, readRecords } from "../../lib/format/metric-records.ts";
import { PYRAMID_RECORD_FIELDS } from "../../lib/wire/data-files.ts";

/** Points of one metric in file order. */
export interface History {
  readonly steps: Float64Array;
  readonly values: Float64Array;
  /** Milliseconds since the epoch. */
  readonly timestamps: Float64Array;
}

export interface ParsedHistory extends History {
  /** Bytes up to the end of the last whole line or record: what follows is still being written. */
  readonly consumed: number;
}

/** What a run of consecutive points comes to, one element per bucket of `PYRAMID_BUCKET` points. */
export interface Pyramid {
  readonly stepMin: Float64Array;
  readonly stepMax: Float64Array;
  readonly timeMin: Float64Array;
  readonly timeMax: Float64Array;
  readonly valueMin: Float64Array;
  readonly valueMax: Float64Array;
}

const NEWLINE = 10;

/** Reads MLflow's metric lines, as the tree's reader does: lines that are no metric lines are left out. */
export function parseTextHistory(bytes: Uint8Array): ParsedHistory {
  const consumed = bytes.lastIndexOf(NEWLINE) + 1;
  const records = readRecords(bytes, { key: "", path: "", experimentId: "", growing: true });
  return { ...parseHistory(new Uint8Array(records.buffer)), consumed };
}

/** Reads records of step, value and timestamp. */
export function parseBinaryHistory(bytes: Uint8Array): ParsedHistory {
  const recordBytes = RECORD_FIELDS * Float64Array.BYTES_PER_ELEMENT;
  const consumed = Math.floor(bytes.byteLength / recordBytes) * recordBytes;
  return { ...parseHistory(bytes), consumed };
}

function parseHistory(bytes: Uint8Array): History {
  const [steps, values, timestamps] = parseRecords(bytes, RECORD_FIELDS);
  const none = new Float64Array(0);
  return { steps: steps ?? none, values: values ?? none, timestamps: timestamps ?? none };
}

export function parsePyramid(bytes: Uint8Array): Pyramid {
  const [stepMin, stepMax, timeMin, timeMax, valueMin, valueMax] = parseRecords(
    bytes,
    PYRAMID_RECORD_FIELDS,
  );
  const none = new Float64Array(0);
  return {
    stepMin: stepMin ?? none,
    stepMax: stepMax ?? none,
    timeMin: timeMin ?? none,
    timeMax: timeMax ?? none,
    valueMin: valueMin ?? none,
    valueMax: valueMax ?? none,
  };
}

/** Splits little-endian records of `fields` Float64s into one array a field. */
function parseRecords(bytes: Uint8Array, fields: number): Float64Array[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = Math.floor(bytes.byteLength / (fields * Float64Array.BYTES_PER_ELEMENT));
  const columns = Array.from({ length: fields }, () => new Float64Array(length));
  columns.forEach((column, field) => {
    for (let i = 0; i < length; i++) {
      column[i] = view.getFloat64((i * fields + field) * Float64Array.BYTES_PER_ELEMENT, true);
    }
  });
  return columns;
}
