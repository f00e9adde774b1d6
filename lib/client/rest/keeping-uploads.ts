import { randomUUID } from "node:crypto";
import { createWriteStream } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import fs from "fs-extra";
import type { ArtifactRepository } from "../../artifacts/artifact-repository.ts";
import { isAway } from "./log-queue.ts";

/**
 * Artifacts of a server: a file that cannot be sent because the server is away is put into a folder instead, to be sent later.
 *
 * @param folder - makes the folder, and is asked only when it is needed
 */
export function keepingUploads(
  artifacts: ArtifactRepository,
  folder: () => string,
): ArtifactRepository {
  const upload: ArtifactRepository["upload"] = async (localFile, path, ...rest) => {
    try {
      return await artifacts.upload(localFile, path, ...rest);
    } catch (error) {
      if (!isAway(error)) throw error;
      const kept = join(folder(), ...path.split("/"));
      await fs.mkdir(dirname(kept), { recursive: true });
      const temporary = `${kept}.mlruns-${randomUUID()}`;
      await fs.copyFile(localFile, temporary);
      await fs.rename(temporary, kept);
      return { md5: null, etag: null, isListed: false };
    }
  };
  return {
    ...artifacts,
    upload,
    async write(path, content) {
      // What was read of a stream is gone when sending it fails.
      const temporary = join(tmpdir(), `mlruns-${randomUUID()}`);
      try {
        await pipeline(content, createWriteStream(temporary, { flags: "wx", mode: 0o600 }));
        await upload(temporary, path);
      } finally {
        await fs.remove(temporary);
      }
    },
  };
}
