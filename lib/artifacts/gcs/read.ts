import { addAbortSignal, Readable } from "node:stream";
import type { Bucket } from "@google-cloud/storage";
import { MlrunsError } from "../../errors.ts";
import type { OpenedObject, ReadOptions } from "../object-store.ts";
import { failOnStall, withinTime } from "../stall.ts";
import { storeError } from "../store-error.ts";
import { chunkSize, factsOf, requestTimeout } from "./objects.ts";

/** Opens an object: in one request, or in chunks of the size that MLflow's variable tells, each by a request of its own. */
export async function openGcsObject(
  bucket: Bucket,
  key: string,
  options: ReadOptions,
): Promise<OpenedObject> {
  const chunk = chunkSize("MLFLOW_GCS_DOWNLOAD_CHUNK_SIZE");
  if (chunk === undefined) return openRange(bucket, key, options);
  const { start = 0, end = Number.POSITIVE_INFINITY } = options;
  const open = (from: number, to: number): Promise<OpenedRange> =>
    openRange(bucket, key, { ...options, start: from, end: Math.min(to, from + chunk - 1) });
  const first = await open(start, end).catch((error) => {
    // An empty object has no range.
    if (options.start !== undefined || !isOutOfRange(error)) throw error;
    return openRange(bucket, key, options);
  });
  const last = Math.min(end, (first.size ?? 0) - 1);
  const chunks = async function* (): AsyncGenerator<Uint8Array> {
    yield* first.body;
    for (let next = start + chunk; next <= last; next += chunk) {
      yield* (await open(next, last)).body;
    }
  };
  const { md5 } = first;
  return { body: Readable.from(chunks()), ...(md5 === undefined ? {} : { md5 }) };
}

interface OpenedRange extends OpenedObject {
  /** Of the whole object; undefined when it came in one request. */
  readonly size?: number;
}

async function openRange(
  bucket: Bucket,
  key: string,
  { start, end, etag, signal }: ReadOptions,
): Promise<OpenedRange> {
  const name = `gs://${bucket.name}/${key}`;
  const body = bucket
    .file(key, etag === undefined ? {} : { generation: etag })
    // Bytes as they are stored; whoever reads checks them.
    .createReadStream({ start, end, decompress: false, validation: false });
  try {
    const told = await withinTime(answerOf(body), name, requestTimeout());
    if (signal !== undefined) addAbortSignal(signal, body);
    return { body: failOnStall(body, name, requestTimeout()), ...told };
  } catch (error) {
    body.destroy();
    const { status, reason } = factsOf(error);
    // A generation that is gone was replaced.
    const isReplaced = status === 404 && etag !== undefined;
    throw storeError(error, { status: isReplaced ? 412 : status, reason }, `read ${name}`);
  }
}

function isOutOfRange(error: unknown): boolean {
  return error instanceof MlrunsError && error.errorCode === "INVALID_PARAMETER_VALUE";
}

interface Answer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
}

/**
 * Waits for the head of the answer, which the SDK asks for when the stream is first read.
 *
 * @returns the MD5 of the whole object in hex, which objects that were composed have not; its size, of a range
 */
function answerOf(body: Readable): Promise<{ md5?: string; size?: number }> {
  return new Promise((resolve, reject) => {
    body.once("error", reject);
    // A refusal is told as an error, after its text has come.
    body.once("response", ({ statusCode, headers }: Answer) => {
      if (statusCode >= 300) return;
      const md5 = /(?:^|,)\s*md5=([^,]+)/.exec(headers["x-goog-hash"] ?? "")?.[1];
      const size = /\/(\d+)$/.exec(headers["content-range"] ?? "")?.[1];
      resolve({
        ...(md5 && { md5: Buffer.from(md5, "base64").toString("hex") }),
        ...(size && { size: Number(size) }),
      });
    });
    body.read(0);
  });
}
