import type { Receipt } from "../artifact-repository.ts";
import { contentTypeOf } from "../content-type.ts";
import type { Content, GetOptions, GotObject, PutOptions, StoredObject } from "../object-store.ts";
import { environment } from "../sdk.ts";
import type { Answer } from "./connections.ts";
import { checksumHeaders, escapeKey, type LeanRequest, openLean, type SendLean } from "./lean.ts";
import { type ListPage, parseChildren, parseListPage } from "./lean-list.ts";
import { checkMd5, digestOf, hasMd5, type S3Bucket, versionOf } from "./objects.ts";

/** Failures in a row after which the short way is left alone: a redirect, or something between that changes requests. */
const MOST_FAILURES = 10;
/** Larger objects are not copied within the time that a short request may take. Bytes. */
const COPIED_AT_ONCE = 64 * 1024 * 1024;

/** A part of an upload. */
export interface LeanPart {
  readonly upload: string;
  /** Counted from 1. */
  readonly number: number;
  readonly bytes: Buffer;
}

/** The requests that are made often, the short way. Each is undefined where the SDK has to do it. */
export interface LeanStore {
  put(key: string, content: Content, options: PutOptions): Promise<Receipt | undefined>;
  /** @returns what the store tells of the part */
  putPart(key: string, part: LeanPart): Promise<StoredPart | undefined>;
  /** Reads an object, or a part of one; null when there is none. */
  get(key: string, options: GetOptions): Promise<GotObject | null | undefined>;
  /** The CRC32 of a whole object in base64, when the store has it. */
  checksum(object: StoredObject): Promise<string | undefined>;
  copy(from: StoredObject, to: string): Promise<true | undefined>;
  listPage(prefix: string, token: string | undefined): Promise<ListPage | undefined>;
  /** As {@link Asker.children}. */
  listChildren(prefix: string): Promise<readonly string[] | undefined>;
}

export interface StoredPart {
  readonly ETag?: string;
  readonly ChecksumCRC32?: string;
  readonly ServerSideEncryption?: string;
}

export function openLeanStore(place: S3Bucket): LeanStore {
  const { bucket, owner } = place;
  const { ExpectedBucketOwner } = owner;
  const always: Readonly<Record<string, string>> =
    ExpectedBucketOwner === undefined ? {} : { "x-amz-expected-bucket-owner": ExpectedBucketOwner };
  // Its keys are named as the SDK has them.
  const hasArguments = environment("MLFLOW_S3_UPLOAD_EXTRA_ARGS") !== undefined;
  let opening: Promise<SendLean | undefined> | undefined;
  let failures = 0;

  /** @returns an answer that is a success, or tells that there is no such object */
  async function send(request: LeanRequest): Promise<Answer | undefined> {
    if (failures >= MOST_FAILURES) return undefined;
    opening ??= openLean(place).catch(() => undefined);
    const answer = await (await opening)?.({
      ...request,
      headers: { ...always, ...request.headers },
    });
    const isUsable = answer !== undefined && (answer.status < 300 || isMissing(answer));
    // New credentials are looked for by the SDK, and hold here too.
    if (!isExpired(answer)) failures = isUsable ? 0 : failures + 1;
    return isUsable ? answer : undefined;
  }
  const succeed = async (request: LeanRequest): Promise<Answer | undefined> => {
    const answer = await send(request);
    return answer !== undefined && answer.status < 300 ? answer : undefined;
  };

  return {
    async put(key, { bytes, md5, sha256 }, { replaces }) {
      if (hasArguments) return undefined;
      const { type, encoding } = contentTypeOf(key);
      const answer = await succeed({
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
      const stored = storedOf(answer);
      checkMd5(stored, md5, `s3://${bucket}/${key}`);
      return {
        md5: md5.toString("hex"),
        sha256: sha256.toString("hex"),
        etag: stored.ETag ?? null,
        isListed: hasMd5(stored.ServerSideEncryption),
        ...versionOf(answer.headers["x-amz-version-id"]),
      };
    },

    async putPart(key, { upload, number, bytes }) {
      if (!place.hasChecksums || hasArguments) return undefined;
      const answer = await succeed({
        method: "PUT",
        key,
        query: { partNumber: String(number), uploadId: upload },
        body: bytes,
        headers: checksumHeaders(bytes),
      });
      return answer && storedOf(answer);
    },

    async get(key, { etag, versionId, start, end, into }) {
      const answer = await send({
        method: "GET",
        key,
        into,
        ...(versionId === undefined ? {} : { query: { versionId } }),
        headers: {
          ...(etag === undefined ? {} : { "if-match": etag }),
          ...(start === undefined ? {} : { range: `bytes=${start}-${end ?? ""}` }),
        },
      });
      if (answer?.status === 404) return null;
      if (answer === undefined || answer.status !== (start === undefined ? 200 : 206)) {
        return undefined;
      }
      const { ETag = "", ServerSideEncryption } = storedOf(answer);
      const { md5, parts } = digestOf(ETag);
      const isMd5 = md5 !== undefined && parts === undefined && hasMd5(ServerSideEncryption);
      return { bytes: answer.body, etag: ETag, ...(isMd5 ? { md5 } : {}) };
    },

    async checksum({ key, etag }) {
      if (!place.hasChecksums) return undefined;
      const headers = { "if-match": etag, "x-amz-checksum-mode": "ENABLED" };
      const answer = await succeed({ method: "HEAD", key, headers });
      const isOfAll = answer?.headers["x-amz-checksum-type"] !== "COMPOSITE";
      const checksum = answer && storedOf(answer).ChecksumCRC32;
      // That of parts ends with their number.
      return isOfAll && checksum !== undefined && !checksum.includes("-") ? checksum : undefined;
    },

    async copy({ key, size, etag }, to) {
      if (hasArguments || size > COPIED_AT_ONCE) return undefined;
      const answer = await succeed({
        method: "PUT",
        key: to,
        headers: {
          "x-amz-copy-source": `/${bucket}/${escapeKey(key)}`,
          "x-amz-copy-source-if-match": etag,
        },
      });
      // A copy that fails after it began is told in the body.
      return answer?.body.includes("<CopyObjectResult") ? true : undefined;
    },

    async listPage(prefix, token) {
      const query = {
        "list-type": "2",
        prefix,
        ...(token === undefined ? {} : { "continuation-token": token }),
      };
      const answer = await succeed({ method: "GET", query });
      return answer && parseListPage(answer.body);
    },

    async listChildren(prefix) {
      const query = { "list-type": "2", delimiter: "/", prefix };
      const answer = await succeed({ method: "GET", query });
      return answer && parseChildren(answer.body);
    },
  };
}

function isMissing({ status, body }: Answer): boolean {
  return status === 404 && body.includes("<Code>NoSuchKey</Code>");
}

function isExpired(answer: Answer | undefined): boolean {
  // The content of a file is not searched: it may be long, and may hold these words.
  if (answer === undefined || answer.status < 400) return false;
  return answer.status === 401 || answer.body.includes("<Code>ExpiredToken");
}

function storedOf({ headers }: Answer): StoredPart {
  return {
    ETag: headers.etag,
    ChecksumCRC32: headers["x-amz-checksum-crc32"],
    ServerSideEncryption: headers["x-amz-server-side-encryption"],
  };
}

function conditionHeaders(replaces: string | null | undefined): Readonly<Record<string, string>> {
  if (replaces === undefined) return {};
  return replaces === null ? { "if-none-match": "*" } : { "if-match": replaces };
}
