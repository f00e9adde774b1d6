import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import fs from "fs-extra";
import sirv from "sirv";
import { invalidParameter, MlrunsError } from "../errors.ts";
import { builtViewer } from "../package-files.ts";
import { ownPath } from "../site/manifest.ts";
import type { Trees } from "../site/roots.ts";
import { encodeError } from "../wire/error.ts";
import { type AuthOptions, openAuth } from "./auth.ts";
import { checkRequest, type GuardOptions, isPreflight, securityHeaders } from "./guard.ts";
import { type Mount, type MountOptions, mountTrees } from "./mounts.ts";
import { watchAnswers } from "./open-answers.ts";
import { PAGE_PATHS } from "./viewer-page.ts";

export interface ServeOptions extends GuardOptions, AuthOptions, Omit<MountOptions, "version"> {
  /** 127.0.0.1 by default. */
  readonly host?: string;
  /** 5000 by default; 0 is any free port. */
  readonly port?: number;
  /** Tries the following ports when the port is taken. */
  readonly movesOn?: boolean;
  /** Folder of the built viewer; the one in the package by default. */
  readonly viewerDir?: string;
  /** Everything is served below this path, such as `/tracking`. */
  readonly staticPrefix?: string;
  /** Called with the path of each request that the viewer's files do not answer, before it is answered. */
  readonly prepare?: (path: string) => Promise<void>;
}

export interface RunningServer {
  /** Such as `http://127.0.0.1:5000`. */
  readonly url: string;
  readonly port: number;
  /** The pages and the REST API of each root by itself; of the first, those of the server. */
  readonly roots: readonly { readonly root: string; readonly url: string }[];
  /** Stops listening, ends streams and waits for open requests. */
  close(): Promise<void>;
}

const DEFAULT_PORT = 5_000;
const PORTS_TRIED = 20;
const API_PATH = /^\/(ajax-)?api\//;
/** A part `..` of a path, however it is spelt. */
const LEADS_UP = /(^|\/)(\.|%2e){2}(\/|$)/i;

/**
 * Serves the viewer and its data over a tree or several, and MLflow's REST API. Resolves when requests are answered.
 *
 * @throws MlrunsError TEMPORARILY_UNAVAILABLE when the port is taken, INVALID_PARAMETER_VALUE when it may not be used
 */
export async function serve(trees: Trees, options: ServeOptions = {}): Promise<RunningServer> {
  const prefix = (options.staticPrefix ?? "").replace(/\/+$/, "");
  const viewerDir = options.viewerDir ?? builtViewer;
  const page = await fs.readFile(join(viewerDir, "index.html"), "utf8").catch(() => undefined);
  const { mounts, site, close: closeFeeds } = mountTrees(trees, options, prefix, page);
  const prepared = async (
    { answer }: Mount,
    path: string,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> => {
    try {
      await options.prepare?.(path);
    } catch (error) {
      if (error instanceof MlrunsError) return refuse(response, error.httpStatus, error.message);
      process.stderr.write(`mlruns: ${error instanceof Error ? error.stack : String(error)}\n`);
      return refuse(response, 500, "An unexpected error occurred.");
    }
    await answer(request, response);
  };
  const viewer = await openViewer(viewerDir);
  const authenticate = await openAuth(options);

  const server = createServer((request, response) => {
    for (const [name, value] of Object.entries(securityHeaders(request, options))) {
      response.setHeader(name, value);
    }
    const whole = stripPrefix(request, prefix);
    if (whole === undefined) return refuse(response, 404, "Not found");
    if (LEADS_UP.test(whole)) return refusePath(response);
    const { mount, path } = findMount(mounts, whole, request);
    const refusal = checkRequest(request, path, options);
    if (refusal !== undefined) return refuse(response, refusal.status, refusal.text);
    if (isPreflight(request, path)) return void response.writeHead(204).end();
    if (authenticate !== undefined && path !== "/health" && !authenticate(request.headers)) {
      response.setHeader("WWW-Authenticate", 'Basic realm="mlruns", charset="UTF-8"');
      return refuse(response, 401, "You are not authenticated.");
    }
    // The page's own addresses are relative: without the slash they would miss the root.
    if (path === "")
      return void response.writeHead(308, { Location: `${prefix + mount.path}/` }).end();
    const next = (): void => void prepared(mount, path, request, response);
    // The viewer's files are only read: what clients log need not be looked for among them.
    const isRead = request.method === "GET" || request.method === "HEAD";
    if (isRead && !API_PATH.test(path) && !PAGE_PATHS.includes(path))
      viewer(request, response, next);
    else next();
  });
  const stop = watchAnswers(server);
  const port = await listen(server, options);
  const host = options.host ?? "127.0.0.1";
  const url = `http://${host.includes(":") ? `[${host}]` : host}:${port}${prefix}`;
  return {
    url,
    port,
    roots: site.roots.map((context) => ({
      root: context.client.root,
      url: `${url}/${ownPath(context)}`.replace(/\/$/, ""),
    })),
    close: () => {
      closeFeeds();
      return stop();
    },
  };
}

/** What a path lies below, and the rest of it, which the request is for from then on. */
function findMount(
  mounts: readonly Mount[],
  whole: string,
  request: IncomingMessage,
): { readonly mount: Mount; readonly path: string } {
  const mount = mounts.find(({ path }) => whole === path || whole.startsWith(`${path}/`));
  if (mount === undefined) throw new Error(`Nothing is served at ${whole}`);
  request.url = (request.url ?? "/").slice(mount.path.length);
  return { mount, path: whole.slice(mount.path.length) };
}

type Handler = (request: IncomingMessage, response: ServerResponse, next: () => void) => void;

async function openViewer(folder: string): Promise<Handler> {
  if (!(await fs.pathExists(folder))) return (_request, _response, next) => next();
  const files = sirv(folder, {
    etag: true,
    gzip: true,
    setHeaders: (response, path) => {
      if (path.startsWith("/assets/")) {
        // Names of built assets hold a hash of their content.
        response.setHeader("Cache-Control", "public, max-age=31536000, immutable");
      }
    },
  });
  // Another version may have been installed over the one that is served: its files are only listed once, and reading one
  // that is gone would end the process.
  return (request, response, next) => {
    const path = decodePath(request.url ?? "/");
    if (path !== undefined && fs.existsSync(join(folder, path))) files(request, response, next);
    else next();
  };
}

function decodePath(url: string): string | undefined {
  try {
    return decodeURIComponent(url.split("?")[0] ?? "/");
  } catch {
    return undefined;
  }
}

/**
 * Takes the prefix off the request's URL; undefined when it lies outside of it. Clients whose tracking URI ends with a
 * slash ask for `//api/…`: one slash is meant, as MLflow's server takes it.
 */
function stripPrefix(request: IncomingMessage, prefix: string): string | undefined {
  const url = request.url ?? "/";
  if (prefix !== "") {
    const isInside = url === prefix || url.startsWith(`${prefix}/`) || url.startsWith(`${prefix}?`);
    if (!isInside) return undefined;
    request.url = url.slice(prefix.length) || "/";
  }
  request.url = (request.url ?? "/").replace(/^\/+/, "/");
  return request.url.split("?")[0];
}

/** In the words of the API, which would never see it: the standard's URL takes such parts away. */
function refusePath(response: ServerResponse): void {
  const body = JSON.stringify(encodeError(invalidParameter("Invalid path")));
  response.writeHead(400, { "Content-Type": "application/json" }).end(body);
}

function refuse(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { "Content-Type": "text/plain; charset=utf-8" }).end(text);
}

async function listen(server: Server, options: ServeOptions): Promise<number> {
  const first = options.port ?? DEFAULT_PORT;
  const tries = options.movesOn && first !== 0 ? PORTS_TRIED : 1;
  for (let port = first; ; port++) {
    try {
      return await listenAt(server, options.host ?? "127.0.0.1", port);
    } catch (error) {
      const isTaken = error instanceof MlrunsError && error.errorCode === "TEMPORARILY_UNAVAILABLE";
      if (!isTaken || port + 1 >= first + tries) throw error;
    }
  }
}

function listenAt(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const fail = (cause: NodeJS.ErrnoException): void => reject(listenError(cause, host, port));
    server.once("error", fail);
    server.listen(port, host, () => {
      server.off("error", fail);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

function listenError(cause: NodeJS.ErrnoException, host: string, port: number): unknown {
  switch (cause.code) {
    case "EADDRINUSE":
      return new MlrunsError("TEMPORARILY_UNAVAILABLE", `Port ${port} is taken.`, {
        cause,
        hint: "Give another with --port, or --port 0 for any free one.",
      });
    case "EACCES":
      return new MlrunsError("PERMISSION_DENIED", `Port ${port} may not be used.`, {
        cause,
        hint: "Give one above 1023.",
      });
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
      return new MlrunsError(
        "INVALID_PARAMETER_VALUE",
        `'${host}' is no address of this machine.`,
        { cause },
      );
    default:
      return cause;
  }
}
