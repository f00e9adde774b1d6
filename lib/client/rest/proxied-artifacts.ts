import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { dirname } from "node:path";
import type { Readable } from "node:stream";
import { lookup } from "mrmime";
import type {
  ArtifactFile,
  ArtifactRepository,
  Capabilities,
  Receipt,
} from "../../artifacts/artifact-repository.ts";
import { throughFile } from "../../artifacts/through-file.ts";
import { validateArtifactPath } from "../../entities/artifact-path.ts";
import { MlrunsError, notFound } from "../../errors.ts";
import { decodeFileInfo, type FileInfoJson } from "../../wire/file-info.ts";
import type { Connection } from "./connection.ts";
import { uploadInParts } from "./multipart-upload.ts";
import { encodePath, PROXY } from "./proxied-path.ts";
import { downloadResuming } from "./resuming-download.ts";

const CAPABILITIES: Capabilities = {
  listsMd5: false,
  checksReplaced: false,
  keepsVersions: false,
  resumesUploads: false,
  transfers: 8,
};
/** A server tells nothing of what it has taken. */
export const NO_RECEIPT: Receipt = { md5: null, sha256: null, etag: null, isListed: false };

/**
 * Artifacts that an MLflow server passes on.
 *
 * @param root - the path of `mlflow-artifacts:/<path>`
 */
export function openProxied(connection: Connection, root: string): ArtifactRepository {
  const urlOf = (path: string): string => `${PROXY}/${encodePath(root, path)}`;

  const listFolder = async (folder: string): Promise<ArtifactFile[]> => {
    validateArtifactPath(folder);
    const path = folder === "" ? root : `${root}/${folder}`;
    const { files = [] } = await connection.call<{ files?: FileInfoJson[] }>("GET", PROXY, {
      path,
    });
    return files
      .map((json) => ({ ...decodeFileInfo(json), modified: null }))
      .map((file) => ({ ...file, path: folder === "" ? file.path : `${folder}/${file.path}` }))
      .sort((a, b) => (a.path < b.path ? -1 : 1));
  };

  async function* list(folder: string): AsyncGenerator<ArtifactFile> {
    for (const file of await listFolder(folder)) {
      if (file.isDir) yield* list(file.path);
      else yield file;
    }
  }

  const read = async (
    path: string,
    range?: { readonly start: number; readonly end?: number },
  ): Promise<Readable> => {
    const headers = range && { range: `bytes=${range.start}-${range.end ?? ""}` };
    try {
      return await connection.send({
        method: "GET",
        path: urlOf(path),
        ...(headers && { headers }),
      });
    } catch (error) {
      throw asNotFound(error, path);
    }
  };

  const upload = async (localFile: string, path: string): Promise<Receipt> => {
    const { size } = await stat(localFile);
    if (await uploadInParts(connection, root, localFile, path, size)) return NO_RECEIPT;
    const answer = await connection.send({
      method: "PUT",
      path: urlOf(path),
      headers: { "content-type": lookup(path) ?? "application/octet-stream" },
      content: { open: () => createReadStream(localFile), size },
    });
    answer.resume();
    return NO_RECEIPT;
  };

  const remove = async (path: string): Promise<void> => {
    const answer = await connection.send({ method: "DELETE", path: urlOf(path), json: {} });
    answer.resume();
  };

  return {
    capabilities: CAPABILITIES,
    list,
    listFolder,
    read,
    upload,
    delete: remove,
    async find(path) {
      if (path === "") return { path, isDir: true, fileSize: null, modified: null };
      const folder = dirname(path) === "." ? "" : dirname(path);
      return (await listFolder(folder)).find((file) => file.path === path);
    },
    async write(path, content) {
      await throughFile(content, (file) => upload(file, path));
    },
    async download(path, localFile) {
      await downloadResuming(connection, urlOf(path), localFile).catch((error: unknown) => {
        throw asNotFound(error, path);
      });
      return NO_RECEIPT;
    },
    async deleteFiles(files) {
      for (const { path } of files) await remove(path);
    },
  };
}

/** A 404 in MLflow's words; any other error as it is. */
function asNotFound(error: unknown, path: string): unknown {
  if (!(error instanceof MlrunsError) || error.httpStatus !== 404) return error;
  return notFound(
    `Failed to download artifacts from path '${path}', please ensure that the path is correct.`,
    { cause: error },
  );
}
