import { readdir, readFile, readlink } from "node:fs/promises";
import { join, relative } from "node:path";

/** Every file below a folder with its bytes as text, every link with where it points, every folder as `null`, by path. */
export async function folderBytes(folder: string): Promise<Record<string, string | null>> {
  const found: [string, string | null][] = [];
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const content = entry.isDirectory()
      ? null
      : entry.isSymbolicLink()
        ? await readlink(path)
        : await readFile(path, "latin1");
    found.push([relative(folder, path), content]);
  }
  return Object.fromEntries(found.sort(([a], [b]) => (a < b ? -1 : 1)));
}
