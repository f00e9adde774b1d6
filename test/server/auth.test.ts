import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { MlrunsClient } from "../../lib/client/client.ts";
import { addUser, openAuth } from "../../lib/server/auth.ts";
import { serve } from "../../lib/server/index.ts";
import { makeTempFolder, makeTree } from "../helpers/tree.ts";

function basic(name: string, password: string): { authorization: string } {
  return { authorization: `Basic ${Buffer.from(`${name}:${password}`).toString("base64")}` };
}

describe("a password file", () => {
  test("lets in its users with their passwords and nobody else", async () => {
    const file = join(await makeTempFolder(), "users");
    await addUser(file, "ada", "correct horse: ä");
    await addUser(file, "bob", "battery staple");
    const enter = await openAuth({ passwordFile: file });

    expect(enter?.(basic("ada", "correct horse: ä"))).toBe(true);
    expect(enter?.(basic("bob", "battery staple"))).toBe(true);
    for (const headers of [
      basic("ada", "battery staple"),
      basic("eve", ""),
      basic("", ""),
      {},
      { authorization: "Bearer x" },
    ]) {
      expect(enter?.(headers), JSON.stringify(headers)).toBe(false);
    }
  });

  test("holds no password, is its owner's alone, and takes a new password", async () => {
    const file = join(await makeTempFolder(), "users");
    await addUser(file, "ada", "first password");
    await addUser(file, "ada", "second password");
    const enter = await openAuth({ passwordFile: file });

    expect(readFileSync(file, "utf8")).not.toMatch(/first|second/);
    expect(statSync(file).mode & 0o077).toBe(0);
    expect([
      enter?.(basic("ada", "first password")),
      enter?.(basic("ada", "second password")),
    ]).toEqual([false, true]);
  });

  test("that is missing or damaged is an error that names the line", async () => {
    const file = join(await makeTempFolder(), "users");
    await expect(openAuth({ passwordFile: file })).rejects.toThrow("cannot be read");
    writeFileSync(file, "# users\nada:plain\n");

    await expect(openAuth({ passwordFile: file })).rejects.toThrow(
      expect.objectContaining({ path: file, line: 2 }),
    );
    await expect(addUser(`${file}2`, "a:b", "long enough")).rejects.toThrow("no colon");
    await expect(addUser(`${file}2`, "ada", "short")).rejects.toThrow("at least 8");
  });
});

test("a guarded server answers nobody without a password or the token, but for its health", async () => {
  const passwordFile = join(await makeTempFolder(), "users");
  await addUser(passwordFile, "ada", "correct horse");
  const client = new MlrunsClient(await makeTree("v3-basic"));
  const server = await serve(client, { port: 0, passwordFile, token: "s3cret-token" });
  onTestFinished(() => server.close());
  const status = async (path: string, headers: Record<string, string> = {}): Promise<number> =>
    (await fetch(server.url + path, { headers })).status;

  for (const path of [
    "/",
    "/data/manifest.json",
    "/api/2.0/mlflow/experiments/get?experiment_id=0",
  ]) {
    expect(await status(path), path).toBe(401);
    expect(await status(path, basic("ada", "wrong horse")), path).toBe(401);
  }
  expect(await status("/health")).toBe(200);
  expect(await status("/data/manifest.json", basic("ada", "correct horse"))).toBe(200);
  expect(await status("/data/manifest.json", { authorization: "Bearer s3cret-token" })).toBe(200);
  const refused = await fetch(`${server.url}/data/manifest.json`);
  expect(refused.headers.get("WWW-Authenticate")).toContain("Basic");
});

test("pages of this machine may read answers, foreign ones may not, and preflights are answered", async () => {
  const server = await serve(new MlrunsClient(await makeTree("v3-basic")), { port: 0 });
  onTestFinished(() => server.close());
  const url = `${server.url}/api/2.0/mlflow/experiments/get?experiment_id=0`;
  const allowed = async (origin: string, method = "GET") => {
    const answer = await fetch(url, { method, headers: { Origin: origin } });
    return [answer.status, answer.headers.get("Access-Control-Allow-Origin")];
  };

  expect(await allowed("http://localhost:3000")).toEqual([200, "http://localhost:3000"]);
  expect(await allowed("https://evil.example")).toEqual([200, null]);
  expect(await allowed("http://localhost:3000", "OPTIONS")).toEqual([204, "http://localhost:3000"]);
});
