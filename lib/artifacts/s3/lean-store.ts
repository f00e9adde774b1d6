import type { Receipt } from "../artifact-repository.ts";
import { contentTypeOf } from "../content-type.ts";
import type { Content, PutOptions, StoredObject } from "../object-store.ts";
import { environment } from "../sdk.ts";
import { checksumHeaders, openLean, type SendLean } from "./lean.ts";
import { parseListPage } from "./lean-list.ts";
import { checkMd5, digestOf, hasMd5, type S3Bucket } from "./objects.ts";

/** Failures in a row after which the short way is left alone: a redirect, or something between that changes requests. */
const MOST_FAILURES = 10;

/** The requests that are made often, the short way. Each is undefined where the SDK has to do it. */
export interface LeanStore {
  put(key: string, content: Content, options: PutOptions): Promise<Receipt | undefined>;
  /** Reads an object whole. */
  get(object: StoredObject): Promise<LeanObject | undefined>;
  listPage(
    prefix: string,
    token: string | undefined,
  ): Promise<{ objects: readonly StoredObject[]; next: string | undefined } | undefined>;
}

export interface LeanObject {
  readonly bytes: Buffer;
  /** As {@link OpenedObject.md5}. */
  readonly md5?: string;
}

export function openLeanStore(place: S3Bucket): LeanStore {
  const { bucket, owner } = place;
  const { ExpectedBucketOwner } = owner;
  const always: Readonly<Record<string, string>> =
    ExpectedBucketOwner === undefined ? {} : { "x-amz-expected-bucket-owner": ExpectedBucketOwner };
  let failures = 0;

  const send: SendLean = async (request) => {
    if (failures >= MOST_FAILURES) return undefined;
    const sender = await openLean(place.client, bucket);
    const answer = await sender?.({ ...request, headers: { ...always, ...request.headers } });
    failures = answer === undefined ? failures + 1 : 0;
    return answer;
  };

  return {
    async put(key, { bytes, md5, sha256 }, { replaces }) {
      // Its keys are named as the SDK has them.
      if (environment("MLFLOW_S3_UPLOAD_EXTRA_ARGS") !== undefined) return undefined;
      const { type, encoding } = contentTypeOf(key);
      const answer = await send({
        method: "PUT",
        key,
        body: bytes,
        sha256: sha256.toString("hex"),
        headers: {
          "content-type": type ?? "binary/octet-stream",
          ...(encoding === undefined ? {} : { "content-encoding": encoding }),
          ...conditionHeaders(replaces),
          ...(place.hasChecksums
            ? checksumHeaders(bytes)
            : { "content-md5": md5.toString("base64") }),
        },
      });
      if (answer === undefined) return undefined;
      const ETag = answer.header("etag");
      const ServerSideEncryption = answer.header("x-amz-server-side-encryption");
      checkMd5({ ETag, ServerSideEncryption }, md5, `s3://${bucket}/${key}`);
      return {
        md5: md5.toString("hex"),
        sha256: sha256.toString("hex"),
        etag: ETag ?? null,
        isListed: hasMd5(ServerSideEncryption),
      };
    },

    async get({ key, etag, size }) {
      const answer = await send({ method: "GET", key, headers: { "if-match": etag } });
      if (answer === undefined || answer.body.length !== size) return undefined;
      const { md5, parts } = digestOf(answer.header("etag"));
      const isMd5 =
        md5 !== undefined &&
        parts === undefined &&
        hasMd5(answer.header("x-amz-server-side-encryption"));
      return { bytes: answer.body, ...(isMd5 ? { md5 } : {}) };
    },

    async listPage(prefix, token) {
      const query = {
        "list-type": "2",
        prefix,
        ...(token === undefined ? {} : { "continuation-token": token }),
      };
      const answer = await send({ method: "GET", query });
      return answer && parseListPage(answer.body.toString("utf8"));
    },
  };
}

function conditionHeaders(replaces: string | null | undefined): Readonly<Record<string, string>> {
  if (replaces === undefined) return {};
  return replaces === null ? { "if-none-match": "*" } : { "if-match": replaces };
}
