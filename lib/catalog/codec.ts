import { crc32 } from "node:zlib";
import { STAMP_FIELDS } from "../tree/footprint.ts";
import { METRIC_FIELDS, MetricColumn, MISSING, NumberColumn, TextColumn } from "./columns.ts";
import { Shard } from "./shard.ts";
import { GROUPS, TEXTS } from "./shard-parts.ts";

/**
 * Bytes ⇄ shards. A block is a fixed head, then the floats, the integers and, as JSON, the texts. Blocks follow each other:
 * later ones hold newer rows. Reading takes typed arrays where they lie and parses only the texts.
 *
 * The last byte of the magic is the version: bytes of another version are read as damaged, and the shard is made again.
 */
const MAGIC = Buffer.from("mlrunsC\x01", "latin1");
const HEAD = 32;

interface Texts {
  readonly experimentId: string;
  readonly inTrash: boolean;
  readonly runIds: string[];
  readonly texts: readonly string[][];
  readonly keyed: readonly (readonly [group: number, key: string, values: string[]])[];
  readonly metrics: readonly (readonly [key: string, used: number])[];
  readonly stamps: number;
}

/** One block with some rows of a shard, without what no row refers to any more. */
export function encodeShard(shard: Shard, inTrash: boolean, rows: readonly number[]): Buffer {
  const ints: Int32Array[] = [];
  const floats: Float64Array[] = [];
  const packText = (column: TextColumn): string[] => {
    const { values, codes } = pickText(column, rows);
    ints.push(codes);
    return values;
  };
  const texts = TEXTS.map((name) => packText(shard.texts[name]));
  const keyed = GROUPS.flatMap((group, index) =>
    [...shard.keyed[group]].map(([key, column]) => [index, key, packText(column)] as const),
  );
  const metrics = [...shard.metrics].map(([key, column]) => {
    const { slots, cells } = pickMetric(column, rows);
    ints.push(slots);
    floats.push(cells);
    return [key, cells.length / METRIC_FIELDS] as const;
  });
  for (const { cells } of [shard.startTime, shard.endTime]) {
    floats.push(Float64Array.from(rows, (row) => cells[row] as number));
  }
  const { starts, stamps } = pickStamps(shard, rows);
  floats.push(starts, stamps);
  const runIds = rows.map((row) => shard.runIds[row] as string);
  const { experimentId } = shard;
  const head: Texts = {
    experimentId,
    inTrash,
    runIds,
    texts,
    keyed,
    metrics,
    stamps: stamps.length,
  };
  return packBlock(floats, ints, Buffer.from(JSON.stringify(head)));
}

/**
 * Reads blocks into one shard.
 *
 * @returns undefined when the first block is damaged, or of another experiment or version; later ones that are damaged, and
 *   all behind them, are left out: the rows in them are read from the tree again
 */
export function decodeShard(
  blocks: readonly Buffer[],
  experimentId: string,
  inTrash: boolean,
): Shard | undefined {
  let shard: Shard | undefined;
  for (const bytes of blocks) {
    let at = 0;
    while (at < bytes.length) {
      const block = unpackBlock(bytes, at);
      const part = block && readBlock(block);
      if (block === undefined || part === undefined) break;
      at += block.length;
      if (part.inTrash !== inTrash || part.shard.experimentId !== experimentId) break;
      if (shard === undefined) shard = part.shard;
      else shard.absorb(part.shard);
    }
  }
  return shard;
}

function pickText(
  column: TextColumn,
  rows: readonly number[],
): { values: string[]; codes: Int32Array } {
  const values: string[] = [];
  const codeOf = new Map<number, number>();
  const codes = Int32Array.from(rows, (row) => {
    const code = column.codes[row] ?? MISSING;
    if (code === MISSING) return MISSING;
    const known = codeOf.get(code);
    if (known !== undefined) return known;
    codeOf.set(code, values.length);
    return values.push(column.values[code] as string) - 1;
  });
  return { values, codes };
}

function pickMetric(
  { slots, cells }: MetricColumn,
  rows: readonly number[],
): { slots: Int32Array; cells: Float64Array } {
  let used = 0;
  const picked = new Float64Array(
    rows.filter((row) => (slots[row] ?? MISSING) !== MISSING).length * METRIC_FIELDS,
  );
  const pickedSlots = Int32Array.from(rows, (row) => {
    const slot = slots[row] ?? MISSING;
    if (slot === MISSING) return MISSING;
    const start = slot * METRIC_FIELDS;
    picked.set(cells.subarray(start, start + METRIC_FIELDS), used * METRIC_FIELDS);
    return used++;
  });
  return { slots: pickedSlots, cells: picked };
}

function pickStamps(
  shard: Shard,
  rows: readonly number[],
): { starts: Float64Array; stamps: Float64Array } {
  const lengths = rows.map((row) => shard.layout(row).paths.length * STAMP_FIELDS);
  const starts = new Float64Array(rows.length);
  const stamps = new Float64Array(lengths.reduce((sum, length) => sum + length, 0));
  let at = 0;
  for (const [index, row] of rows.entries()) {
    const start = shard.stampStart.get(row);
    const length = lengths[index] as number;
    starts[index] = at;
    stamps.set(shard.stamps.subarray(start, start + length), at);
    at += length;
  }
  return { starts, stamps };
}

function packBlock(
  floats: readonly Float64Array[],
  ints: readonly Int32Array[],
  texts: Buffer,
): Buffer {
  const floatCount = floats.reduce((sum, { length }) => sum + length, 0);
  const intCount = ints.reduce((sum, { length }) => sum + length, 0);
  const used = HEAD + floatCount * 8 + intCount * 4 + texts.length;
  // The next block's floats have to lie at a multiple of eight.
  const bytes = Buffer.alloc(Math.ceil(used / 8) * 8);
  let at = HEAD;
  for (const array of [...floats, ...ints]) {
    bytes.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), at);
    at += array.byteLength;
  }
  bytes.set(texts, at);
  bytes.set(MAGIC);
  bytes.writeUInt32LE(floatCount, 8);
  bytes.writeUInt32LE(intCount, 12);
  bytes.writeUInt32LE(texts.length, 16);
  bytes.writeUInt32LE(crc32(bytes.subarray(HEAD)), 20);
  return bytes;
}

interface Block {
  readonly length: number;
  readonly floats: Float64Array;
  readonly ints: Int32Array;
  readonly texts: Buffer;
}

function unpackBlock(bytes: Buffer, at: number): Block | undefined {
  if (bytes.length < at + HEAD || !bytes.subarray(at, at + MAGIC.length).equals(MAGIC))
    return undefined;
  const floatCount = bytes.readUInt32LE(at + 8);
  const intCount = bytes.readUInt32LE(at + 12);
  const textLength = bytes.readUInt32LE(at + 16);
  const used = HEAD + floatCount * 8 + intCount * 4 + textLength;
  const length = Math.ceil(used / 8) * 8;
  if (at + length > bytes.length) return undefined;
  if (crc32(bytes.subarray(at + HEAD, at + length)) !== bytes.readUInt32LE(at + 20))
    return undefined;
  // Typed arrays want their place in memory to be a multiple of eight.
  const start = bytes.byteOffset + at + HEAD;
  const body = bytes.subarray(at + HEAD, at + length);
  const { buffer, byteOffset } = start % 8 === 0 ? body : new Uint8Array(body);
  return {
    length,
    floats: new Float64Array(buffer, byteOffset, floatCount),
    ints: new Int32Array(buffer, byteOffset + floatCount * 8, intCount),
    texts: bytes.subarray(at + used - textLength, at + used),
  };
}

function readBlock({ floats, ints, texts }: Block): { shard: Shard; inTrash: boolean } {
  const head = JSON.parse(texts.toString("utf8")) as Texts;
  const count = head.runIds.length;
  for (const name of ["inputs", "outputs", "problems", "layout"] as const) {
    for (const json of head.texts[TEXTS.indexOf(name)] ?? []) JSON.parse(json);
  }
  const takeInts = taker(ints);
  const takeFloats = taker(floats);
  const shard = new Shard(head.experimentId, {
    runIds: head.runIds,
    texts: head.texts.map((values) => new TextColumn(values, takeInts(count))),
    keyed: head.keyed.map(([group, key, values]) => [
      group,
      key,
      new TextColumn(values, takeInts(count)),
    ]),
    metrics: head.metrics.map(([key, used]) => [
      key,
      new MetricColumn(takeInts(count), takeFloats(used * METRIC_FIELDS)),
    ]),
    startTime: new NumberColumn(takeFloats(count)),
    endTime: new NumberColumn(takeFloats(count)),
    stampStart: new NumberColumn(takeFloats(count)),
    stamps: takeFloats(head.stamps),
  });
  return { shard, inTrash: head.inTrash };
}

/** Hands out the next numbers of an array. */
function taker<Numbers extends Int32Array | Float64Array>(
  numbers: Numbers,
): (count: number) => Numbers {
  let at = 0;
  return (count) => {
    at += count;
    return numbers.subarray(at - count, at) as Numbers;
  };
}
