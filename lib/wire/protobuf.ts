import { invalidParameter } from "../errors.ts";

/** A field of a protobuf message as it is on the wire. */
export interface ProtoField {
  readonly number: number;
  /** An integer, or the bits of a fixed-size number, as unsigned; zero for a field of bytes. */
  readonly bits: bigint;
  /** Bytes, a text or a message; empty for a number. */
  readonly bytes: Uint8Array;
}

const VARINT = 0;
const FIXED64 = 1;
const LENGTH_DELIMITED = 2;
const FIXED32 = 5;
const NO_BYTES = new Uint8Array();

const utf8 = new TextDecoder("utf-8", { fatal: false, ignoreBOM: true });

/**
 * Reads the fields of a protobuf message, in order. Groups, which nobody writes any more, are refused.
 *
 * @throws MlrunsError INVALID_PARAMETER_VALUE when the bytes are no message
 */
export function* protoFields(message: Uint8Array): Generator<ProtoField> {
  const view = new DataView(message.buffer, message.byteOffset, message.byteLength);
  let at = 0;
  const take = (count: number): number => {
    const start = at;
    at += count;
    if (at > message.length) throw malformed();
    return start;
  };
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = message[take(1)] ?? 0;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asUintN(64, value);
    }
    throw malformed();
  };
  while (at < message.length) {
    const tag = Number(varint());
    const number = Math.floor(tag / 8);
    if (number === 0) throw malformed();
    switch (tag % 8) {
      case VARINT:
        yield { number, bits: varint(), bytes: NO_BYTES };
        break;
      case FIXED64:
        yield { number, bits: view.getBigUint64(take(8), true), bytes: NO_BYTES };
        break;
      case FIXED32:
        yield { number, bits: BigInt(view.getUint32(take(4), true)), bytes: NO_BYTES };
        break;
      case LENGTH_DELIMITED: {
        const length = Number(varint());
        const start = take(length);
        yield { number, bits: 0n, bytes: message.subarray(start, start + length) };
        break;
      }
      default:
        throw malformed();
    }
  }
}

export function protoText(bytes: Uint8Array): string {
  return utf8.decode(bytes);
}

/** The number whose IEEE 754 bits these are. */
export function protoDouble(bits: bigint): number {
  const view = new DataView(new ArrayBuffer(8));
  view.setBigUint64(0, bits);
  return view.getFloat64(0);
}

function malformed(): Error {
  return invalidParameter("Expected a protobuf message.");
}
