import { createReadStream } from "node:fs";
import { basename, dirname } from "node:path";
import pMap from "p-map";
import { MlrunsError } from "../../errors.ts";
import { isSet, numberOf, variable } from "../environment.ts";
import type { Connection } from "./connection.ts";
import { encodePath } from "./proxied-path.ts";

const MPU = "/api/2.0/mlflow-artifacts/mpu";
const MEBIBYTE = 1024 ** 2;
const PARTS_IN_FLIGHT = 4;
const TRIES = 5;

interface Begun {
  readonly upload_id?: string;
  readonly credentials?: readonly {
    readonly url: string;
    readonly part_number: number;
    readonly headers?: Readonly<Record<string, string>>;
  }[];
}

/**
 * Sends a large file in parts straight to the store behind a server, if the server offers that.
 *
 * @returns false when it does not: the file then goes through the server
 * @see MLflow 3.17 `HttpArtifactRepository._try_multipart_upload`
 */
export async function uploadInParts(
  connection: Connection,
  root: string,
  localFile: string,
  path: string,
  size: number,
): Promise<boolean> {
  const smallest = numberOf("MLFLOW_MULTIPART_UPLOAD_MINIMUM_FILE_SIZE", 500 * MEBIBYTE);
  if (size < smallest || size === 0 || !(await isOffered(connection))) return false;
  const partSize = numberOf("MLFLOW_MULTIPART_UPLOAD_CHUNK_SIZE", 10 * MEBIBYTE);
  const folder = dirname(path) === "." ? "" : dirname(path);
  const target = encodePath(root, folder);
  const name = basename(path);
  const begun = await begin(connection, `${MPU}/create/${target}`, {
    path: name,
    num_parts: Math.ceil(size / partSize),
  });
  if (begun === undefined) return false;
  const { upload_id: uploadId = "", credentials = [] } = begun;
  try {
    const parts = await pMap(
      credentials,
      async ({ url, part_number: number, headers = {} }, i) => ({
        part_number: number,
        etag: await putPart(
          url,
          headers,
          localFile,
          i * partSize,
          Math.min((i + 1) * partSize, size),
        ),
        url,
      }),
      { concurrency: PARTS_IN_FLIGHT },
    );
    const fields = { path: name, upload_id: uploadId, parts };
    await connection.call("POST", `${MPU}/complete/${target}`, fields);
    return true;
  } catch (error) {
    const fields = { path: name, upload_id: uploadId };
    await connection.call("POST", `${MPU}/abort/${target}`, fields).catch(() => undefined);
    throw error;
  }
}

/** What MLFLOW_ENABLE_PROXY_MULTIPART_UPLOAD says, else what the server does. */
async function isOffered(connection: Connection): Promise<boolean> {
  const asked = "MLFLOW_ENABLE_PROXY_MULTIPART_UPLOAD";
  if (variable(asked) !== undefined) return isSet(asked);
  try {
    const info = await connection.call<{ multipart_uploads_enabled?: boolean }>(
      "GET",
      "/api/3.0/mlflow/server-info",
    );
    return info.multipart_uploads_enabled ?? false;
  } catch (error) {
    if (error instanceof MlrunsError && error.httpStatus < 500) return false;
    throw error;
  }
}

async function begin(
  connection: Connection,
  path: string,
  fields: Readonly<Record<string, unknown>>,
): Promise<Begun | undefined> {
  try {
    return await connection.call<Begun>("POST", path, fields);
  } catch (error) {
    const isUnsupported =
      error instanceof MlrunsError &&
      /^(NOT_IMPLEMENTED|ENDPOINT_NOT_FOUND)$/.test(error.errorCode);
    if (isUnsupported) return undefined;
    throw error;
  }
}

/** @returns the part's ETag */
async function putPart(
  url: string,
  headers: Readonly<Record<string, string>>,
  localFile: string,
  start: number,
  end: number,
): Promise<string> {
  for (let tries = 1; ; tries++) {
    const body = await readRange(localFile, start, end);
    const answer = await fetch(url, { method: "PUT", headers, body }).catch(
      (error: Error) => error,
    );
    if (!(answer instanceof Error) && answer.ok) return answer.headers.get("etag") ?? "";
    const mayPass = answer instanceof Error || answer.status >= 500 || answer.status === 429;
    if (mayPass && tries < TRIES) continue;
    // The address is signed: it is a secret as long as it is valid.
    const why = answer instanceof Error ? answer.message : `status ${answer.status}`;
    const message = `A part of '${localFile}' was not taken: ${why}`;
    throw new MlrunsError(mayPass ? "TEMPORARILY_UNAVAILABLE" : "PERMISSION_DENIED", message);
  }
}

async function readRange(
  localFile: string,
  start: number,
  end: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Buffer[] = [];
  for await (const chunk of createReadStream(localFile, { start, end: end - 1 })) {
    chunks.push(chunk as Buffer);
  }
  return new Uint8Array(Buffer.concat(chunks));
}
