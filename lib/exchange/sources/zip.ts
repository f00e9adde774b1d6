import { createWriteStream, existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import fs from "fs-extra";
import yauzl from "yauzl";
import { invalidParameter, notFound } from "../../errors.ts";
import { makeTemporaryFolder } from "../../state/temporary-folder.ts";
import { TREE_IN_ZIP } from "../destinations/zip.ts";
import type { Source } from "../items.ts";
import type { Report } from "../report.ts";
import { TreeSource } from "./tree.ts";

/**
 * Opens an archive that `mlruns export` made: it is unpacked into a temporary folder.
 *
 * @throws MlrunsError RESOURCE_DOES_NOT_EXIST, INVALID_PARAMETER_VALUE when it is no archive or has no tree in it
 */
export async function openZip(path: string, report: Report): Promise<Source> {
  if (!existsSync(path)) throw notFound(`'${path}' does not exist.`);
  const folder = makeTemporaryFolder("unzip");
  try {
    await unpack(path, folder);
    const root = join(folder, TREE_IN_ZIP);
    if (!existsSync(root)) throw new Error(`it has no folder '${TREE_IN_ZIP}'`);
    const source = new TreeSource(root, {}, report);
    return {
      items: () => source.items(),
      count: () => source.count(),
      close: () => fs.remove(folder),
    };
  } catch (cause) {
    await fs.remove(folder);
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw invalidParameter(`'${path}' cannot be read: ${reason}`, { cause });
  }
}

/** The library refuses names that lead out of the folder. */
async function unpack(path: string, folder: string): Promise<void> {
  const zip = await yauzl.openPromise(path);
  try {
    for await (const entry of zip.eachEntry()) {
      const target = join(folder, ...entry.fileName.split("/"));
      if (entry.fileName.endsWith("/")) {
        await fs.ensureDir(target);
        continue;
      }
      await fs.ensureDir(dirname(target));
      await pipeline(await zip.openReadStreamPromise(entry), createWriteStream(target));
    }
  } finally {
    zip.close();
  }
}
