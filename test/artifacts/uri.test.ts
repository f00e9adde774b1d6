import { expect, test } from "vitest";
import { openArtifacts } from "../../lib/artifacts/registry.ts";
import { parseAzureUri, parseBucketUri, schemeOf } from "../../lib/artifacts/uri.ts";

test.each([
  ["s3://bucket", "bucket", ""],
  ["s3://bucket/", "bucket", ""],
  ["s3://bucket/a/b/", "bucket", "a/b"],
  ["gs://bucket//a", "bucket", "a"],
  ["s3://bucket/a b/%20", "bucket", "a b/%20"],
  // MLflow's parser drops these two.
  ["s3://bucket/path?x=1", "bucket", "path"],
  ["gs://bucket/path#part", "bucket", "path"],
])("%s names a bucket and a path", (uri, bucket, prefix) => {
  expect(parseBucketUri(uri)).toEqual({ bucket, prefix });
});

test.each([
  ["wasbs://c@acc.blob.core.windows.net/a/b", "c", "acc", "core.windows.net", "a/b"],
  ["wasbs://c@acc.blob.core.chinacloudapi.cn", "c", "acc", "core.chinacloudapi.cn", ""],
  [
    "wasbs://c@acc.blob.core.usgovcloudapi.net/p%20q",
    "c",
    "acc",
    "core.usgovcloudapi.net",
    "p%20q",
  ],
  ["abfss://fs@acc.dfs.core.windows.net/p%20q", "fs", "acc", "core.windows.net", "p q"],
  ["azure://c/a/b", "c", undefined, "core.windows.net", "a/b"],
])("%s names a container", (uri, bucket, account, domain, prefix) => {
  expect(parseAzureUri(uri)).toEqual({ bucket, account, domain, prefix });
});

test.each([
  "s3://",
  "gs:///path",
  "wasbs://container/path",
  "wasbs://c@acc.blob.example.com/path",
  "abfss://fs@acc.blob.core.windows.net/path",
  "azure://",
])("%s is refused with the form that it should have", async (uri) => {
  await expect(openArtifacts({ kind: "remote", uri })).rejects.toMatchObject({
    errorCode: "INVALID_PARAMETER_VALUE",
    message: expect.stringContaining(`Invalid artifact URI '${uri}'`),
  });
});

test("a scheme without a backend is told, with those that there are", async () => {
  await expect(openArtifacts({ kind: "remote", uri: "ftp://host/path" })).rejects.toMatchObject({
    errorCode: "NOT_IMPLEMENTED",
    hint: expect.stringContaining("s3://, gs://, wasbs://, abfss://, azure://"),
  });
});

test.each([
  ["s3://b/p", "s3:"],
  ["S3://b/p", "s3:"],
  ["./folder", undefined],
  ["C:/folder", undefined],
  ["a:b", undefined],
])("the scheme of %s is %s", (uri, scheme) => {
  expect(schemeOf(uri)).toBe(scheme);
});
