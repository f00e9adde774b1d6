import { createWriteStream } from "node:fs";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import fastGlob from "fast-glob";
import fs from "fs-extra";
import { ZipFile } from "yazl";
import { makeFolderBeside } from "../state/temporary-folder.ts";
import type { Trees } from "./roots.ts";
import { type SiteOptions, type SiteReport, writeSite } from "./write.ts";

/**
 * Writes a site as one zip, for a paper's supplement: unpacked, it is what `writeSite` writes. The same tree gives the same
 * bytes. The zip is there whole or not at all.
 *
 * @param file - replaced when it is there
 */
export async function writeSiteZip(
  trees: Trees,
  file: string,
  options: SiteOptions = {},
): Promise<SiteReport> {
  if (options.isDryRun) return writeSite(trees, `${file}.dry-run`, options);
  const temporary = makeFolderBeside(file);
  try {
    const folder = join(temporary, "site");
    const report = await writeSite(trees, folder, options);
    const zip = new ZipFile();
    for (const path of (await fastGlob("**", { cwd: folder, dot: true })).sort())
      zip.addFile(join(folder, path), path, { mtime: EPOCH, mode: 0o644 });
    zip.end();
    const packed = join(temporary, "site.zip");
    await pipeline(zip.outputStream, createWriteStream(packed));
    await fs.move(packed, file, { overwrite: true });
    return report;
  } finally {
    await fs.remove(temporary);
  }
}

/** The oldest time that a zip can hold. */
const EPOCH = new Date(1980, 0, 1);
