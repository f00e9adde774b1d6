import { readdir, readFile, stat } from "node:fs/promises";
import { join, relative } from "node:path";

/** Every file below a folder with its bytes as text, and every folder as `null`, by path. */
export async function folderBytes(folder: string): Promise<Record<string, string | null>> {
  const found: [string, string | null][] = [];
  for (const name of await readdir(folder, { recursive: true })) {
    const path = join(folder, name);
    const isFolder = (await stat(path)).isDirectory();
    found.push([relative(folder, path), isFolder ? null : await readFile(path, "latin1")]);
  }
  return Object.fromEntries(found.sort(([a], [b]) => (a < b ? -1 : 1)));
}
