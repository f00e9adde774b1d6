import { closeSync, mkdirSync, openSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { stripVTControlCharacters } from "node:util";

type Write = typeof process.stdout.write;

const copies = new Set<ConsoleCopy>();
let originals: { readonly stdout: Write; readonly stderr: Write } | undefined;

/**
 * Copies what the process prints to standard output and standard error into a file, without colours, until `stop`. Each
 * piece is written as it is printed, so what a process said before it died is there.
 */
export class ConsoleCopy {
  readonly #fd: number;

  /** @param file - is added to when it exists, as when a run is resumed */
  constructor(file: string) {
    mkdirSync(dirname(file), { recursive: true });
    this.#fd = openSync(file, "a");
    copies.add(this);
    originals ??= { stdout: tap(process.stdout), stderr: tap(process.stderr) };
  }

  write(text: string): void {
    writeSync(this.#fd, text);
  }

  async stop(): Promise<void> {
    if (!copies.delete(this)) return;
    closeSync(this.#fd);
    if (copies.size > 0 || originals === undefined) return;
    process.stdout.write = originals.stdout;
    process.stderr.write = originals.stderr;
    originals = undefined;
  }
}

/** Makes a stream tell the copies what is written to it. @returns how it wrote before */
function tap(stream: NodeJS.WriteStream): Write {
  const original: Write = stream.write;
  const write = original.bind(stream) as (...args: unknown[]) => boolean;
  stream.write = (chunk: string | Uint8Array, ...rest: unknown[]): boolean => {
    const text = typeof chunk === "string" ? chunk : Buffer.from(chunk).toString("utf8");
    for (const copy of copies) copy.write(stripVTControlCharacters(text));
    return write(chunk, ...rest);
  };
  return original;
}
