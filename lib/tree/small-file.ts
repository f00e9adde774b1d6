import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import { decodeText } from "./read.ts";

/** What lies in a tree may be a pipe: opening one must not wait for a writer. */
const FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);
/** Nearly all files of a tree fit. */
const USUAL_BYTES = 64 * 1024;
const MOST_BYTES = 8 * 1024 * 1024;
/** Up to this it is quicker to look at the bytes than to ask for it. */
const SHORT = 48;

/** Reads one file after the other into the same memory. With its time of change this costs no more than `readFileSync`. */
export class SmallFile {
  /** The first `length` bytes are those of the file that was read last. */
  bytes: Buffer = Buffer.allocUnsafeSlow(USUAL_BYTES);
  length = 0;
  /** As it was before it was read, ms since the epoch. */
  mtimeMs = 0;

  /**
   * @returns false when it is no ordinary file, is large, or changes while it is read
   * @throws the file system's error
   */
  read(path: string): boolean {
    const fd = openSync(path, FLAGS);
    try {
      const stat = fstatSync(fd);
      const { size } = stat;
      if (!stat.isFile() || size > MOST_BYTES) return false;
      // With a byte to spare the reading also tells that nothing follows.
      if (size >= this.bytes.length) this.bytes = Buffer.allocUnsafeSlow(2 * size);
      this.mtimeMs = stat.mtimeMs;
      this.length = readSync(fd, this.bytes, 0, this.bytes.length, null);
      return this.length === size;
    } finally {
      closeSync(fd);
    }
  }

  /** @throws MlrunsError INTERNAL_ERROR when the bytes are not UTF-8 */
  text(): string {
    if (this.length <= SHORT && this.#isShortAscii()) {
      return this.bytes.toString("latin1", 0, this.length);
    }
    return decodeText(this.bytes.subarray(0, this.length));
  }

  #isShortAscii(): boolean {
    const { bytes, length } = this;
    for (let at = 0; at < length; at++) if ((bytes[at] as number) >= 0x80) return false;
    return true;
  }
}
