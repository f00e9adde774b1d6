import type { S3Client } from "@aws-sdk/client-s3";
import type { DirectObjects } from "../object-store.ts";
import { failed, type S3Bucket, uploadArguments } from "./objects.ts";

/** How long parts of an upload may be sent. Seconds; boto3's own default, which MLflow takes. */
const PART_LIFETIME = 3_600;

/** A request as the SDK's own layers hand it on. */
interface Built {
  protocol: string;
  hostname: string;
  port?: number;
  path: string;
  headers: Record<string, string>;
  query?: Record<string, string | readonly string[] | null>;
  body?: unknown;
}

/** What the SDK signs with, of which its types tell only half. */
interface Presigner {
  presign(request: Built, options: { readonly expiresIn: number }): Promise<Built>;
}

/** Signs addresses at which somebody without credentials may send or fetch an object. */
export function s3Direct(place: S3Bucket): DirectObjects {
  const { bucket, owner } = place;
  const whole = { Bucket: bucket, ...owner };
  return {
    async beginUpload(key, parts) {
      const { sdk, client } = await place.connect();
      const { UploadId: id = "" } = await client
        .send(new sdk.CreateMultipartUploadCommand({ ...whole, Key: key, ...uploadArguments(key) }))
        .catch(failed(`begin to write s3://${bucket}/${key}`));
      const urls = await Promise.all(
        Array.from({ length: parts }, (_, i) =>
          sign(
            client,
            new sdk.UploadPartCommand({
              Bucket: bucket,
              Key: key,
              UploadId: id,
              PartNumber: i + 1,
            }),
            PART_LIFETIME,
          ),
        ),
      );
      return { id, urls };
    },

    async completeUpload(key, id, parts) {
      const { sdk, client } = await place.connect();
      const Parts = parts.map(({ number, etag }) => ({ PartNumber: number, ETag: etag }));
      const command = new sdk.CompleteMultipartUploadCommand({
        ...whole,
        Key: key,
        UploadId: id,
        MultipartUpload: { Parts },
      });
      await client.send(command).catch(failed(`write s3://${bucket}/${key}`));
    },

    async abortUpload(key, id) {
      const { sdk, client } = await place.connect();
      await client
        .send(new sdk.AbortMultipartUploadCommand({ ...whole, Key: key, UploadId: id }))
        .catch(failed(`abandon the upload of s3://${bucket}/${key}`));
    },

    async signUpload(key, seconds) {
      const { sdk, client } = await place.connect();
      const command = new sdk.PutObjectCommand({ Bucket: bucket, Key: key });
      return { url: await sign(client, command, seconds) };
    },

    async signDownload(key, seconds) {
      const { sdk, client } = await place.connect();
      const command = new sdk.GetObjectCommand({ Bucket: bucket, Key: key });
      return { url: await sign(client, command, seconds) };
    },
  };
}

/** Lets the SDK build a request, and takes it before it is sent: who has the address needs to send no headers. */
async function sign(client: S3Client, command: unknown, seconds: number): Promise<string> {
  let url = "";
  const { middlewareStack } = command as Pick<S3Client, "middlewareStack">;
  middlewareStack.add(
    () => async (args) => {
      const request = args.request as Built;
      request.headers = {
        host: request.headers.host ?? "",
        "x-amz-content-sha256": "UNSIGNED-PAYLOAD",
      };
      request.body = undefined;
      for (const name of Object.keys(request.query ?? {})) {
        if (/checksum/i.test(name)) delete request.query?.[name];
      }
      const signer = (await client.config.signer()) as unknown as Presigner;
      url = printUrl(await signer.presign(request, { expiresIn: seconds }));
      return { response: {}, output: { $metadata: {} } as never };
    },
    { step: "finalizeRequest", priority: "high", name: "presign" },
  );
  await client.send(command as never);
  return url;
}

function printUrl({ protocol, hostname, port, path, query = {} }: Built): string {
  const pairs = Object.entries(query).map(([name, value]) => [name, String(value ?? "")] as const);
  const search = pairs.map((pair) => pair.map(encodeURIComponent).join("=")).join("&");
  return `${protocol}//${hostname}${port === undefined ? "" : `:${port}`}${path}?${search}`;
}
