import { type ReadonlyDictionary, toDictionary } from "../../../entities/record.ts";
import { protoDouble, protoFields, protoText } from "../../../wire/protobuf.ts";
import { bytesOf } from "./event.ts";

/**
 * The hyperparameters that a run began with, as texts in Python's spelling.
 *
 * @param content - of TensorBoard's plugin `hparams`: a `HParamsPluginData`
 */
export function parseHparams(content: Uint8Array): ReadonlyDictionary<string> {
  const [start] = bytesOf(content, 3);
  const entries = start === undefined ? [] : bytesOf(start, 1);
  return toDictionary(
    entries.map((entry) => {
      const [key, value] = [bytesOf(entry, 1)[0], bytesOf(entry, 2)[0]];
      return [protoText(key ?? new Uint8Array()), printValue(value ?? new Uint8Array())] as const;
    }),
  );
}

/** A `google.protobuf.Value`, which knows no whole numbers. */
function printValue(value: Uint8Array): string {
  const [field] = protoFields(value);
  switch (field?.number) {
    case 2:
      return String(protoDouble(field.bits));
    case 3:
      return protoText(field.bytes);
    case 4:
      return field.bits === 0n ? "False" : "True";
    default:
      return "None";
  }
}
