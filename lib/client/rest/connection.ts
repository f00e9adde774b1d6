import type { Agent, IncomingMessage } from "node:http";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { MlrunsError } from "../../errors.ts";
import { version } from "../../package-files.ts";
import { decodeError, type ErrorJson } from "../../wire/error.ts";
import type { ConnectionSettings } from "./settings.ts";

export type RestMethod = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/** What is sent. */
export interface RestRequest {
  readonly method: RestMethod;
  /** Below the server's address, such as `/api/2.0/mlflow/runs/create`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | readonly string[] | undefined>>;
  /** Is sent as JSON. */
  readonly json?: unknown;
  /** Opens what is sent instead, anew for each try. */
  readonly content?: { readonly open: () => Readable; readonly size: number };
  readonly headers?: Readonly<Record<string, string>>;
}

/** Answers that may be another next time. */
const TRANSIENT: ReadonlySet<number> = new Set([408, 429, 500, 502, 503, 504]);
const LONGEST_BACKOFF = 120;

/**
 * A connection to an MLflow server. Requests that fail because of the network or the server's state are repeated as MLflow's
 * Python client does it: seven times, over about four minutes.
 *
 * @see MLflow 3.17 `mlflow.utils.rest_utils.http_request`
 */
export class Connection {
  readonly settings: ConnectionSettings;
  /** Is called when a request has failed for what may pass, before it is sent again. */
  onTrouble: () => void = () => undefined;
  #agent: Agent | undefined;
  #isAway = false;

  constructor(settings: ConnectionSettings) {
    this.settings = settings;
  }

  /**
   * Sends fields and gives those of the answer.
   *
   * @throws MlrunsError with the server's code; TEMPORARILY_UNAVAILABLE when it cannot be reached
   */
  async call<Answer>(
    method: RestMethod,
    path: string,
    fields: Readonly<Record<string, unknown>> = {},
  ): Promise<Answer> {
    const request =
      method === "GET"
        ? { method, path, query: fields as NonNullable<RestRequest["query"]> }
        : { method, path, json: fields };
    const answer = await this.send(request);
    const body = await text(answer);
    try {
      return JSON.parse(body) as Answer;
    } catch (cause) {
      const message = `API request to ${this.settings.url}${path} was not answered with JSON: '${body.slice(0, 200)}'`;
      throw new MlrunsError("BAD_REQUEST", message, {
        cause,
        hint: "Is the tracking URI the address of an MLflow server?",
      });
    }
  }

  /** Whether all tries of a request went unanswered, and none was answered since. Such a server is asked once at a time. */
  get isAway(): boolean {
    return this.#isAway;
  }

  /** Sends a request until it is answered. @throws as `call` */
  async send(request: RestRequest): Promise<IncomingMessage> {
    const { url } = this.settings;
    const maxRetries = this.#isAway ? 0 : this.settings.maxRetries;
    for (let tries = 0; ; tries++) {
      const answer = await this.#try(request).catch((error: Error) => error);
      this.#isAway &&= answer instanceof Error;
      if (!(answer instanceof Error)) {
        const status = answer.statusCode ?? 0;
        if (status >= 200 && status < 300) return answer;
        if (TRANSIENT.has(status)) this.onTrouble();
        if (!TRANSIENT.has(status) || tries >= maxRetries) throw await toError(answer, request);
        answer.resume();
      } else if (tries >= maxRetries) {
        this.#isAway = true;
        this.onTrouble();
        const message = `API request to ${url}${request.path} failed with exception ${answer.message}`;
        throw new MlrunsError("TEMPORARILY_UNAVAILABLE", message, {
          cause: answer,
          hint: `Is the server at ${url} up?`,
        });
      }
      this.onTrouble();
      await sleep(this.#backoff(tries, answer instanceof Error ? undefined : answer));
    }
  }

  /** Waits before a request is made again for another reason than its answer. @param tries - that failed before, less one */
  async pause(tries: number): Promise<void> {
    await sleep(this.#backoff(tries, undefined));
  }

  /** Headers of every request. */
  get headers(): Readonly<Record<string, string>> {
    const { authorization } = this.settings;
    return {
      "user-agent": `mlruns/${version}`,
      ...(authorization !== undefined && { authorization }),
    };
  }

  close(): void {
    this.#agent?.destroy();
  }

  /** Milliseconds to wait after a try that failed, counted from 0. The first retry follows at once, as urllib3 has it. */
  #backoff(tries: number, answer: IncomingMessage | undefined): number {
    const { backoffFactor, backoffJitter, respectsRetryAfter } = this.settings;
    const asked = Number(answer?.headers["retry-after"] ?? Number.NaN);
    if (respectsRetryAfter && asked >= 0) return asked * 1_000;
    const seconds = tries === 0 ? 0 : Math.min(backoffFactor * 2 ** tries, LONGEST_BACKOFF);
    return (seconds + Math.random() * backoffJitter) * 1_000;
  }

  async #try(request: RestRequest): Promise<IncomingMessage> {
    const { url, timeoutMs, tls } = this.settings;
    // Loaded here: who logs to a folder should not wait for it at each start.
    const http = await (url.startsWith("https:") ? import("node:https") : import("node:http"));
    this.#agent ??= new http.Agent({ keepAlive: true, ...tls });
    const isJson = request.json !== undefined;
    const body = isJson ? JSON.stringify(request.json) : "";
    const size = request.content?.size ?? Buffer.byteLength(body);
    return new Promise((resolve, reject) => {
      const sent = http.request(
        `${url}${request.path}${queryOf(request.query)}`,
        {
          method: request.method,
          agent: this.#agent,
          timeout: timeoutMs,
          headers: {
            ...this.headers,
            ...(isJson && { "content-type": "application/json" }),
            ...(request.method !== "GET" && { "content-length": size }),
            ...request.headers,
          },
        },
        resolve,
      );
      sent.on("error", reject);
      sent.on("timeout", () => sent.destroy(new Error(`no answer within ${timeoutMs / 1_000} s`)));
      if (request.content === undefined) sent.end(body);
      else pipeline(request.content.open(), sent).catch(reject);
    });
  }
}

function queryOf(query: RestRequest["query"] = {}): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined) continue;
    for (const one of Array.isArray(value) ? value : [value]) parameters.append(name, String(one));
  }
  const printed = parameters.toString();
  return printed === "" ? "" : `?${printed}`;
}

async function toError(answer: IncomingMessage, { path }: RestRequest): Promise<MlrunsError> {
  const status = answer.statusCode ?? 0;
  const body = await text(answer);
  try {
    return decodeError(JSON.parse(body) as Partial<ErrorJson>, status);
  } catch {
    const message = `API request to ${path} failed with status ${status}: ${body.slice(0, 200)}`;
    return decodeError({ message }, status);
  }
}
