import { execFile } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import type { ArtifactRepository } from "../../lib/artifacts/artifact-repository.ts";
import { cloudPython, type TestStore } from "../helpers/object-stores.ts";
import { pythonEnvironment } from "../helpers/python.ts";
import { makeTempFolder } from "../helpers/tree.ts";
import { collect, outline } from "./outline.ts";

/** Names whose content types MLflow knows or does not, and names that URIs get wrong. */
const FILES: readonly string[] = [
  "MLmodel",
  ".hidden",
  "conda.yaml",
  "model/model.pkl",
  "model/data.csv",
  "model/data.csv.gz",
  "model/source.tar.gz",
  "plots/loss.png",
  "plots/report.html",
  "plots/data.json",
  "notes/read me.md",
  "notes/a+b&c=d%20#e.txt",
  "notes/\u65e5\u672c\u8a9e.txt",
  "scripts/train.py",
  "scripts/view.js",
  "logs/train.log",
  "empty.bin",
];

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  s3: `
    client = __import__("boto3").client("s3", endpoint_url=os.environ["MLFLOW_S3_ENDPOINT_URL"])
    def look(key):
        head = client.head_object(Bucket="mlruns-test", Key=key)
        # S3 gives what comes without a type binary/octet-stream, which ours says itself; SeaweedFS looks into the content.
        type = head["ContentType"].replace("text/plain; charset=utf-8", "binary/octet-stream")
        return [type, head.get("ContentEncoding"), head["Metadata"]]`,
  gs: `
    from google.cloud import storage
    from google.auth.credentials import AnonymousCredentials
    bucket = storage.Client(project="test", credentials=AnonymousCredentials()).bucket("mlruns-test")
    def look(key):
        blob = bucket.get_blob(key)
        return [blob.content_type, blob.content_encoding, blob.metadata]`,
  wasbs: `
    from azure.storage.blob import BlobServiceClient
    service = BlobServiceClient.from_connection_string(os.environ["AZURE_STORAGE_CONNECTION_STRING"])
    def look(key):
        found = service.get_blob_client("mlruns-test", key).get_blob_properties()
        settings = found.content_settings
        return [settings.content_type, settings.content_encoding, found.metadata]`,
};

/** What either side uploads, the other lists and downloads; and both make the same objects. */
export function mlflowInterop(
  storeOf: () => TestStore,
  open: (uri: string) => Promise<ArtifactRepository>,
): void {
  test("what we upload, real MLflow lists and downloads", async () => {
    const store = storeOf();
    const uri = `${store.uri}/interop/ours/artifacts`;
    const [from, to] = [await makeFiles(), await makeTempFolder()];
    const artifacts = await open(uri);
    for (const path of FILES) await artifacts.upload(join(from, path), path);

    const listed = await python(
      store,
      `
      def walk(path):
          for info in repository.list_artifacts(path):
              yield [info.path, info.is_dir, info.file_size]
              if info.is_dir:
                  yield from walk(info.path)
      repository.download_artifacts("", args[1])
      print(json.dumps(list(walk(None))))`,
      [uri, to],
    );
    expect(listed).toEqual(await walk(artifacts));
    await expectSame(from, to);
  });

  test("what real MLflow logs, we list and download, and its objects are like ours", async () => {
    const store = storeOf();
    const uri = `${store.uri}/interop/theirs/artifacts`;
    const [from, to] = [await makeFiles(), await makeTempFolder()];
    await python(store, `repository.log_artifacts(args[1])\n      print("null")`, [uri, from]);
    const artifacts = await open(uri);

    expect((await collect(artifacts.list(""))).map(({ path }) => path).sort()).toEqual(
      [...FILES].sort(),
    );
    for (const path of FILES) await artifacts.download(path, join(to, path));
    await expectSame(from, to);

    const ours = await open(`${store.uri}/interop/like/artifacts`);
    for (const path of FILES) await ours.upload(join(from, path), path);
    const looks = await python(
      store,
      `${CONTENT_TYPES[new URL(store.uri).protocol.slice(0, -1)]}
      paths = json.loads(args[1])
      print(json.dumps([[look(f"interop/{side}/artifacts/{path}") for path in paths] for side in ["theirs", "like"]]))`,
      [uri, JSON.stringify(FILES)],
    );
    const [theirs, like] = looks as unknown[][];
    expect(Object.fromEntries(FILES.map((path, i) => [path, like?.[i]]))).toEqual(
      Object.fromEntries(FILES.map((path, i) => [path, theirs?.[i]])),
    );
  });

  test("what real MLflow deletes is gone, and what it left is there", async () => {
    const store = storeOf();
    const uri = `${store.uri}/interop/deleted/artifacts`;
    const from = await makeFiles();
    const artifacts = await open(uri);
    for (const path of ["model/model.pkl", "plots/loss.png"]) {
      await artifacts.upload(join(from, path), path);
    }

    await python(store, `repository.delete_artifacts("model")\n      print("null")`, [uri]);
    expect(await outline(artifacts.list(""))).toEqual(["plots/loss.png 14"]);
  });
}

async function makeFiles(): Promise<string> {
  const folder = await makeTempFolder();
  for (const path of FILES) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), path === "empty.bin" ? "" : path);
  }
  return folder;
}

async function expectSame(from: string, to: string): Promise<void> {
  for (const path of FILES) {
    expect(await readFile(join(to, path), "utf8")).toBe(await readFile(join(from, path), "utf8"));
  }
}

/** Depth first, each folder sorted, as MLflow walks. */
async function walk(artifacts: ArtifactRepository, folder = ""): Promise<unknown[]> {
  const lines: unknown[] = [];
  for (const { path, isDir, fileSize } of await artifacts.listFolder(folder)) {
    lines.push([path, isDir, fileSize]);
    if (isDir) lines.push(...(await walk(artifacts, path)));
  }
  return lines;
}

/** Runs a script beside MLflow, where `repository` is that of the first argument. It prints JSON. */
async function python(store: TestStore, script: string, args: readonly string[]): Promise<unknown> {
  const file = join(await makeTempFolder(), "script.py");
  await writeFile(
    file,
    `if True:
      import json, os, sys
      from mlflow.store.artifact.artifact_repository_registry import get_artifact_repository
      args = sys.argv[1:]
      repository = get_artifact_repository(args[0])
      ${script.replace(/\n {4}(?! {2})/g, "\n      ").trimStart()}
`,
  );
  const options = { env: pythonEnvironment(store.env) };
  const { stdout } = await promisify(execFile)(cloudPython, [file, ...args], options);
  return JSON.parse(stdout);
}
