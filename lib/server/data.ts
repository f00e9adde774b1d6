import { createHash } from "node:crypto";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import { Hono } from "hono";
import { streamSSE } from "hono/streaming";
import type { DataFile, Site } from "../site/context.ts";
import { bytesOf } from "../site/context.ts";
import { makeDataFile } from "../site/table.ts";
import { textAnswer } from "./answer.ts";
import type { Feed } from "./events.ts";
import { parseRange } from "./range.ts";

const TYPES = {
  json: "application/json",
  text: "text/plain; charset=utf-8",
  binary: "application/octet-stream",
} as const;
/** Smaller answers gain nothing from compression. */
const COMPRESS_ABOVE = 1_024;
/** A comment at this pace keeps proxies from closing the stream, ms. */
const KEEP_ALIVE_MS = 15_000;

/** The viewer's data files, made when they are asked for, and the stream of changes. */
export function createData(site: Site, feed: Feed): Hono {
  const data = new Hono();

  data.get("/data/events", (c) =>
    streamSSE(c, async (stream) => {
      const stop = feed.listen((event) => void stream.writeSSE({ data: JSON.stringify(event) }));
      await stream.write(": alive\n\n");
      // Not a sleep between writes: it would keep a server that is asked to stop alive until its end.
      const timer = setInterval(() => void stream.write(": alive\n\n"), KEEP_ALIVE_MS).unref();
      await new Promise<void>((resolve) => stream.onAbort(resolve));
      clearInterval(timer);
      stop();
    }),
  );

  data.get("/data/:path{.+}", async (c) => {
    const file = await makeDataFile(site, c.req.param("path"));
    if (file === undefined) return c.notFound();
    const pack = packOf(file);
    const { bytes, etag } = pack;
    const headers = {
      "Content-Type": TYPES[file.kind],
      "Cache-Control": "no-cache",
      ETag: etag,
      Vary: "Accept-Encoding",
    };
    if (c.req.header("If-None-Match") === etag) return c.body(null, 304, headers);
    if (file.kind !== "json") return sendRange(bytes, c.req.header("Range"), headers);
    const [encoding, body] = await compress(pack, c.req.header("Accept-Encoding") ?? "");
    return c.body(
      toBody(body),
      200,
      encoding === undefined ? headers : { ...headers, "Content-Encoding": encoding },
    );
  });

  return data;
}

/** Histories grow at their end: a viewer that has the first part asks for the rest. */
function sendRange(
  bytes: Uint8Array,
  header: string | undefined,
  headers: Record<string, string>,
): Response {
  const ranged = { ...headers, "Accept-Ranges": "bytes" };
  const range = parseRange(header, bytes.length);
  if (range.kind === "whole") return new Response(toBody(bytes), { headers: ranged });
  if (range.kind === "malformed") return textAnswer(range.reason, 400);
  if (range.kind === "unsatisfiable") {
    return new Response(null, {
      status: 416,
      headers: { ...ranged, "Content-Range": `bytes */${bytes.length}` },
    });
  }
  const { start, end } = range;
  return new Response(toBody(bytes.subarray(start, end + 1)), {
    status: 206,
    headers: { ...ranged, "Content-Range": `bytes ${start}-${end}/${bytes.length}` },
  });
}

/** A file as it is sent. */
interface Pack {
  readonly bytes: Uint8Array;
  readonly etag: string;
  /** By encoding, once it was asked for. */
  readonly compressed: Map<Encoding, Uint8Array>;
}

type Encoding = "br" | "gzip";

const packs = new WeakMap<DataFile, Pack>();

/** A file that is given again, since nothing changed, is not packed again. */
function packOf(file: DataFile): Pack {
  const known = packs.get(file);
  if (known !== undefined) return known;
  const bytes = bytesOf(file);
  const etag = `"${createHash("sha1").update(bytes).digest("base64url")}"`;
  const pack = { bytes, etag, compressed: new Map() };
  packs.set(file, pack);
  return pack;
}

async function compress(
  { bytes, compressed }: Pack,
  accepted: string,
): Promise<[string | undefined, Uint8Array]> {
  if (bytes.length < COMPRESS_ABOVE) return [undefined, bytes];
  const encoding = /\bbr\b/.test(accepted) ? "br" : /\bgzip\b/.test(accepted) ? "gzip" : undefined;
  if (encoding === undefined) return [undefined, bytes];
  const body = compressed.get(encoding) ?? (await COMPRESS[encoding](bytes));
  compressed.set(encoding, body);
  return [encoding, body];
}

/** Fast settings: the reader sits next to the server, and waits. */
const COMPRESS: Readonly<Record<Encoding, (bytes: Uint8Array) => Promise<Uint8Array>>> = {
  br: (bytes) =>
    promisify(brotliCompress)(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 3 } }),
  gzip: (bytes) => promisify(gzip)(bytes, { level: 3 }),
};

function toBody(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return bytes as Uint8Array<ArrayBuffer>;
}
