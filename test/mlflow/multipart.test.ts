import { execFile } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { promisify } from "node:util";
import { beforeAll, beforeEach, expect, test, vi } from "vitest";
import { RestClient } from "../../lib/client/rest/rest-client.ts";
import { cloudPython, startStore, type TestStore } from "../helpers/object-stores.ts";
import { makeTempFolder } from "../helpers/tree.ts";
import { listen, makeApi, type TestApi } from "../server/api-client.ts";

/** MLflow's own client and ours send and fetch large files at the bucket behind our server. */

const MEBIBYTE = 1024 ** 2;
const SMALL = {
  MLFLOW_ENABLE_PROXY_MULTIPART_UPLOAD: "true",
  MLFLOW_ENABLE_PROXY_MULTIPART_DOWNLOAD: "true",
  MLFLOW_MULTIPART_UPLOAD_MINIMUM_FILE_SIZE: String(6 * MEBIBYTE),
  MLFLOW_MULTIPART_UPLOAD_CHUNK_SIZE: String(5 * MEBIBYTE),
  MLFLOW_MULTIPART_DOWNLOAD_MINIMUM_FILE_SIZE: String(6 * MEBIBYTE),
  MLFLOW_MULTIPART_DOWNLOAD_CHUNK_SIZE: String(5 * MEBIBYTE),
};

let store: TestStore;
let folder: string;
let file: string;
let api: TestApi;
let url: string;
let asked: string[];

beforeAll(async () => {
  store = await startStore("s3");
  folder = await makeTempFolder();
  file = join(folder, "large ä.bin");
  await writeFile(file, randomBytes(12 * MEBIBYTE + 7));
});

beforeEach(async () => {
  for (const [name, value] of Object.entries({ ...store.env, ...SMALL })) vi.stubEnv(name, value);
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
});

test("an unmodified client sends a file in parts and fetches it by a presigned address", async () => {
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
  const [runId = "", sha256] = stdout.trim().split(" ");

  expect(sha256).toBe(sha256Of(await readFile(file)));
  expect(asked).toContain("POST mpu/create");
  expect(asked).toContain("POST mpu/complete");
  expect(asked).toContain("GET presigned");
  expect(asked).not.toContain("PUT artifacts");
  expect(await api.client.listArtifacts(runId, "deep er")).toMatchObject([
    { path: "deep er/large ä.bin", fileSize: 12 * MEBIBYTE + 7 },
  ]);
});

test("our client does so, too, and leaves nothing behind when a part is not taken", async () => {
  const client = new RestClient(url);
  const { info } = await client.createRun(await client.createExperiment("ours"));
  await client.logArtifact(info.runId, file);
  expect(sha256Of(await buffer(await client.readArtifact(info.runId, "large ä.bin")))).toBe(
    sha256Of(await readFile(file)),
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

test("a run that lies in the bucket openly has presigned addresses to send and fetch at", async () => {
  const open = await makeApi({ artifactsRoot: `${store.uri}/open` });
  const { json: created } = await open.post("experiments/create", { name: "open" });
  const { json } = await open.post("runs/create", { experiment_id: created.experiment_id });
  const { run_id } = json.run.info;
  const { json: up } = await open.post("artifacts/presigned-upload-url", {
    run_id,
    path: "a b.txt",
  });
  const put = await fetch(up.presigned_url, { method: "PUT", body: "hello" });
  expect(put.status).toBe(200);
  const { json: down } = await open.post("artifacts/presigned-download-url", {
    run_id,
    path: "a b.txt",
  });

  expect(down.file_size).toBe(5);
  expect(await (await fetch(down.presigned_url)).text()).toBe("hello");
  expect((await fetch(down.presigned_url.replace("Signature=", "Signature=0"))).status).toBe(403);
});

function sha256Of(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
