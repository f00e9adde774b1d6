import { Readable } from "node:stream";
import type { Context } from "hono";
import type { ArtifactFile, ArtifactRepository } from "../client/artifact-client.ts";
import { invalidParameter, notFound } from "../errors.ts";
import { textAnswer } from "./answer.ts";
import { contentDisposition, contentType } from "./content-type.ts";
import { parseRange, type RangeAsked } from "./range.ts";

/**
 * Answers with a file, or with the range of it that is asked for.
 *
 * @param name - how the message calls a file that is not there
 * @throws MlrunsError RESOURCE_DOES_NOT_EXIST, INVALID_PARAMETER_VALUE for a folder
 */
export async function sendFile(
  context: Context,
  artifacts: ArtifactRepository,
  path: string,
  name: string = path,
): Promise<Response> {
  const file = await artifacts.find(path);
  if (file === undefined) throw notFound(`No such artifact: '${name}'`);
  if (file.isDir) {
    throw invalidParameter(`Artifact path refers to a directory, not a file: '${name}'`);
  }
  const size = file.fileSize ?? 0;
  const headers = new Headers({
    "content-type": contentType(path),
    "content-disposition": contentDisposition(path),
    "x-content-type-options": "nosniff",
    "accept-ranges": "bytes",
    etag: etagOf(file),
  });
  if (file.modified !== null) {
    headers.set("last-modified", new Date(file.modified).toUTCString());
  }
  if (context.req.header("if-none-match") === etagOf(file)) {
    return new Response(null, { status: 304, headers });
  }
  const range = rangeOf(context, file, size);
  if (range.kind === "malformed") return textAnswer(range.reason, 400);
  if (range.kind === "unsatisfiable") {
    headers.set("content-range", `bytes */${size}`);
    return new Response(null, { status: 416, headers });
  }
  const isPart = range.kind === "part";
  const { start, end } = isPart ? range : { start: 0, end: size - 1 };
  headers.set("content-length", String(end - start + 1));
  if (isPart) headers.set("content-range", `bytes ${start}-${end}/${size}`);
  const status = isPart ? 206 : 200;
  if (context.req.method === "HEAD" || size === 0) return new Response(null, { status, headers });
  const content = await artifacts.read(path, { start, end });
  return new Response(Readable.toWeb(content) as ReadableStream, { status, headers });
}

function etagOf(file: ArtifactFile): string {
  return `"${file.etag ?? `${file.modified ?? 0}-${file.fileSize ?? 0}`}"`;
}

function rangeOf(context: Context, file: ArtifactFile, size: number): RangeAsked {
  const isAsked = isStillWhatWasAsked(context.req.header("if-range"), file);
  return parseRange(isAsked ? context.req.header("range") : undefined, size);
}

function isStillWhatWasAsked(condition: string | undefined, file: ArtifactFile): boolean {
  if (condition === undefined) return true;
  if (condition.startsWith('"')) return condition === etagOf(file);
  // HTTP dates have whole seconds.
  const since = Date.parse(condition);
  return file.modified !== null && Math.floor(file.modified / 1_000) * 1_000 === since;
}
