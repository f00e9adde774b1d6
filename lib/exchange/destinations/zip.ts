import { createWriteStream } from "node:fs";
import { readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative, sep } from "node:path";
import { pipeline } from "node:stream/promises";
import fs from "fs-extra";
import yazl from "yazl";
import type { Destination, Item } from "../items.ts";
import type { Report } from "../report.ts";
import { TreeDestination } from "./tree.ts";

/** The folder in the archive, which is a tree by itself: unpacked, MLflow and `mlruns serve` open it. */
export const TREE_IN_ZIP = "mlruns";

/** An archive with a tree in it. It is there when all is in it. */
export class ZipDestination implements Destination {
  readonly #file: string;
  readonly #folder: string;
  readonly #tree: TreeDestination;

  constructor(file: string, report: Report) {
    this.#file = file;
    this.#folder = fs.mkdtempSync(join(tmpdir(), "mlruns-zip-"));
    this.#tree = new TreeDestination(join(this.#folder, TREE_IN_ZIP), report);
  }

  take(item: Item): Promise<"carried" | "there"> {
    return this.#tree.take(item);
  }

  async finish(): Promise<void> {
    const temporary = `${this.#file}.mlruns-${process.pid}.tmp`;
    try {
      const zip = new yazl.ZipFile();
      const written = pipeline(zip.outputStream, createWriteStream(temporary));
      for (const { path, isFolder } of await entriesOf(this.#folder)) {
        const name = relative(this.#folder, path).split(sep).join("/");
        // MLflow needs the folders of a run, empty or not.
        if (isFolder) zip.addEmptyDirectory(name);
        else zip.addFile(path, name);
      }
      zip.end();
      await written;
      await fs.move(temporary, this.#file, { overwrite: true });
    } finally {
      await fs.remove(temporary);
    }
  }

  async close(): Promise<void> {
    await fs.remove(this.#folder);
  }
}

async function entriesOf(
  folder: string,
): Promise<{ readonly path: string; readonly isFolder: boolean }[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .map((entry) => ({ path: join(entry.parentPath, entry.name), isFolder: entry.isDirectory() }))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}
