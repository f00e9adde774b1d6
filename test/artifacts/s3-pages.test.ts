/** Listings of S3 in many pages, of which one is lost or wrong: never a listing that only seems to be whole. */
import { readdir } from "node:fs/promises";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { beforeEach, expect, onTestFinished, test, vi } from "vitest";
import { openArtifacts } from "../../lib/artifacts/registry.ts";
import { syncArtifacts } from "../../lib/artifacts/sync/sync.ts";
import { collect } from "../contract/outline.ts";
import { makeTempFolder } from "../helpers/tree.ts";

const PAGE = 1_000;
const MD5 = "9a0364b9e99bb480dd25e1f0284c8555";

beforeEach(() => {
  vi.stubEnv("AWS_ACCESS_KEY_ID", "test");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "test");
  vi.stubEnv("AWS_REGION", "us-east-1");
});

/** Serves so many objects in pages; `answer` may give another answer to the request with a token. */
async function serve(
  count: number,
  answer: (token: number, page: string, response: ServerResponse) => void,
): Promise<void> {
  const server = createServer(({ url = "" }, response) => {
    const { searchParams } = new URL(url, "http://localhost");
    const start = Number(searchParams.get("continuation-token") ?? 0);
    const end = Math.min(start + PAGE, count);
    const isTruncated = end < count;
    const contents = Array.from({ length: end - start }, (_, i) => {
      const key = `path/${String(start + i).padStart(6, "0")}`;
      return `<Contents><Key>${key}</Key><Size>1</Size><ETag>&quot;${MD5}&quot;</ETag></Contents>`;
    });
    const next = isTruncated ? `<NextContinuationToken>${end}</NextContinuationToken>` : "";
    const page =
      `<?xml version="1.0" encoding="UTF-8"?><ListBucketResult><IsTruncated>${isTruncated}</IsTruncated>` +
      `${next}${contents.join("")}</ListBucketResult>`;
    answer(start, page, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close().closeAllConnections());
  vi.stubEnv(
    "MLFLOW_S3_ENDPOINT_URL",
    `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
  );
}

async function listed(): Promise<string[]> {
  const artifacts = await openArtifacts({ kind: "remote", uri: "s3://bucket/path" });
  return (await collect(artifacts.list(""))).map(({ path }) => path);
}

test("more than ten thousand objects are all listed", async () => {
  await serve(12_345, (_token, page, response) => void response.end(page));

  const paths = await listed();
  expect([paths.length, paths[0], paths.at(-1)]).toEqual([12_345, "000000", "012344"]);
});

test("a page that fails once is asked for again", async () => {
  let failures = 2;
  await serve(3_000, (token, page, response) => {
    if (token === 2_000 && failures-- > 0) response.writeHead(503).end();
    else response.end(page);
  });

  expect(await listed()).toHaveLength(3_000);
});

test.each<[string, (page: string, response: ServerResponse) => void, string]>([
  [
    "refuses its token",
    (_page, response) => response.writeHead(400).end("<Error><Code>InvalidArgument</Code></Error>"),
    "BAD_REQUEST",
  ],
  ["is cut", (page, response) => response.end(page.slice(0, 60_000)), "TEMPORARILY_UNAVAILABLE"],
  ["is empty", (_page, response) => response.end(), "TEMPORARILY_UNAVAILABLE"],
  [
    "does not tell the next one",
    (page, response) => response.end(page.replace(/<NextCont.*Token>/, "")),
    "TEMPORARILY_UNAVAILABLE",
  ],
  [
    "tells itself as the next one",
    (page, response) => response.end(page.replace(/>2000</, ">1000<")),
    "TEMPORARILY_UNAVAILABLE",
  ],
])("a page that %s is an error, not the end", async (_what, answer, errorCode) => {
  await serve(3_000, (token, page, response) => {
    if (token === 1_000) answer(page, response);
    else response.end(page);
  });

  await expect(listed()).rejects.toMatchObject({
    errorCode,
    message: expect.stringContaining("s3://bucket"),
  });
});

test("keys that lead out of a folder, or that no folder can hold, are named and written nowhere", async () => {
  const keys = ["../../out", "a/../../out", "a//b"];
  await serve(keys.length, (_token, page, response) => {
    response.end(keys.reduce((text, key, i) => text.replace(`00000${i}`, key), page));
  });
  vi.stubEnv("MLRUNS_CACHE_DIR", await makeTempFolder());
  const folder = await makeTempFolder();

  const { failures, copied } = await syncArtifacts("s3://bucket/path", join(folder, "a", "b"));

  expect(copied.files).toBe(0);
  expect(failures).toEqual(
    keys.map((path) => expect.objectContaining({ path, errorCode: "INVALID_PARAMETER_VALUE" })),
  );
  expect(await readdir(folder, { recursive: true })).not.toContain("out");
});
