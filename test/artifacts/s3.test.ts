import { randomBytes, randomUUID } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { beforeAll, describe, expect, test, vi } from "vitest";
import { openArtifacts } from "../../lib/artifacts/registry.ts";
import { openS3Client } from "../../lib/artifacts/s3/client.ts";
import { copyS3Object } from "../../lib/artifacts/s3/copy.ts";
import { artifactRepositoryContract } from "../contract/artifact-repository.ts";
import { mlflowInterop } from "../contract/mlflow-interop.ts";
import { collect, outline } from "../contract/outline.ts";
import { startFaultProxy } from "../helpers/fault-proxy.ts";
import { startStore, type TestStore } from "../helpers/object-stores.ts";
import { makeTempFolder } from "../helpers/tree.ts";

let store: TestStore;
beforeAll(async () => {
  store = await startStore("s3");
});

describe("contract", () => {
  artifactRepositoryContract(
    () => openArtifacts({ kind: "remote", uri: `${store.uri}/0/${randomUUID()}/artifacts` }),
    // versitygw deletes whatever the ETag is.
    { largeSize: 40 * 1024 * 1024, deletesAnything: process.env.MLRUNS_TEST_S3 === "versitygw" },
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

test("the region is the environment's, else the profile's, else the usual one of a server of one's own", async () => {
  const regionOf = async (): Promise<string> => (await openS3Client()).client.config.region();
  const folder = await makeTempFolder();
  await writeFile(join(folder, "config"), "[default]\nregion = eu-west-3\n");

  expect(await regionOf()).toBe("us-east-1");
  vi.stubEnv("AWS_DEFAULT_REGION", "");
  vi.stubEnv("AWS_CONFIG_FILE", join(folder, "config"));
  expect(await regionOf()).toBe("eu-west-3");
  vi.stubEnv("AWS_CONFIG_FILE", join(folder, "none"));
  expect(await regionOf()).toBe("us-east-1");
  vi.stubEnv("AWS_DEFAULT_REGION", store.env.AWS_DEFAULT_REGION ?? "");
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

test("a store that refuses checksums is sent Content-MD5 instead, small files and large", async () => {
  const proxy = await startFaultProxy(store.server.url);
  proxy.choose = ({ headers }) =>
    Object.keys(headers).some((name) => /checksum|x-amz-trailer/.test(name))
      ? { status: 501, code: "NotImplemented" }
      : undefined;
  vi.stubEnv("MLFLOW_S3_ENDPOINT_URL", proxy.url);
  const warned = vi.spyOn(process, "emitWarning").mockReturnValue(undefined);
  const artifacts = await openArtifacts({ kind: "remote", uri: `${store.uri}/${randomUUID()}` });
  const large = Buffer.alloc(20 * 1024 * 1024, "large");

  for (const name of ["a", "b"]) await artifacts.write(name, Readable.from([name]));
  await artifacts.write("large", Readable.from([large]));
  expect(await outline(artifacts.list(""))).toEqual(["a 1", "b 1", `large ${large.length}`]);
  expect((await buffer(await artifacts.read("large"))).equals(large)).toBe(true);
  expect(warned).toHaveBeenCalledTimes(1);
  warned.mockRestore();
  vi.stubEnv("MLFLOW_S3_ENDPOINT_URL", store.server.url);
});

test("a large object is copied in parts within the store", async () => {
  const folder = await makeTempFolder();
  const content = randomBytes(20 * 1024 * 1024);
  await writeFile(join(folder, "large file"), content);
  const place = { connect: openS3Client, hasChecksums: true, bucket: "mlruns-test", owner: {} };
  const artifacts = await openArtifacts({ kind: "remote", uri: `${store.uri}/copies` });
  await artifacts.upload(join(folder, "large file"), "large file");
  const [listed] = await collect(artifacts.list(""));
  const object = { key: "copies/large file", size: content.length, modified: null };

  await copyS3Object(
    place,
    { ...object, etag: listed?.etag ?? "" },
    "copies/copy",
    6 * 1024 * 1024,
  );
  expect((await buffer(await artifacts.read("copy"))).equals(content)).toBe(true);
  await expect(
    copyS3Object(place, { ...object, etag: '"other"' }, "copies/other"),
  ).rejects.toMatchObject({ errorCode: "ABORTED" });
});
