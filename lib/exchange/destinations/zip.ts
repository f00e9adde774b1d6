import { createWriteStream } from "node:fs";
import { readdir } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { pipeline } from "node:stream/promises";
import fs from "fs-extra";
import yazl from "yazl";
import { makeFolderBeside } from "../../state/temporary-folder.ts";
import type { Destination, Item, Outcome } from "../items.ts";
import type { Report } from "../report.ts";
import { TreeDestination } from "./tree.ts";

/** The folder in the archive, which is a tree by itself: unpacked, MLflow and `mlruns serve` open it. */
export const TREE_IN_ZIP = "mlruns";

/** An archive with a tree in it. It is there when all is in it. */
export class ZipDestination implements Destination {
  readonly #file: string;
  readonly #folder: string;
  /** What the archive is to hold. */
  readonly #content: string;
  readonly #tree: TreeDestination;

  constructor(file: string, report: Report) {
    this.#file = file;
    this.#folder = makeFolderBeside(file);
    this.#content = join(this.#folder, "content");
    this.#tree = new TreeDestination(join(this.#content, TREE_IN_ZIP), report, false);
  }

  take(item: Item): Promise<Outcome> {
    return this.#tree.take(item);
  }

  async finish(): Promise<void> {
    const packed = join(this.#folder, "packed.zip");
    const zip = new yazl.ZipFile();
    const written = pipeline(zip.outputStream, createWriteStream(packed));
    for (const { path, isFolder } of await entriesOf(this.#content)) {
      const name = relative(this.#content, path).split(sep).join("/");
      // MLflow needs the folders of a run, empty or not.
      if (isFolder) zip.addEmptyDirectory(name);
      else zip.addFile(path, name);
    }
    zip.end();
    await written;
    await fs.move(packed, this.#file, { overwrite: true });
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
