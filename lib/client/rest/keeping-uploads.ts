import { randomUUID } from "node:crypto";
import { copyFile, mkdir, rename } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { ArtifactRepository } from "../../artifacts/artifact-repository.ts";
import { throughFile } from "../../artifacts/through-file.ts";
import { isAway } from "./log-queue.ts";
import { NO_RECEIPT } from "./proxied-artifacts.ts";

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
      await mkdir(dirname(kept), { recursive: true });
      const temporary = `${kept}.mlruns-${randomUUID()}`;
      await copyFile(localFile, temporary);
      await rename(temporary, kept);
      return NO_RECEIPT;
    }
  };
  return {
    ...artifacts,
    upload,
    async write(path, content) {
      await throughFile(content, (file) => upload(file, path));
    },
  };
}
