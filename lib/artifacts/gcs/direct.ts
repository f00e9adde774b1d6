import { setImmediate as othersTurn } from "node:timers/promises";
import type { Bucket } from "@google-cloud/storage";
import { MlrunsError } from "../../errors.ts";
import type { DirectObjects, UploadedPart } from "../object-store.ts";
import { storeFault } from "../store-error.ts";
import { ask, gcsContentType } from "./objects.ts";

/** How long parts of an upload may be sent; MLflow's own. Seconds. */
const LIFETIME = 3_600;
const UNKNOWN = new Set(["BAD_REQUEST", "RESOURCE_DOES_NOT_EXIST", "NOT_IMPLEMENTED"]);

/**
 * Signs addresses at which somebody without credentials may send or fetch an object, or send its parts, in the service's
 * XML API. As in MLflow this takes the key of a service account. Our own requests carry credentials as all others do: a
 * signed POST may only begin a resumable upload.
 *
 * @see MLflow 3.17 `GCSArtifactRepository.create_multipart_upload`
 * @see https://cloud.google.com/storage/docs/authentication/canonical-requests
 */
export function gcsDirect(bucket: Bucket): DirectObjects {
  const nameOf = (key: string): string => `gs://${bucket.name}/${key}`;
  return {
    async beginUpload(key, parts) {
      if (!(await canSign(bucket))) return undefined;
      const answer = await send(bucket, key, `begin to write ${nameOf(key)}`, {
        method: "POST",
        query: "uploads",
        headers: { "content-type": gcsContentType(key) },
      }).catch(unlessUnknown);
      if (answer === undefined) return undefined;
      const id = /<UploadId>([^<]+)<\/UploadId>/.exec(answer)?.[1];
      if (id === undefined) throw storeFault(`No upload of ${nameOf(key)} was begun.`);
      const urls: string[] = [];
      for (let number = 1; number <= parts; number++) {
        const queryParams = { partNumber: String(number), uploadId: id };
        urls.push(await sign(bucket, key, "write", LIFETIME, queryParams));
        // A signature takes a millisecond, and there may be ten thousand.
        await othersTurn();
      }
      return { id, urls };
    },

    async completeUpload(key, id, parts) {
      const answer = await send(bucket, key, `write ${nameOf(key)}`, {
        method: "POST",
        query: `uploadId=${encodeURIComponent(id)}`,
        headers: { "content-type": "application/xml" },
        body: `<CompleteMultipartUpload>${parts.map(printPart).join("")}</CompleteMultipartUpload>`,
      });
      // An answer that was begun before the work was done has a failure in its body.
      if (answer.includes("<Error>")) throw storeFault(`${nameOf(key)} was not written.`);
    },

    async abortUpload(key, id) {
      const query = `uploadId=${encodeURIComponent(id)}`;
      await send(bucket, key, `abandon the upload of ${nameOf(key)}`, { method: "DELETE", query });
    },

    async signUpload(key, seconds) {
      if (!(await canSign(bucket))) return undefined;
      return { url: await sign(bucket, key, "write", seconds) };
    },

    async signDownload(key, seconds) {
      if (!(await canSign(bucket))) return undefined;
      return { url: await sign(bucket, key, "read", seconds) };
    },
  };
}

/** Other credentials than a key would ask a service for each signature, if they may at all. */
async function canSign({ storage }: Bucket): Promise<boolean> {
  try {
    return (await storage.authClient.getCredentials()).private_key !== undefined;
  } catch {
    return false;
  }
}

/** Emulators have no XML API, and say so in many ways. If something else is wrong, the upload through us tells it. */
function unlessUnknown(error: unknown): undefined {
  if (error instanceof MlrunsError && UNKNOWN.has(error.errorCode)) return;
  throw error;
}

async function sign(
  bucket: Bucket,
  key: string,
  action: "read" | "write",
  seconds: number,
  queryParams: Record<string, string> = {},
): Promise<string> {
  const expires = Date.now() + seconds * 1000;
  const [url] = await bucket
    .file(key)
    .getSignedUrl({ version: "v4", action, expires, queryParams });
  return url;
}

interface XmlRequest {
  readonly method: "POST" | "DELETE";
  readonly query: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Asks the XML API, which lies beside the JSON API, and returns what it says. */
function send(bucket: Bucket, key: string, doing: string, request: XmlRequest): Promise<string> {
  const { query, ...rest } = request;
  const path = key.split("/").map(encodeURIComponent).join("/");
  const uri = `${new URL(bucket.storage.apiEndpoint).origin}/${bucket.name}/${path}?${query}`;
  return ask(
    doing,
    () =>
      new Promise((resolve, reject) => {
        bucket.storage.request({ ...rest, uri }, (error, body) => {
          if (error) reject(error);
          else resolve(String(body ?? ""));
        });
      }),
  );
}

function printPart({ number, etag }: UploadedPart): string {
  const text = etag.replace(/&/g, "&amp;").replace(/</g, "&lt;");
  return `<Part><PartNumber>${number}</PartNumber><ETag>${text}</ETag></Part>`;
}
