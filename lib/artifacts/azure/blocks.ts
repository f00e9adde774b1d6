import { createHash } from "node:crypto";
import type { ContainerClient } from "@azure/storage-blob";
import pMap from "p-map";
import type { Receipt, TransferOptions } from "../artifact-repository.ts";
import type { FileSource } from "../object-store.ts";
import { PARTS_IN_FLIGHT, partSizeOf, readParts } from "../parts.ts";
import { ask, CONTENT_TYPE, conditionOf, isMissing, nameIn } from "./objects.ts";

/**
 * Uploads a large file as blocks, which become the blob when all are there. A block's name is its number and its MD5,
 * so that blocks which an earlier try sent are known by their names, without a journal; Azure keeps them for a week.
 */
export async function putAzureBlocks(
  container: ContainerClient,
  key: string,
  source: FileSource,
  {
    pace,
    signal,
    replaces,
    wantsSha256,
    partSize,
    parts: atOnce = PARTS_IN_FLIGHT,
  }: TransferOptions,
): Promise<Receipt> {
  const name = nameIn(container, key);
  const blob = container.getBlockBlobClient(key);
  const sent = await sentBlocks(blob, name);
  const hash = createHash("md5");
  const sha256 = wantsSha256 ? createHash("sha256") : undefined;
  const parts = readParts(source, partSizeOf(source.size, partSize), (bytes) => {
    hash.update(bytes);
    sha256?.update(bytes);
  });
  const ids = await pMap(
    parts,
    async (part) => {
      const partMd5 = part.md5();
      const id = blockId(part.index, partMd5);
      if (sent.has(id)) return id;
      await pace?.(part.bytes.length);
      await ask(
        `write block ${part.index + 1} of ${name}`,
        (abortSignal) =>
          blob.stageBlock(id, part.bytes, part.bytes.length, {
            abortSignal,
            transactionalContentMD5: partMd5,
          }),
        { signal, isLong: true },
      );
      return id;
    },
    { concurrency: atOnce, signal },
  );
  const md5 = hash.digest();
  const stored = await ask(
    `finish ${name}`,
    (abortSignal) =>
      blob.commitBlockList(ids, {
        abortSignal,
        conditions: conditionOf(replaces),
        blobHTTPHeaders: { blobContentType: CONTENT_TYPE, blobContentMD5: md5 },
      }),
    { signal },
  );
  return {
    md5: md5.toString("hex"),
    sha256: sha256?.digest("hex") ?? null,
    etag: stored.etag ?? null,
    isListed: true,
  };
}

function blockId(index: number, md5: Buffer): string {
  return Buffer.from(`${String(index).padStart(5, "0")}-${md5.toString("hex")}`).toString("base64");
}

async function sentBlocks(
  blob: ReturnType<ContainerClient["getBlockBlobClient"]>,
  name: string,
): Promise<ReadonlySet<string>> {
  try {
    const { uncommittedBlocks = [] } = await ask(`resume ${name}`, (abortSignal) =>
      blob.getBlockList("uncommitted", { abortSignal }),
    );
    return new Set(uncommittedBlocks.map((block) => block.name));
  } catch (error) {
    if (isMissing(error)) return new Set();
    throw error;
  }
}
