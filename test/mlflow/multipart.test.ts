import { execFile } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { promisify } from "node:util";
import { AccountSASPermissions, BlobServiceClient } from "@azure/storage-blob";
import { beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { RestClient } from "../../lib/client/rest/rest-client.ts";
import { startGcsWithParts } from "../helpers/gcs-parts.ts";
import { cloudPython, startStore, type TestStore } from "../helpers/object-stores.ts";
import { makeTempFolder } from "../helpers/tree.ts";
import { listen, makeApi, type TestApi } from "../server/api-client.ts";

/** MLflow's own client and ours send and fetch large files at the bucket behind our server. */

const MEBIBYTE = 1024 ** 2;
const SMALL = {
  MLFLOW_MULTIPART_UPLOAD_MINIMUM_FILE_SIZE: String(6 * MEBIBYTE),
  MLFLOW_MULTIPART_UPLOAD_CHUNK_SIZE: String(5 * MEBIBYTE),
  MLFLOW_MULTIPART_DOWNLOAD_MINIMUM_FILE_SIZE: String(6 * MEBIBYTE),
  MLFLOW_MULTIPART_DOWNLOAD_CHUNK_SIZE: String(5 * MEBIBYTE),
};

let stores: Readonly<Record<"s3" | "wasbs" | "gs", TestStore>>;
let file: string;
let sha256: string;
let api: TestApi;
let url: string;
let asked: string[];

beforeAll(async () => {
  const s3 = await startStore("s3");
  const gs = await startGcsWithParts(await startStore("gs"), s3);
  stores = { s3, gs, wasbs: await startStore("wasbs") };
  file = join(await makeTempFolder(), "large ä.bin");
  await writeFile(file, randomBytes(12 * MEBIBYTE + 7));
  sha256 = sha256Of(await readFile(file));
});

describe.each(["s3", "wasbs", "gs"] as const)("with %s behind the server", (cloud) => {
  beforeEach(() => serve(stores[cloud]));

  test("an unmodified client sends a file in parts, and fetches it where it is offered", async () => {
    const sent = await sendWithMlflow();

    expect(sent.sha256).toBe(sha256);
    expect(asked).toContain("POST mpu/create");
    expect(asked).toContain("POST mpu/complete");
    expect(asked.at(-1)).toBe(cloud === "s3" ? "GET presigned" : "GET artifacts");
    expect(asked).not.toContain("PUT artifacts");
    expect(await api.client.listArtifacts(sent.runId, "deep er")).toMatchObject([
      { path: "deep er/large ä.bin", fileSize: 12 * MEBIBYTE + 7 },
    ]);
  });

  test("our client does so, too, and leaves nothing behind when a part is not taken", async () => {
    const client = new RestClient(url);
    const { info } = await client.createRun(await client.createExperiment("ours"));
    await client.logArtifact(info.runId, file);
    expect(sha256Of(await buffer(await client.readArtifact(info.runId, "large ä.bin")))).toBe(
      sha256,
    );
    expect(asked.filter((each) => each.startsWith("P"))).toEqual([
      "POST mpu/create",
      "POST mpu/complete",
    ]);

    vi.spyOn(globalThis, "fetch").mockImplementation(async () => new Response("", { status: 403 }));
    await expect(client.logArtifact(info.runId, file, "other")).rejects.toThrow("was not taken");
    vi.restoreAllMocks();
    expect(asked.at(-1)).toBe("POST mpu/abort");
    expect(await client.listArtifacts(info.runId, "other")).toEqual([]);
  });
});

test("Azure takes a hundred parts, signs no more than they need, and refuses a list that is not whole", async () => {
  await serve(stores.wasbs);
  const { runId, step } = await startRun();
  const { json } = await step("create", { path: "many.bin", num_parts: 100 });
  const { upload_id, credentials } = json;
  const sent = credentials.map(async ({ url: to }: { url: string }, i: number) =>
    fetch(to, { method: "PUT", body: `${i},` }),
  );
  expect(new Set((await Promise.all(sent)).map(({ status }) => status))).toEqual(new Set([201]));
  const parts = credentials.map(({ part_number }: { part_number: number }) => ({ part_number }));
  const complete = { path: "many.bin", upload_id, parts };

  const [{ url: first }] = credentials;
  expect((await fetch(first.replace("sig=", "sig=0"), { method: "PUT", body: "" })).status).toBe(
    403,
  );
  expect((await fetch(first.replace("comp=block&", ""))).status).toBe(403);
  for (const wrong of [
    { ...complete, parts: [] },
    { ...complete, parts: [...parts, { part_number: 101 }] },
    { ...complete, upload_id: "another" },
  ]) {
    expect((await step("complete", wrong)).status).toBe(400);
  }
  expect((await step("complete", complete)).status).toBe(200);
  const read = await buffer(await api.client.readArtifact(runId, "many.bin"));
  expect(read.toString()).toBe(Array.from({ length: 100 }, (_, i) => `${i},`).join(""));
});

test("Google Cloud takes no part at a changed address, and forgets an upload that was given up", async () => {
  await serve(stores.gs);
  const { step } = await startRun();
  const path = "many &:*%.bin";
  const { json: begun } = await step("create", { path, num_parts: 2 });
  const { upload_id, credentials } = begun;
  const urls: string[] = credentials.map(({ url: to }: { url: string }) => to);
  const put = async (to = "") => (await fetch(to, { method: "PUT", body: "part" })).status;

  expect(urls[0]).toMatch(new RegExp(`^${stores.gs.env.MLFLOW_GCS_ENDPOINT}/mlruns-test/root/`));
  expect(new URL(urls[0] ?? "").searchParams.get("X-Goog-Expires")).toBe("3600");
  expect(await put(urls[0])).toBe(200);
  expect(await put(urls[0]?.replace("partNumber=1", "partNumber=2"))).toBe(403);
  expect(await put(urls[1]?.replace(/X-Goog-Expires=\d+/, "X-Goog-Expires=604800"))).toBe(403);
  const parts = [{ part_number: 1, etag: '"another<&"' }];
  expect((await step("complete", { path, upload_id, parts })).status).toBe(400);
  expect((await step("abort", { path, upload_id })).status).toBe(200);
  expect(await put(urls[1])).toBe(404);
  expect((await step("complete", { path, upload_id, parts })).status).toBe(404);
});

test("a client is told to use the server where Google Cloud's credentials cannot sign, or an emulator has no parts", async () => {
  const { env, server } = stores.gs;
  const user = join(await makeTempFolder(), "user.json");
  const token = { client_id: "a", client_secret: "b", refresh_token: "c" };
  await writeFile(user, JSON.stringify({ type: "authorized_user", ...token }));
  for (const other of [
    { ...env, GOOGLE_APPLICATION_CREDENTIALS: user },
    { ...env, MLFLOW_GCS_ENDPOINT: server.url },
  ]) {
    await serve({ ...stores.gs, env: other });
    const { step } = await startRun();
    const { status, json } = await step("create", { path: "a", num_parts: 2 });
    expect([status, json.message]).toEqual([
      501,
      "Multipart upload is not supported for the current artifact repository",
    ]);
  }
});

test("a token for Azure cannot sign: an unmodified client then sends the file through the server", async () => {
  const { env, server } = stores.wasbs;
  const whole = env.AZURE_STORAGE_CONNECTION_STRING ?? "";
  const sas = BlobServiceClient.fromConnectionString(whole).generateAccountSasUrl(
    undefined,
    AccountSASPermissions.parse("rwdlac"),
    "sco",
  );
  const token = [
    `BlobEndpoint=${server.url}/devstoreaccount1`,
    `SharedAccessSignature=${new URL(sas).search.slice(1)}`,
  ].join(";");
  await serve({ ...stores.wasbs, env: { AZURE_STORAGE_CONNECTION_STRING: token } });
  const sent = await sendWithMlflow();

  expect(sent.sha256).toBe(sha256);
  expect([...new Set(asked)]).toEqual(["POST mpu/create", "PUT artifacts", "GET artifacts"]);
});

test.each(["s3", "wasbs", "gs"] as const)(
  "a run that lies openly in %s has presigned addresses to send and fetch at",
  async (cloud) => {
    const store = stores[cloud];
    useStore(store);
    const open = await makeApi({ artifactsRoot: `${store.uri}/open` });
    const { json: created } = await open.post("experiments/create", { name: "open" });
    const { json } = await open.post("runs/create", { experiment_id: created.experiment_id });
    const { run_id } = json.run.info;
    const { json: up } = await open.post("artifacts/presigned-upload-url", {
      run_id,
      path: "a b.txt",
    });
    const { headers } = up;
    const put = await fetch(up.presigned_url, { method: "PUT", body: "hello", headers });
    expect(put.ok).toBe(true);
    const { json: down } = await open.post("artifacts/presigned-download-url", {
      run_id,
      path: "a b.txt",
    });

    expect(down.file_size).toBe(5);
    expect(await (await fetch(down.presigned_url)).text()).toBe("hello");
    const forged = down.presigned_url.replace(/(Signature|sig)=/, "$1=0");
    expect((await fetch(forged)).status).toBe(403);
  },
);

/** Serves a fresh tree whose artifacts the server passes on to a store, and notes what is asked of it. */
async function serve(store: TestStore): Promise<void> {
  useStore(store);
  api = await makeApi({ artifactsRoot: `${store.uri}/root`, proxyArtifactsRoot: true });
  asked = [];
  url = await listen({
    ...api.app,
    fetch: (request: Request, ...rest: never[]) => {
      const { pathname } = new URL(request.url);
      if (pathname.includes("mlflow-artifacts")) {
        const step = /mlflow-artifacts\/(mpu\/\w+|\w+)/.exec(pathname)?.[1];
        asked.push(`${request.method} ${step}`);
      }
      return api.app.fetch(request, ...rest);
    },
  } as never);
}

/** A run, whose folder of artifacts the steps of uploads are asked for. */
async function startRun() {
  const { json: experiment } = await api.post("experiments/create", { name: "many" });
  const { json: created } = await api.post("runs/create", experiment);
  const { run_id: runId, artifact_uri: uri } = created.run.info;
  const target = uri.replace("mlflow-artifacts:/", "");
  const step = (name: string, fields: object) =>
    api.post(`/api/2.0/mlflow-artifacts/mpu/${name}/${target}`, fields);
  return { runId, step };
}

function useStore({ env }: TestStore): void {
  for (const [name, value] of Object.entries({ ...env, ...SMALL })) vi.stubEnv(name, value);
}

/** Logs the file with MLflow, and downloads it again. */
async function sendWithMlflow(): Promise<{ readonly runId: string; readonly sha256: string }> {
  const script = `
import mlflow, sys, hashlib, os
from mlflow import MlflowClient
mlflow.set_tracking_uri(sys.argv[1])
c = MlflowClient()
run = c.create_run(c.create_experiment("parts"))
c.log_artifact(run.info.run_id, sys.argv[2], "deep er")
path = mlflow.artifacts.download_artifacts(run_id=run.info.run_id, artifact_path="deep er/" + os.path.basename(sys.argv[2]))
print(run.info.run_id, hashlib.sha256(open(path, "rb").read()).hexdigest())
`;
  const { stdout } = await promisify(execFile)(cloudPython, ["-c", script, url, file], {
    env: { ...process.env, MLFLOW_DISABLE_TELEMETRY: "true", DO_NOT_TRACK: "true" },
  });
  const [runId = "", hash = ""] = stdout.trim().split(" ");
  return { runId, sha256: hash };
}

function sha256Of(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
