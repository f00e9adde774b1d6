import { randomBytes, randomUUID } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import type { BegunUpload } from "../../lib/artifacts/artifact-repository.ts";
import { openArtifacts } from "../../lib/artifacts/registry.ts";
import { artifactRepositoryContract } from "../contract/artifact-repository.ts";
import { mlflowInterop } from "../contract/mlflow-interop.ts";
import { md5 } from "../contract/outline.ts";
import { startFaultProxy } from "../helpers/fault-proxy.ts";
import { startStore, type TestStore } from "../helpers/object-stores.ts";
import { makeTempFolder } from "../helpers/tree.ts";

let store: TestStore;
beforeAll(async () => {
  store = await startStore("gs");
});

describe("contract", () => {
  artifactRepositoryContract(
    () => openArtifacts({ kind: "remote", uri: `${store.uri}/0/${randomUUID()}/artifacts` }),
    // A status query ends fake-gcs-server's sessions (its issue 2354): resuming is shown below on a stand-in.
    // It also deletes whatever the generation is.
    { largeSize: 40 * 1024 * 1024, forgetsParts: true, deletesAnything: true },
  );
});

describe("MLflow's own repository", () => {
  mlflowInterop(
    () => store,
    (uri) => openArtifacts({ kind: "remote", uri }),
  );
});

test("chunks are as large as MLflow's variable says, which must be one that the service takes", async () => {
  const artifacts = await openArtifacts({ kind: "remote", uri: `${store.uri}/${randomUUID()}` });
  const local = join(await makeTempFolder(), "large");
  const content = randomBytes(9 * 1024 * 1024);
  await writeFile(local, content);
  const chunks: number[] = [];
  const pace = async (bytes: number): Promise<void> => void chunks.push(bytes);
  onTestFinished(() => void vi.stubEnv("MLFLOW_GCS_UPLOAD_CHUNK_SIZE", ""));

  vi.stubEnv("MLFLOW_GCS_UPLOAD_CHUNK_SIZE", String(4 * 1024 * 1024));
  await artifacts.upload(local, "large", { pace });
  expect(chunks.map((bytes) => bytes / 1024 / 1024)).toEqual([4, 4, 1]);
  expect((await buffer(await artifacts.read("large"))).equals(content)).toBe(true);
  vi.stubEnv("MLFLOW_GCS_UPLOAD_CHUNK_SIZE", "1000000");
  await expect(artifacts.upload(local, "large")).rejects.toMatchObject({
    errorCode: "INVALID_PARAMETER_VALUE",
    message: "MLFLOW_GCS_UPLOAD_CHUNK_SIZE is '1000000': no multiple of 262144.",
  });
});

test("a download comes in chunks as large as MLflow's variable says", async () => {
  const proxy = await startFaultProxy(store.server.url);
  vi.stubEnv("MLFLOW_GCS_ENDPOINT", proxy.url);
  onTestFinished(() => {
    for (const name of ["MLFLOW_GCS_ENDPOINT", "MLFLOW_GCS_DOWNLOAD_CHUNK_SIZE"])
      vi.stubEnv(name, "");
  });
  const artifacts = await openArtifacts({ kind: "remote", uri: `${store.uri}/${randomUUID()}` });
  const content = randomBytes(2 * 262_144 + 1);
  await artifacts.write("file", Readable.from([content]));
  await artifacts.write("empty", Readable.from([]));
  const ranges: unknown[] = [];
  proxy.choose = ({ headers, url = "" }) => {
    if (url.includes("alt=media")) ranges.push(headers.range);
    return undefined;
  };
  const target = join(await makeTempFolder(), "file");

  vi.stubEnv("MLFLOW_GCS_DOWNLOAD_CHUNK_SIZE", "262144");
  await artifacts.download("file", target);
  expect((await readFile(target)).equals(content)).toBe(true);
  expect(ranges.splice(0)).toEqual([
    "bytes=0-262143",
    "bytes=262144-524287",
    "bytes=524288-524288",
  ]);
  const read = await buffer(await artifacts.read("file", { start: 262_140, end: 262_150 }));
  expect(read).toEqual(content.subarray(262_140, 262_151));
  expect(await buffer(await artifacts.read("empty"))).toHaveLength(0);
  vi.stubEnv("MLFLOW_GCS_DOWNLOAD_CHUNK_SIZE", "1000");
  await expect(artifacts.read("file")).rejects.toMatchObject({
    message: "MLFLOW_GCS_DOWNLOAD_CHUNK_SIZE is '1000': no multiple of 262144.",
  });
});

test("an upload whose connection was cut goes on in the same session, in a later process too", async () => {
  const service = await startResumableService();
  vi.stubEnv("MLFLOW_GCS_ENDPOINT", service.url);
  onTestFinished(() => void vi.stubEnv("MLFLOW_GCS_ENDPOINT", ""));
  const artifacts = await openArtifacts({ kind: "remote", uri: "gs://bucket/root" });
  const content = randomBytes(40 * 1024 * 1024);
  const local = join(await makeTempFolder(), "large");
  await writeFile(local, content);
  const uploads = new Map<string, BegunUpload>();
  const journal = {
    get: (path: string) => uploads.get(path),
    set: async (path: string, upload: BegunUpload | undefined) => {
      if (upload === undefined) uploads.delete(path);
      else uploads.set(path, upload);
    },
  };
  const stop = new AbortController();
  const pace = async (): Promise<void> => {
    if (service.content().length > 0) stop.abort();
  };

  const stopped = artifacts.upload(local, "large", { journal, pace, signal: stop.signal });
  await expect(stopped).rejects.toThrow();
  const before = service.content().length;
  expect(before).toBeGreaterThan(0);
  expect(uploads.size).toBe(1);
  await artifacts.upload(local, "large", { journal });
  expect(md5(service.content())).toBe(md5(content));
  expect(service.received()).toBe(content.length + 1024 * 1024);
  expect(uploads.size).toBe(0);
});

/** The resumable protocol as Google documents it, with one connection cut within a chunk. */
async function startResumableService(): Promise<{
  url: string;
  content(): Buffer;
  received(): number;
}> {
  let content = Buffer.alloc(0);
  let received = 0;
  let cuts = 1;
  const server = createServer(async (request, response) => {
    if (request.method === "POST") {
      content = Buffer.alloc(0);
      response.setHeader("location", `http://${request.headers.host}/session/1`).end("{}");
      return;
    }
    const body = await buffer(request);
    const [, start, total] = /^bytes (?:(\d+)-\d+|\*)\/(\d+)$/.exec(
      request.headers["content-range"] ?? "",
    ) as unknown as [string, string | undefined, string];
    received += body.length;
    if (start !== undefined && Number(start) === content.length) {
      // The service keeps multiples of 256 KiB of what came before the cut.
      const isCut = cuts-- > 0;
      content = Buffer.concat([content, isCut ? body.subarray(0, 60 * 256 * 1024) : body]);
      if (isCut) return void request.socket.destroy();
    }
    if (content.length < Number(total)) {
      if (content.length > 0) response.setHeader("range", `bytes=0-${content.length - 1}`);
      response.writeHead(308).end();
    } else {
      const md5Hash = Buffer.from(md5(content), "hex").toString("base64");
      response.end(JSON.stringify({ name: "root/large", generation: "1", md5Hash }));
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close().closeAllConnections());
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, content: () => content, received: () => received };
}
