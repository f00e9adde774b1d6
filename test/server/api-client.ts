import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { getRequestListener } from "@hono/node-server";
import type { Hono } from "hono";
import { MlrunsClient } from "../../lib/client/client.ts";
import { createApi } from "../../lib/server/api.ts";
import type { ApiOptions } from "../../lib/server/options.ts";
import { afterUse } from "../helpers/cleanup.ts";
import { makeTempFolder } from "../helpers/tree.ts";

/** What the API answered: JSON where it is some. */
export interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: answers are compared whole or followed by path in tests
  readonly json: any;
  readonly text: string;
  readonly headers: Headers;
}

export interface TestApi {
  readonly root: string;
  readonly client: MlrunsClient;
  readonly app: Hono;
  get(path: string): Promise<Answer>;
  send(method: string, path: string, body?: unknown, headers?: HeadersInit): Promise<Answer>;
  post(path: string, body?: unknown): Promise<Answer>;
}

/** The API over a tree, asked without a socket. Paths are below `/api/2.0/mlflow/` unless they begin with `/`. */
export async function makeApi(options: ApiOptions = {}, root?: string): Promise<TestApi> {
  const folder = root ?? join(await makeTempFolder(), "mlruns");
  const client = new MlrunsClient(folder, { followLinks: false });
  const app = createApi(client, options);
  const send: TestApi["send"] = async (method, path, body, headers) => {
    const url = path.startsWith("/") ? path : `/api/2.0/mlflow/${path}`;
    const isJson = body !== undefined && !(body instanceof Uint8Array) && typeof body !== "string";
    const init: RequestInit = {
      method,
      headers: { ...(isJson && { "content-type": "application/json" }), ...headers },
    };
    if (body !== undefined) init.body = isJson ? JSON.stringify(body) : (body as string);
    return toAnswer(await app.request(url, init));
  };
  return {
    root: folder,
    client,
    app,
    send,
    get: (path) => send("GET", path),
    post: (path, body = {}) => send("POST", path, body),
  };
}

export async function toAnswer(response: Response): Promise<Answer> {
  const text = await response.text();
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    json = undefined;
  }
  return { status: response.status, json, text, headers: response.headers };
}

/** Serves an app on a free port of 127.0.0.1 until the test is over. */
export async function listen(app: Hono): Promise<string> {
  const server = createServer(getRequestListener(app.fetch));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  afterUse(
    () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  );
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
