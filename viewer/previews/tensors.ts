/** An array in a file, as its header names it. */
export interface Tensor {
  readonly name: string;
  /** Such as `float32`. */
  readonly type: string;
  readonly shape: readonly number[];
  /** Null when the header does not tell. */
  readonly bytes: number | null;
}

/** Reads bytes of the file, from `start` up to but without `end`. */
export type ReadRange = (start: number, end: number) => Promise<Uint8Array<ArrayBuffer>>;

/** Headers are small; a longer one is no header. */
const MOST_HEADER = 50_000_000;

const NPY_MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];

/** Bytes that surely hold the header of an ordinary `.npy` file. */
const NPY_HEADER = 4_096;

/**
 * Reads the header of a `.npy` file.
 *
 * @throws Error when it has none
 * @see NumPy `numpy.lib.format`, versions 1 to 3
 */
export function parseNpyHeader(bytes: Uint8Array<ArrayBuffer>, name: string): Tensor {
  if (!NPY_MAGIC.every((byte, i) => bytes[i] === byte))
    throw new Error("it does not begin as a .npy file");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const isOld = bytes[6] === 1;
  const length = isOld ? view.getUint16(8, true) : view.getUint32(8, true);
  const start = isOld ? 10 : 12;
  const header = new TextDecoder().decode(bytes.subarray(start, start + length));
  const descr = /'descr':\s*(?:'([^']*)'|(\[.*?\]))\s*,\s*'/.exec(header);
  const shape = /'shape':\s*\(([^)]*)\)/.exec(header)?.[1];
  if (descr === null || shape === undefined) throw new Error("its header cannot be read");
  const type = descr[1] ?? descr[2] ?? "";
  const sizes = shape
    .split(",")
    .map((size) => size.trim())
    .filter((size) => size !== "")
    .map(Number);
  const itemSize = /(\d+)$/.exec(descr[1] ?? "")?.[1];
  const count = sizes.reduce((product, size) => product * size, 1);
  return {
    name,
    type: numpyType(type),
    shape: sizes,
    bytes: itemSize === undefined ? null : count * itemBytes(type, Number(itemSize)),
  };
}

/** Reads the header of a `.npy` file by its first bytes. */
export async function readNpy(read: ReadRange, name: string): Promise<Tensor[]> {
  return [parseNpyHeader(await read(0, NPY_HEADER), name)];
}

/**
 * Reads the header of a safetensors file: its tensors and its metadata.
 *
 * @throws Error when it has none
 * @see https://huggingface.co/docs/safetensors: eight bytes of length, then JSON
 */
export async function readSafetensors(
  read: ReadRange,
): Promise<{ readonly tensors: Tensor[]; readonly metadata: Readonly<Record<string, string>> }> {
  const first = await read(0, 8);
  if (first.length < 8) throw new Error("it is too short");
  const length = Number(new DataView(first.buffer, first.byteOffset, 8).getBigUint64(0, true));
  if (length > MOST_HEADER) throw new Error("its header would be too long");
  const header: unknown = JSON.parse(new TextDecoder().decode(await read(8, 8 + length)));
  const { __metadata__: metadata = {}, ...tensors } = header as Record<string, SafeTensor>;
  return {
    metadata: metadata as unknown as Record<string, string>,
    tensors: Object.entries(tensors).map(
      ([
        name,
        {
          dtype,
          shape,
          data_offsets: [start, end],
        },
      ]) => ({
        name,
        type: dtype,
        shape,
        bytes: end - start,
      }),
    ),
  };
}

interface SafeTensor {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [number, number];
}

const END_OF_DIRECTORY = 0x06054b50;
const DIRECTORY_ENTRY = 0x02014b50;
const STORED = 0;
/** The end record with the longest comment. */
const LONGEST_END = 65_557;

/**
 * Reads the headers of the arrays in a `.npz` file: its directory, and the first bytes of each array.
 *
 * @throws Error when it is no zip file
 */
export async function readNpz(read: ReadRange, size: number): Promise<Tensor[]> {
  const entries = await readZipDirectory(read, size);
  return Promise.all(entries.map((entry) => readNpzEntry(read, entry)));
}

interface ZipEntry {
  readonly name: string;
  readonly method: number;
  readonly packed: number;
  readonly size: number;
  /** Of the local header. */
  readonly offset: number;
}

async function readZipDirectory(read: ReadRange, size: number): Promise<ZipEntry[]> {
  const tail = await read(Math.max(0, size - LONGEST_END), size);
  const view = new DataView(tail.buffer, tail.byteOffset, tail.byteLength);
  let end = tail.length - 22;
  while (end >= 0 && view.getUint32(end, true) !== END_OF_DIRECTORY) end--;
  if (end < 0) throw new Error("it is no zip file");
  const start = view.getUint32(end + 16, true);
  const directory = await read(start, start + view.getUint32(end + 12, true));
  return parseDirectory(directory);
}

function parseDirectory(bytes: Uint8Array<ArrayBuffer>): ZipEntry[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const entries: ZipEntry[] = [];
  let at = 0;
  while (at + 46 <= bytes.length && view.getUint32(at, true) === DIRECTORY_ENTRY) {
    const nameLength = view.getUint16(at + 28, true);
    entries.push({
      name: new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + nameLength)),
      method: view.getUint16(at + 10, true),
      packed: view.getUint32(at + 20, true),
      size: view.getUint32(at + 24, true),
      offset: view.getUint32(at + 42, true),
    });
    at += 46 + nameLength + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  }
  return entries;
}

async function readNpzEntry(read: ReadRange, entry: ZipEntry): Promise<Tensor> {
  const name = entry.name.replace(/\.npy$/, "");
  const unknown: Tensor = { name, type: "?", shape: [], bytes: entry.size };
  // The local header has its own lengths of name and extra field.
  const local = await read(entry.offset, entry.offset + 30);
  if (local.length < 30) return unknown;
  const view = new DataView(local.buffer, local.byteOffset, 30);
  const start = entry.offset + 30 + view.getUint16(26, true) + view.getUint16(28, true);
  const packed = await read(start, start + Math.min(entry.packed, NPY_HEADER));
  const bytes = entry.method === STORED ? packed : await inflateStart(packed);
  try {
    return parseNpyHeader(bytes, name);
  } catch {
    return unknown;
  }
}

/** What comes out of the beginning of deflated bytes. */
async function inflateStart(packed: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const reader = new Blob([packed])
    .stream()
    .pipeThrough(new DecompressionStream("deflate-raw"))
    .getReader();
  const { value } = await reader.read();
  // The rest is cut off, which is an error to the stream.
  reader.cancel().catch(() => undefined);
  return (value ?? new Uint8Array(0)) as Uint8Array<ArrayBuffer>;
}

const NUMPY_KINDS: Readonly<Record<string, string>> = {
  f: "float",
  i: "int",
  u: "uint",
  c: "complex",
  b: "bool",
};

/** `<f4` is `float32`. */
function numpyType(descr: string): string {
  const [, kind = "", size = ""] = /^[<>|=]?([a-zA-Z])(\d+)$/.exec(descr) ?? [];
  const name = NUMPY_KINDS[kind];
  if (name === undefined) return descr;
  return kind === "b" ? name : `${name}${Number(size) * 8}`;
}

/** Sizes of Unicode text are in characters of four bytes. */
function itemBytes(descr: string, size: number): number {
  return /U\d+$/.test(descr) ? size * 4 : size;
}
