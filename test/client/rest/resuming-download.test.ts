import { randomBytes } from "node:crypto";
import { mkdir, readdir, readFile, rename, writeFile } from "node:fs/promises";
import type { IncomingMessage } from "node:http";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { RestClient } from "../../../lib/client/rest/rest-client.ts";
import { startFaultProxy } from "../../helpers/fault-proxy.ts";
import { serve } from "../../helpers/servers.ts";
import { makeTempFolder } from "../../helpers/tree.ts";

const CONTENT = randomBytes(3_000_000);

beforeEach(() => {
  vi.stubEnv("MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR", "0");
  vi.stubEnv("MLFLOW_HTTP_REQUEST_BACKOFF_JITTER", "0");
  vi.stubEnv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "3");
});
afterEach(() => vi.unstubAllEnvs());

/** A run with a file on our server, asked through a proxy that breaks answers as `isBroken` says. */
async function makeRun(isBroken: (request: IncomingMessage) => boolean) {
  const folder = await makeTempFolder();
  const root = join(folder, "mlruns");
  await mkdir(root);
  const server = await serve(root);
  const proxy = await startFaultProxy(server.url);
  const client = new RestClient(proxy.url);
  const { info } = await client.createRun("0");
  await client.logBytes(info.runId, CONTENT, "big.bin");
  const ranges: (string | undefined)[] = [];
  proxy.choose = (request) => {
    if (request.method !== "GET" || !request.url?.endsWith("big.bin")) return undefined;
    ranges.push(request.headers.range);
    return isBroken(request) ? "truncated answer" : undefined;
  };
  const file = join(root, "0", info.runId, "artifacts", "big.bin");
  const target = join(folder, "out");
  const download = () => client.downloadArtifacts(info.runId, "big.bin", target);
  return { download, ranges, file, target, server, root, proxy };
}

/** Whether the file that was downloaded is that. `toEqual` takes seconds for a megabyte. */
async function has(folder: string, content: Buffer): Promise<boolean> {
  return (await readFile(join(folder, "big.bin"))).equals(content);
}

test("a download that breaks off goes on where it ended", async () => {
  let broken = 0;
  const { download, ranges, target } = await makeRun(() => broken++ < 2);
  await download();

  expect(await has(target, CONTENT)).toBe(true);
  expect(await readdir(target)).toEqual(["big.bin"]);
  const starts = ranges.map((range) => Number(/^bytes=(\d+)-$/.exec(range ?? "")?.[1] ?? 0));
  expect(starts).toHaveLength(3);
  expect([...starts].sort((a, b) => a - b)).toEqual(starts);
  expect(starts[1]).toBeGreaterThan(0);
});

test("a file that was replaced in the middle of its download is downloaded from its beginning", async () => {
  const other = randomBytes(2_000_000);
  let asked = 0;
  const { download, file, target } = await makeRun(() => asked++ === 0);
  const finished = download();
  await vi.waitUntil(() => asked > 0);
  // As whole as MLflow's clients replace it: a file that is being written over may be read while it is empty.
  await writeFile(`${file}.new`, other);
  await rename(`${file}.new`, file);
  await finished;

  expect(await has(target, other)).toBe(true);
});

test("what never arrives whole is an error, and leaves nothing behind", async () => {
  const { download, target } = await makeRun(() => true);

  await expect(download()).rejects.toMatchObject({ errorCode: "TEMPORARILY_UNAVAILABLE" });
  expect(await readdir(target).catch(() => [])).toEqual([]);
});

test("a server that is killed in the middle of a download and comes back is asked for the rest", async () => {
  vi.stubEnv("MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR", "0.2");
  vi.stubEnv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "7");
  let asked = 0;
  const { download, ranges, target, server, root, proxy } = await makeRun(() => asked++ === 0);
  const finished = download();
  await vi.waitUntil(() => proxy.made.get("truncated answer") === 1);
  await server.stop("SIGKILL");
  await serve(root, { port: server.port });
  await finished;

  expect(await has(target, CONTENT)).toBe(true);
  expect(ranges.length).toBeGreaterThan(1);
  expect(proxy.made.get("truncated answer")).toBe(1);
});
