import { type ProtoField, protoDouble, protoFields, protoText } from "../../../wire/protobuf.ts";

/** One value of an event file. Numbers of fields are those of TensorFlow's `event.proto` and `summary.proto`. */
export type LoggedValue =
  | { readonly kind: "scalar"; readonly tag: string; readonly value: number }
  | { readonly kind: "image"; readonly tag: string; readonly images: readonly Uint8Array[] }
  | { readonly kind: "hparams"; readonly tag: string; readonly content: Uint8Array }
  | { readonly kind: "other"; readonly tag: string };

export interface LoggedEvent {
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly step: number;
  readonly values: readonly LoggedValue[];
}

/** @throws MlrunsError INVALID_PARAMETER_VALUE when the bytes are no event */
export function parseEvent(record: Uint8Array): LoggedEvent {
  let time = 0;
  let step = 0;
  let values: readonly LoggedValue[] = [];
  for (const field of protoFields(record)) {
    if (field.number === 1) time = Math.round(protoDouble(field.bits) * 1_000);
    if (field.number === 2) step = Number(BigInt.asIntN(64, field.bits));
    if (field.number === 5) values = bytesOf(field.bytes, 1).map(parseValue);
  }
  return { time, step, values };
}

function parseValue(bytes: Uint8Array): LoggedValue {
  const fields = [...protoFields(bytes)];
  const tag = textOf(fields, 1);
  const plugin = pluginOf(fields);
  if (plugin?.name === "hparams") return { kind: "hparams", tag, content: plugin.content };
  const simple = fields.find(({ number }) => number === 2);
  if (simple !== undefined) return { kind: "scalar", tag, value: floatOf(simple) };
  const image = fields.find(({ number }) => number === 4);
  if (image !== undefined) return { kind: "image", tag, images: bytesOf(image.bytes, 4) };
  const tensor = fields.find(({ number }) => number === 8);
  if (tensor !== undefined && plugin?.name === "scalars") {
    const value = scalarOf(tensor.bytes);
    if (value !== undefined) return { kind: "scalar", tag, value };
  }
  if (tensor !== undefined && plugin?.name === "images") {
    // Width and height come first.
    return { kind: "image", tag, images: bytesOf(tensor.bytes, 8).slice(2) };
  }
  return { kind: "other", tag };
}

function pluginOf(
  fields: readonly ProtoField[],
): { readonly name: string; readonly content: Uint8Array } | undefined {
  const metadata = fields.find(({ number }) => number === 9);
  const data = metadata && bytesOf(metadata.bytes, 1)[0];
  if (data === undefined) return undefined;
  const parts = [...protoFields(data)];
  return { name: textOf(parts, 1), content: bytesOf(data, 2)[0] ?? new Uint8Array() };
}

/** The number in a tensor of one. */
function scalarOf(tensor: Uint8Array): number | undefined {
  const fields = [...protoFields(tensor)];
  const isDouble = fields.find(({ number }) => number === 1)?.bits === 2n;
  const packed = fields.find(({ number }) => number === 4 || number === (isDouble ? 6 : 5));
  if (packed === undefined) return undefined;
  if (packed.bytes.length === 0) return isDouble ? protoDouble(packed.bits) : floatOf(packed);
  const { buffer, byteOffset, byteLength } = packed.bytes;
  const view = new DataView(buffer, byteOffset, byteLength);
  if (byteLength < (isDouble ? 8 : 4)) return undefined;
  return isDouble ? view.getFloat64(0, true) : view.getFloat32(0, true);
}

function floatOf({ bits }: ProtoField): number {
  const view = new DataView(new ArrayBuffer(4));
  view.setUint32(0, Number(bits));
  return view.getFloat32(0);
}

export function bytesOf(message: Uint8Array, field: number): Uint8Array[] {
  return [...protoFields(message)]
    .filter(({ number }) => number === field)
    .map(({ bytes }) => bytes);
}

function textOf(fields: readonly ProtoField[], field: number): string {
  return protoText(fields.find(({ number }) => number === field)?.bytes ?? new Uint8Array());
}
