import { createWriteStream } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { makeTemporaryFolder } from "../state/temporary-folder.ts";

/**
 * Puts a stream into a file, and gives it to `use`: so its length is known, and it can be sent again where sending
 * fails. A process that is killed leaves the file to the next one to remove.
 */
export async function throughFile(
  content: AsyncIterable<Buffer> | NodeJS.ReadableStream,
  use: (file: string) => Promise<unknown>,
): Promise<void> {
  const folder = makeTemporaryFolder("write");
  try {
    const file = join(folder, "content");
    await pipeline(content, createWriteStream(file));
    await use(file);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
