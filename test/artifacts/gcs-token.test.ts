/** Tokens of Google's that end: another one is asked for before, and one that is refused all the same is told. */
import { randomUUID } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { beforeEach, expect, test, vi } from "vitest";
import { openGcsClient } from "../../lib/artifacts/gcs/client.ts";
import { syncArtifacts } from "../../lib/artifacts/sync/sync.ts";
import { afterUse } from "../helpers/cleanup.ts";
import { startFaultProxy } from "../helpers/fault-proxy.ts";
import { startStore } from "../helpers/object-stores.ts";
import { makeTempFolder } from "../helpers/tree.ts";

/** Tokens that were given out, the newest last. */
let tokens: string[];
let refused: number;
/** Seconds that a token is good for. */
let lifetime: number;
let isRefused: (authorization: string | undefined) => boolean;
let from: string;
let uri: string;
beforeEach(async () => {
  const store = await startStore("gs");
  const proxy = await startFaultProxy(store.server.url);
  tokens = [];
  refused = 0;
  proxy.choose = ({ headers }) => {
    if (!isRefused(headers.authorization)) return undefined;
    refused++;
    return { status: 401, code: "authError" };
  };
  const folder = await makeTempFolder();
  const credentials = join(folder, "credentials.json");
  await writeFile(join(folder, "identity"), "the machine's own");
  // Of a machine that another provider knows: the one kind of credentials that says where tokens are given out.
  const account = {
    type: "external_account",
    audience:
      "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/q",
    subject_token_type: "urn:ietf:params:oauth:token-type:jwt",
    token_url: await startTokens(),
    credential_source: { file: join(folder, "identity") },
  };
  await writeFile(credentials, JSON.stringify(account));
  vi.stubEnv("STORAGE_EMULATOR_HOST", undefined);
  vi.stubEnv("GOOGLE_APPLICATION_CREDENTIALS", credentials);
  vi.stubEnv("GOOGLE_CLOUD_PROJECT", "test");
  vi.stubEnv("MLRUNS_CACHE_DIR", join(folder, "cache"));
  // Only the service itself is asked with a token: here the emulator stands for it.
  const client = await openGcsClient();
  Object.assign(client, { apiEndpoint: proxy.url, baseUrl: `${proxy.url}/storage/v1` });
  from = await makeTempFolder();
  for (const name of ["a", "b", "c"]) await writeFile(join(from, name), name);
  uri = `${store.uri}/${randomUUID()}`;
});

/** Gives out a token for each request. @returns its address */
async function startTokens(): Promise<string> {
  const server = createServer((_request, response) => {
    tokens.push(`token${tokens.length + 1}`);
    const answer = {
      access_token: tokens.at(-1),
      issued_token_type: "urn:ietf:params:oauth:token-type:access_token",
      token_type: "Bearer",
      expires_in: lifetime,
    };
    response.setHeader("content-type", "application/json").end(JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  afterUse(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/token`;
}

test("a token that nears its end is replaced before a request is sent with it", async () => {
  lifetime = 60;
  isRefused = (authorization) => !/^Bearer token\d+$/.test(authorization ?? "");

  expect(await syncArtifacts(from, uri)).toMatchObject({
    copied: { files: 3 },
    retries: 0,
    failures: [],
  });
  expect(tokens.length).toBeGreaterThan(1);
  expect(refused).toBe(0);
});

test("a token that is good for long is taken for all requests", async () => {
  lifetime = 3_600;
  isRefused = (authorization) => authorization !== "Bearer token1";

  expect(await syncArtifacts(from, uri)).toMatchObject({ copied: { files: 3 }, failures: [] });
  expect([tokens.length, refused]).toEqual([1, 0]);
});

test("a token that is refused before its end is told at once", async () => {
  lifetime = 3_600;
  isRefused = () => true;

  await expect(syncArtifacts(from, uri)).rejects.toMatchObject({ errorCode: "UNAUTHENTICATED" });
  expect(refused).toBe(1);
});
