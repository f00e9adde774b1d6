import { randomUUID } from "node:crypto";
import { mkdir, open, rename, rm, stat } from "node:fs/promises";
import type { IncomingMessage } from "node:http";
import { dirname } from "node:path";
import { MlrunsError } from "../../errors.ts";
import type { Connection } from "./connection.ts";

/** What the server said of a file when its download began. */
interface Begun {
  /** Bytes; undefined when it did not say. */
  readonly size: number | undefined;
  readonly etag: string | undefined;
}

/**
 * Downloads a file to a temporary one beside `localFile`, which takes its name when all of it is there. An answer that breaks
 * off is gone on with where it ended, as often as requests are repeated; a file that was replaced meanwhile begins anew.
 *
 * @param path - below the server's address
 * @throws MlrunsError with the server's code; TEMPORARILY_UNAVAILABLE when it is away, or what arrives is not the whole file
 */
export async function downloadResuming(
  connection: Connection,
  path: string,
  localFile: string,
): Promise<void> {
  await mkdir(dirname(localFile), { recursive: true });
  const temporary = `${localFile}.mlruns-${randomUUID()}`;
  try {
    await fetchAll(connection, path, temporary);
    await rename(temporary, localFile);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

async function fetchAll(connection: Connection, path: string, temporary: string): Promise<void> {
  let begun: Begun = { size: undefined, etag: undefined };
  let done = 0;
  for (let tries = 0; ; tries++) {
    const answer = await connection.send({ method: "GET", path, headers: resumeAt(done, begun) });
    const goesOn = answer.statusCode === 206 && done > 0;
    if (!goesOn) begun = { size: sizeOf(answer), etag: answer.headers.etag };
    const broken = await write(answer, temporary, goesOn ? "a" : "w").catch(
      (error: Error) => error,
    );
    done = (await stat(temporary)).size;
    if (begun.size === undefined ? broken === undefined : done === begun.size) return;
    if (tries >= connection.settings.maxRetries) throw incomplete(path, done, begun, broken);
    await connection.pause(tries);
  }
}

/** Writes what arrives. A stream to a file may still write when its pipeline has failed: then nobody knew where to go on. */
async function write(answer: IncomingMessage, path: string, flags: "a" | "w"): Promise<undefined> {
  const file = await open(path, flags);
  try {
    for await (const chunk of answer) await file.appendFile(chunk as Buffer);
  } finally {
    await file.close();
  }
}

/** Without an etag nobody knows whether it is still the same file. */
function resumeAt(done: number, { size, etag }: Begun): Readonly<Record<string, string>> {
  const canResume = etag !== undefined && done > 0 && size !== undefined && done < size;
  return canResume ? { range: `bytes=${done}-`, "if-range": etag } : {};
}

function sizeOf(answer: IncomingMessage): number | undefined {
  const length = answer.headers["content-length"];
  return length === undefined ? undefined : Number(length);
}

function incomplete(path: string, done: number, { size }: Begun, cause?: Error): MlrunsError {
  const all = size === undefined ? "" : ` of ${size}`;
  const message = `The download of ${path} ended after ${done}${all} bytes`;
  return new MlrunsError("TEMPORARILY_UNAVAILABLE", message, { cause });
}
