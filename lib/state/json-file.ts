import { mkdir, readFile } from "node:fs/promises";
import { dirname } from "node:path";
import type { Adapter, Low } from "lowdb";
import writeFileAtomic from "write-file-atomic";

/**
 * A JSON file as lowdb's store. lowdb's own writer has one fixed temporary name, which two processes trip over; this one
 * replaces the file at once, and a file that is damaged or gone reads as none: what it holds can be made again.
 */
export class JsonFile<Data> implements Adapter<Data> {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  async read(): Promise<Data | null> {
    try {
      return JSON.parse(await readFile(this.#path, "utf8")) as Data;
    } catch {
      return null;
    }
  }

  /** Only for its owner: what is kept here may open a door, such as the address of a begun upload. */
  async write(data: Data): Promise<void> {
    await mkdir(dirname(this.#path), { recursive: true, mode: 0o700 });
    await writeFileAtomic(this.#path, JSON.stringify(data), { mode: 0o600 });
  }
}

/** Opens a JSON file that can be made again. Its `data` is `empty` when there is none of this `format`. */
export async function openJsonFile<Data extends { readonly format: number }>(
  path: string,
  empty: Data,
): Promise<Low<Data>> {
  const { Low } = await import("lowdb");
  const file = new Low<Data>(new JsonFile<Data>(path), empty);
  await file.read();
  if (file.data?.format !== empty.format) file.data = empty;
  return file;
}
