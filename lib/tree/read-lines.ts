import { closeSync, openSync, readSync } from "node:fs";
import { checkText, isMissing } from "./read.ts";

/** Bytes read at a time. */
const PIECE = 1024 * 1024;
const LINE_FEED = 10;

/**
 * Reads a text file in pieces of whole lines, as bytes, so that a large one is never held whole. Only the last piece may
 * end without a line feed. No pieces when there is no such file.
 *
 * @throws MlrunsError INTERNAL_ERROR when the bytes are not UTF-8
 */
export function* readLinePieces(path: string, pieceSize: number = PIECE): Generator<Buffer> {
  const fd = openIfThere(path);
  if (fd === undefined) return;
  try {
    let rest: Buffer = Buffer.alloc(0);
    for (;;) {
      const buffer = Buffer.allocUnsafe(rest.length + pieceSize);
      rest.copy(buffer);
      const read = readSync(fd, buffer, rest.length, pieceSize, null);
      const bytes = buffer.subarray(0, rest.length + read);
      if (read === 0) {
        if (bytes.length > 0) yield checkText(bytes);
        return;
      }
      const end = bytes.lastIndexOf(LINE_FEED) + 1;
      if (end > 0) yield checkText(bytes.subarray(0, end));
      rest = bytes.subarray(end);
    }
  } finally {
    closeSync(fd);
  }
}

function openIfThere(path: string): number | undefined {
  try {
    return openSync(path, "r");
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}
