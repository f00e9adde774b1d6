import { expect, test } from "vitest";
import {
  parseNpyHeader,
  type ReadRange,
  readNpz,
  readSafetensors,
} from "../../../viewer/previews/tensors.ts";

/** `np.savez_compressed(f, a=np.zeros((3, 4), dtype="float32"), b=np.arange(5))`, NumPy 2.4 */
const NPZ =
  "UEsDBC0AAAAIAAAAIQDAoczq//////////8FABQAYS5ucHkBABAAsAAAAAAAAABJAAAAAAAAAJvsF+obEMnIUMZQrZ6SWpxcpG6loG6TZqKuo6Cell9UUpSYF59flJIKEndLzClOBYoXZyQWpAL5GsY6CiaaOgq1CmQDLgYSAQBQSwMELQAAAAgAAAAhAMt3nan//////////wUAFABiLm5weQEAEACoAAAAAAAAAFEAAAAAAAAAm+wX6hsQychQxlCtnpJanFykbqWgbpNpoa6joJ6WX1RSlJgXn1+UkgoSd0vMKU4FihdnJBakAvkapjqaOgq1ChQALgYoYITSTFCaGUqzQGkAUEsBAi0DLQAAAAgAAAAhAMChzOpJAAAAsAAAAAUAAAAAAAAAAAAAAIABAAAAAGEubnB5UEsBAi0DLQAAAAgAAAAhAMt3nalRAAAAqAAAAAUAAAAAAAAAAAAAAIABgAAAAGIubnB5UEsFBgAAAAACAAIAZgAAAAgBAAAAAA==";

/** The start of `np.save(f, np.zeros((2, 3), dtype="<U5"))` */
const NPY =
  "k05VTVBZAQB2AHsnZGVzY3InOiAnPFU1JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsIDMpLCB9ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAo=";

const bytesOf = (base64: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));

const reader =
  (bytes: Uint8Array<ArrayBuffer>): ReadRange =>
  async (start, end) =>
    bytes.slice(start, end);

test("the header of an array that NumPy saved is read", () => {
  expect(parseNpyHeader(bytesOf(NPY), "x.npy")).toEqual({
    name: "x.npy",
    type: "<U5",
    shape: [2, 3],
    bytes: 120,
  });
});

test("the arrays of an archive that NumPy saved are read without unpacking it", async () => {
  const bytes = bytesOf(NPZ);

  expect(await readNpz(reader(bytes), bytes.length)).toEqual([
    { name: "a", type: "float32", shape: [3, 4], bytes: 48 },
    { name: "b", type: "int64", shape: [5], bytes: 40 },
  ]);
});

test("tensors and metadata of a safetensors file are read from its header", async () => {
  const header = JSON.stringify({
    __metadata__: { format: "pt" },
    "layer.weight": { dtype: "F32", shape: [2, 3], data_offsets: [0, 24] },
  });
  const bytes = new Uint8Array(8 + header.length + 24);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(header.length), true);
  bytes.set(new TextEncoder().encode(header), 8);

  expect(await readSafetensors(reader(bytes))).toEqual({
    metadata: { format: "pt" },
    tensors: [{ name: "layer.weight", type: "F32", shape: [2, 3], bytes: 24 }],
  });
});

test("files of other kinds are refused with a reason", async () => {
  const bytes = new TextEncoder().encode("not an array at all, but long enough for a header");

  expect(() => parseNpyHeader(bytes, "x")).toThrow("it does not begin as a .npy file");
  await expect(readNpz(reader(bytes), bytes.length)).rejects.toThrow("it is no zip file");
  await expect(readSafetensors(reader(bytes))).rejects.toThrow("its header would be too long");
  await expect(readSafetensors(reader(bytes.slice(0, 3)))).rejects.toThrow("it is too short");
});
