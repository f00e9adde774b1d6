import { Readable } from "node:stream";
import { Hono } from "hono";
import { lookup } from "mrmime";
import { baseName } from "../entities/artifact-path.ts";
import { notFound } from "../errors.ts";
import type { Site } from "../site/context.ts";
import { openOwner } from "../site/owner.ts";
import { inRootOf } from "../site/roots.ts";
import { textAnswer } from "./answer.ts";
import { parseRange } from "./range.ts";

/** Shown as text whatever the registry of types says: artifacts of these names are there to be read. */
const TEXT_ENDINGS =
  /\.(txt|log|cfg|ini|yaml|yml|json|jsonl|js|ts|py|r|sh|csv|tsv|md|rst|xml|ipynb|toml|err|out|conf|properties)$|^(MLmodel|MLproject)$/i;
const MEDIA = /^(image|audio|video)\//;

/** How a file is handed to a browser that must not trust it. */
export interface RawHeaders {
  readonly [name: string]: string;
}

/**
 * The bytes of artifacts, below an unguessable segment: images must be readable from the opaque origin of a sandboxed
 * frame, so other sites could otherwise embed them.
 *
 * @param prefix - path that the site lies below, as browsers ask for it
 */
export function createRaw(site: Site, nonce: string, prefix: string): Hono {
  const raw = new Hono();
  raw.get("/raw/:nonce/:owner/:path{.+}", async (c) => {
    if (c.req.param("nonce") !== nonce) throw notFound("No such artifact");
    const ownerId = c.req.param("owner");
    const path = c.req.param("path");
    const { artifacts } = await inRootOf(site, ownerId, openOwner);
    const file = await artifacts.find(path);
    if (file === undefined || file.isDir) throw notFound(`'${ownerId}' has no artifact '${path}'`);
    const size = file.fileSize ?? 0;
    const etag = `"${size.toString(36)}-${(file.modified ?? 0).toString(36)}"`;
    const headers = {
      ...rawHeaders(path, `${new URL(c.req.url).origin}${prefix}/raw/${nonce}/${ownerId}/`),
      "Accept-Ranges": "bytes",
      "Cache-Control": "no-cache",
      ETag: etag,
    };
    if (c.req.header("If-None-Match") === etag) return c.body(null, 304, headers);
    const range = parseRange(c.req.header("Range"), size);
    if (range.kind === "malformed") return textAnswer(range.reason, 400);
    if (range.kind === "unsatisfiable") {
      return c.body(null, 416, { ...headers, "Content-Range": `bytes */${size}` });
    }
    const part = range.kind === "part" ? { start: range.start, end: range.end } : undefined;
    const length = part === undefined ? size : part.end - part.start + 1;
    const sized = {
      ...headers,
      "Content-Length": String(length),
      ...(part && { "Content-Range": `bytes ${part.start}-${part.end}/${size}` }),
    };
    if (c.req.method === "HEAD" || length === 0) return c.body(null, part ? 206 : 200, sized);
    const stream = Readable.toWeb(await artifacts.read(path, part)) as ReadableStream;
    return c.body(stream, part ? 206 : 200, sized);
  });
  return raw;
}

/**
 * Type, disposition and policy of a file. HTML and SVG are sandboxed by the header itself, so also in a tab of their own.
 *
 * @param base - absolute URL of the run's raw folder: the only place a report may load images from
 */
export function rawHeaders(path: string, base: string): RawHeaders {
  const name = baseName(path);
  const type = typeOf(name);
  const isImage = type.startsWith("image/");
  const isInline = /^(text\/(html|plain)|application\/pdf)/.test(type) || MEDIA.test(type);
  return {
    "Content-Type": type,
    "Content-Disposition": `${isInline ? "inline" : "attachment"}; filename*=UTF-8''${encodeURIComponent(name)}`,
    // An opaque-origin frame counts as another site: with same-origin a report could not show its own images.
    "Cross-Origin-Resource-Policy": isImage ? "cross-origin" : "same-origin",
    ...(/html|svg/.test(type) && { "Content-Security-Policy": sandboxPolicy(base) }),
  };
}

function typeOf(name: string): string {
  if (TEXT_ENDINGS.test(name)) return "text/plain; charset=utf-8";
  const type = lookup(name) ?? "application/octet-stream";
  if (type === "text/html") return "text/html; charset=utf-8";
  const isKnown = MEDIA.test(type) || type === "application/pdf";
  if (isKnown) return type;
  return type.startsWith("text/") ? "text/plain; charset=utf-8" : "application/octet-stream";
}

function sandboxPolicy(base: string): string {
  return [
    "sandbox allow-scripts",
    "default-src 'none'",
    "script-src 'unsafe-inline'",
    "style-src 'unsafe-inline'",
    `img-src ${base} data: blob:`,
    "connect-src 'none'",
    "form-action 'none'",
  ].join("; ");
}
