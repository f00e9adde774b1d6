import { randomUUID } from "node:crypto";
import { Readable } from "node:stream";
import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { beforeAll, describe, expect, test, vi } from "vitest";
import { openArtifacts } from "../../lib/artifacts/registry.ts";
import { artifactRepositoryContract, collect, outline } from "../contract/artifact-repository.ts";
import { mlflowInterop } from "../contract/mlflow-interop.ts";
import { startStore, type TestStore } from "../helpers/object-stores.ts";

let store: TestStore;
beforeAll(async () => {
  store = await startStore("s3");
});

describe("contract", () => {
  artifactRepositoryContract(
    () => openArtifacts({ kind: "remote", uri: `${store.uri}/0/${randomUUID()}/artifacts` }),
    { largeSize: 40 * 1024 * 1024 },
  );
});

describe("MLflow's own repository", () => {
  mlflowInterop(
    () => store,
    (uri) => openArtifacts({ kind: "remote", uri }),
  );
});

test("a bucket that does not exist is told by its name, whatever is asked of it", async () => {
  const artifacts = await openArtifacts({ kind: "remote", uri: "s3://no-such-bucket/path" });

  await expect(collect(artifacts.list(""))).rejects.toMatchObject({
    errorCode: "RESOURCE_DOES_NOT_EXIST",
    message: expect.stringMatching(/^Failed to list s3:\/\/no-such-bucket\/path\/: .*NoSuchBucket/),
  });
});

test("wrong credentials are told as such, at once, and are not shown", async () => {
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "wrong-secret");
  const artifacts = await openArtifacts({ kind: "remote", uri: `${store.uri}/path` });

  const refused = artifacts.write("file", Readable.from(["x"]));
  await expect(refused).rejects.toMatchObject({ errorCode: "UNAUTHENTICATED" });
  await expect(refused).rejects.not.toThrow("wrong-secret");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", store.env.AWS_SECRET_ACCESS_KEY ?? "");
});

test("a store that does not answer is told after some tries", async () => {
  vi.stubEnv("MLFLOW_S3_ENDPOINT_URL", "http://127.0.0.1:1");
  const artifacts = await openArtifacts({ kind: "remote", uri: "s3://bucket/path" });

  await expect(artifacts.listFolder("")).rejects.toMatchObject({
    errorCode: "TEMPORARILY_UNAVAILABLE",
    message: expect.stringContaining("ECONNREFUSED"),
  });
  vi.stubEnv("MLFLOW_S3_ENDPOINT_URL", store.server.url);
});

test("a folder marker shows a folder and is no file", async () => {
  const client = new S3Client({
    endpoint: store.server.url,
    region: "us-east-1",
    forcePathStyle: true,
    credentials: { accessKeyId: "test", secretAccessKey: "test-secret" },
  });
  const marker = { Bucket: "mlruns-test", Key: "markers/empty/", Body: Buffer.alloc(0) };
  await client.send(new PutObjectCommand(marker));
  const artifacts = await openArtifacts({ kind: "remote", uri: `${store.uri}/markers` });

  expect(await outline(await artifacts.listFolder(""))).toEqual(["empty/"]);
  expect(await outline(artifacts.list(""))).toEqual([]);
  expect(await outline(await artifacts.listFolder("empty"))).toEqual([]);
});
