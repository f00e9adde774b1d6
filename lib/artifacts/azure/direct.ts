import { randomBytes } from "node:crypto";
import type { BlobServiceClient, SASQueryParameters } from "@azure/storage-blob";
import { invalidParameter } from "../../errors.ts";
import type { DirectObjects } from "../object-store.ts";
import type { AzureSdk } from "./client.ts";
import { CONTENT_TYPE, factsOf, failed, nameIn } from "./objects.ts";

/** How long blocks may be sent; MLflow's own. Seconds. */
const LIFETIME = 3_600;
/** A delegated key is valid from some time ago, for the sake of clocks that are not alike. Milliseconds. */
const CLOCK_SKEW = 300_000;

/**
 * Signs addresses at which somebody without credentials may send or fetch a blob, or send its blocks. An upload has no name in Azure, so it gets one of ours, which its blocks' names hold: blocks of two uploads of one
 * blob are never mixed.
 *
 * @returns undefined for a client whose credential cannot sign: a SAS token, or none
 * @see MLflow 3.17 `AzureBlobArtifactRepository.create_multipart_upload`
 */
export function azureDirect(
  sdk: AzureSdk,
  service: BlobServiceClient,
  bucket: string,
): DirectObjects | undefined {
  if (service.credential instanceof sdk.AnonymousCredential) return undefined;
  const container = service.getContainerClient(bucket);
  return {
    async beginUpload(key, parts) {
      const token = await sign(sdk, service, bucket, key, "w", LIFETIME);
      if (token === undefined) return undefined;
      const id = randomBytes(16).toString("hex");
      const { url } = container.getBlobClient(key);
      const urls = Array.from({ length: parts }, (_, i) => {
        const block = encodeURIComponent(blockId(id, i + 1));
        return `${url}?comp=block&blockid=${block}&${token}`;
      });
      return { id, urls };
    },

    async completeUpload(key, id, parts) {
      // An empty list would empty the blob.
      if (!/^[0-9a-f]{32}$/.test(id) || parts.length === 0) {
        throw invalidParameter(`No such upload of ${nameIn(container, key)}: '${id}'`);
      }
      await container
        .getBlockBlobClient(key)
        .commitBlockList(
          parts.map(({ number }) => blockId(id, number)),
          { blobHTTPHeaders: { blobContentType: CONTENT_TYPE } },
        )
        .catch(failed(`write ${nameIn(container, key)}`));
    },

    // Blocks cannot be removed: Azure does so after a week.
    async abortUpload() {},

    async signUpload(key, seconds) {
      const token = await sign(sdk, service, bucket, key, "cw", seconds);
      if (token === undefined) return undefined;
      const url = `${container.getBlobClient(key).url}?${token}`;
      return { url, headers: { "x-ms-blob-type": "BlockBlob" } };
    },

    async signDownload(key, seconds) {
      const token = await sign(sdk, service, bucket, key, "r", seconds);
      return token && { url: `${container.getBlobClient(key).url}?${token}` };
    },
  };
}

/** As long as the names that `putAzureBlocks` gives: all blocks of a blob must have names of one length. */
function blockId(upload: string, number: number): string {
  return Buffer.from(`${String(number).padStart(5, "0")}-${upload}`).toString("base64");
}

/** @returns undefined when the identity may not delegate */
async function sign(
  sdk: AzureSdk,
  service: BlobServiceClient,
  containerName: string,
  blobName: string,
  allowed: "w" | "cw" | "r",
  seconds: number,
): Promise<SASQueryParameters | undefined> {
  const expiresOn = new Date(Date.now() + seconds * 1000);
  const permissions = sdk.BlobSASPermissions.parse(allowed);
  const values = { containerName, blobName, permissions, expiresOn };
  const { credential } = service;
  if (credential instanceof sdk.StorageSharedKeyCredential) {
    return sdk.generateBlobSASQueryParameters(values, credential);
  }
  const startsOn = new Date(Date.now() - CLOCK_SKEW);
  try {
    const key = await service.getUserDelegationKey(startsOn, expiresOn);
    const { accountName } = service;
    return sdk.generateBlobSASQueryParameters({ ...values, startsOn }, key, accountName);
  } catch (error) {
    const { status, reason } = factsOf(error);
    if (status === 403 && reason === "AuthorizationPermissionMismatch") return undefined;
    return failed(`sign addresses in ${nameIn(service.getContainerClient(containerName), "")}`)(
      error,
    );
  }
}
