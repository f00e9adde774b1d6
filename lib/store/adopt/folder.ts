import { randomBytes } from "node:crypto";
import { readdirSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { createFolder } from "../../tree/write.ts";

/** As `createFolder`; by its name the temporary folder is known for one of an import, and removed by the next one. */
export function createAdopted(
  root: string,
  target: string,
  fill: (folder: string) => void,
): boolean {
  return createFolder(root, target, fill, `import-${randomBytes(6).toString("hex")}`);
}

/** Removes what a try before has left in a folder, but for artifacts that are whole: they need not be copied again. */
export function emptyButArtifacts(folder: string): void {
  const names = readdirSync(folder);
  if (names.length === 0) return;
  for (const name of names) {
    if (name !== "artifacts") rmSync(join(folder, name), { recursive: true, force: true });
  }
  for (const path of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    if (basename(path).startsWith(".artifact.uploading.")) rmSync(join(folder, path));
  }
}
