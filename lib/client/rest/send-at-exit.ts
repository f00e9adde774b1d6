import { spawnSync } from "node:child_process";
import type { Connection } from "./connection.ts";
import type { Call } from "./log-queue.ts";

/** A process that exits can wait for another one, but not for the network. */
const TIMEOUT_MS = 20_000;

/** Sends each call, three times at most; what is refused does not stop the next. */
const SCRIPT = `
import { readFile } from "node:fs/promises";
import { text } from "node:stream/consumers";
const { url, headers, calls, files } = JSON.parse(await text(process.stdin));
let failed = 0;
const uploads = files.map(({ path, localFile }) => ({ method: "PUT", path, body: () => readFile(localFile) }));
const posts = calls.map(({ path, json }) => ({
  method: "POST", path: "/api/2.0/mlflow/" + path, type: { "content-type": "application/json" }, body: () => JSON.stringify(json),
}));
for (const { method, path, type, body } of [...uploads, ...posts]) {
  for (let tries = 0; ; tries++) {
    const content = await body();
    const answer = await fetch(url + path, { method, headers: { ...headers, ...type }, body: content }).catch(() => undefined);
    if (answer?.ok) break;
    const isFinal = answer !== undefined && answer.status < 500 && answer.status !== 429;
    if (isFinal || tries === 2) { failed++; break; }
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
}
process.exitCode = failed === 0 ? 0 : 1;
`;

/** A file that is to be sent by PUT. */
export interface FileAtExit {
  /** Below the server's address. */
  readonly path: string;
  readonly localFile: string;
}

/**
 * Sends files, then calls, before this process exits, by a process of its own.
 *
 * @throws Error when not all of them arrived
 */
export function sendAtExit(
  connection: Connection,
  calls: readonly Call[],
  files: readonly FileAtExit[],
): void {
  const { url, tls } = connection.settings;
  const { status, error } = spawnSync(process.execPath, ["--input-type=module", "-e", SCRIPT], {
    input: JSON.stringify({ url, headers: connection.headers, calls, files }),
    timeout: TIMEOUT_MS,
    stdio: ["pipe", "ignore", "ignore"],
    env: {
      ...process.env,
      ...(!tls.rejectUnauthorized && { NODE_TLS_REJECT_UNAUTHORIZED: "0" }),
    },
  });
  if (status === 0) return;
  throw new Error(`not all that was logged arrived at ${url}`, { cause: error });
}
