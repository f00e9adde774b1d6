import { HISTORY_RECORD_FIELDS, PYRAMID_RECORD_FIELDS } from "../../lib/wire/data-files.ts";

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
  /** Lines that are no metric lines. */
  readonly skipped: number;
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
const PYTHON_WORDS: ReadonlyMap<string, number> = new Map([
  ["nan", Number.NaN],
  ["inf", Number.POSITIVE_INFINITY],
  ["infinity", Number.POSITIVE_INFINITY],
]);

/** Reads MLflow's metric lines, `timestamp value step`; old files have no step, new ones may name a dataset. */
export function parseTextHistory(bytes: Uint8Array): ParsedHistory {
  const consumed = bytes.lastIndexOf(NEWLINE) + 1;
  const lines = new TextDecoder().decode(bytes.subarray(0, consumed)).split("\n");
  const steps = new Float64Array(lines.length);
  const values = new Float64Array(lines.length);
  const timestamps = new Float64Array(lines.length);
  let length = 0;
  let skipped = 0;
  for (const line of lines) {
    if (line.trim() === "") continue;
    const [timestamp = "", value, step = "0"] = line.trim().split(/\s+/);
    const time = Number(timestamp);
    const number = value === undefined ? undefined : parsePythonNumber(value);
    if (number === undefined || Number.isNaN(time) || Number.isNaN(Number(step))) {
      skipped++;
      continue;
    }
    timestamps[length] = time;
    values[length] = number;
    steps[length++] = Number(step);
  }
  return {
    steps: steps.subarray(0, length),
    values: values.subarray(0, length),
    timestamps: timestamps.subarray(0, length),
    consumed,
    skipped,
  };
}

/** Reads records of step, value and timestamp. */
export function parseBinaryHistory(bytes: Uint8Array): ParsedHistory {
  const [steps, values, timestamps] = parseRecords(bytes, HISTORY_RECORD_FIELDS);
  const recordBytes = HISTORY_RECORD_FIELDS * Float64Array.BYTES_PER_ELEMENT;
  const none = new Float64Array(0);
  return {
    steps: steps ?? none,
    values: values ?? none,
    timestamps: timestamps ?? none,
    consumed: Math.floor(bytes.byteLength / recordBytes) * recordBytes,
    skipped: 0,
  };
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

function parsePythonNumber(text: string): number | undefined {
  const value = Number(text);
  if (!Number.isNaN(value)) return value;
  const isNegative = text.startsWith("-");
  const word = PYTHON_WORDS.get(text.replace(/^[-+]/, "").toLowerCase());
  return word !== undefined && isNegative ? -word : word;
}
