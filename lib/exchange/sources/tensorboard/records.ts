import { closeSync, openSync, readSync } from "node:fs";

/** Length of a record and its checksum. */
const HEADER = 12;
const CHECKSUM = 4;
/** No event is as long; what says so is no event file. */
const LONGEST = 1 << 30;

/**
 * The records of a TFRecord file, such as TensorBoard's event files. A last one that is not whole, as while the file is being
 * written, is left out. Checksums are not looked at: TensorBoard reads on behind a wrong one, too.
 */
export function* readRecords(file: string): Generator<Buffer> {
  const fd = openSync(file, "r");
  try {
    const header = Buffer.alloc(HEADER);
    for (let at = 0; readSync(fd, header, 0, HEADER, at) === HEADER; ) {
      const length = Number(header.readBigUInt64LE(0));
      if (length > LONGEST) return;
      const record = Buffer.alloc(length);
      if (readSync(fd, record, 0, length, at + HEADER) < length) return;
      yield record;
      at += HEADER + length + CHECKSUM;
    }
  } finally {
    closeSync(fd);
  }
}
