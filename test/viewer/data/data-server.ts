import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterUse } from "../../helpers/cleanup.ts";

/** A host of files that a test changes while a viewer reads them. */
export interface DataServer {
  readonly files: Map<string, string | Uint8Array>;
  /** Requests so far: path, range and answer, such as `a.txt bytes=3- 206`. */
  readonly requests: string[];
  /** Whether `Range` is honoured, as not every static host does. */
  takesRanges: boolean;
  /** Makes answers wait, to see what happens in the meantime. */
  delayMs: number;
}

/** Serves files as the viewer's server does, with ETags and ranges, at the location of the page. */
export async function startDataServer(): Promise<DataServer> {
  const data: DataServer = { files: new Map(), requests: [], takesRanges: true, delayMs: 0 };
  const server = createServer((request, response) => {
    setTimeout(() => answer(data, request, response), data.delayMs);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  afterUse(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const { port } = server.address() as AddressInfo;
  // happy-dom's way to give the page an address.
  (window as unknown as { happyDOM: { setURL(url: string): void } }).happyDOM.setURL(
    `http://127.0.0.1:${port}/a/b/`,
  );
  return data;
}

function answer(data: DataServer, request: IncomingMessage, response: ServerResponse): void {
  const path = (request.url ?? "").replace(/^\/a\/b\//, "");
  const content = data.files.get(path);
  const range = data.takesRanges ? request.headers.range : undefined;
  const say = (status: number): void => {
    data.requests.push([path, range, status].filter((part) => part !== undefined).join(" "));
    response.statusCode = status;
  };
  if (content === undefined) {
    say(404);
    response.end(JSON.stringify({ message: `${path} is not there`, hint: "look elsewhere" }));
    return;
  }
  const bytes = Buffer.from(content);
  const from = Number(/^bytes=(\d+)-$/.exec(range ?? "")?.[1] ?? 0);
  response.setHeader("ETag", `"${bytes.toString("base64url").slice(-40)}-${bytes.length}"`);
  response.setHeader("Cache-Control", "no-cache");
  if (range === undefined) say(200);
  else say(from < bytes.length ? 206 : 416);
  response.end(bytes.subarray(from));
}
