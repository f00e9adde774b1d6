// @vitest-environment happy-dom
import { beforeEach, expect, test } from "vitest";
import { DataError } from "../../../viewer/data/errors.ts";
import { readFile, readJson } from "../../../viewer/data/files.ts";
import { generation } from "../../../viewer/data/generation.ts";
import { type DataServer, startDataServer } from "./data-server.ts";

let server: DataServer;
beforeEach(async () => {
  server = await startDataServer();
});

/** Each test reads a file of its own: the cache outlives a test. */
let files = 0;
function newFile(content: unknown): string {
  const path = `data/file-${++files}.json`;
  server.files.set(path, JSON.stringify(content));
  return path;
}

test("a file is read once per generation, and parsed again only when it changed", async () => {
  const path = newFile({ n: 1 });
  const first = await readJson(path);
  const second = await readJson(path);
  generation.value++;
  const third = await readJson(path);
  server.files.set(path, JSON.stringify({ n: 2 }));
  generation.value++;
  const fourth = await readJson(path);

  expect(first).toEqual({ n: 1 });
  expect(second).toBe(first);
  expect(third).toBe(first);
  expect(fourth).toEqual({ n: 2 });
  expect(server.requests).toEqual([`${path} 200`, `${path} 200`, `${path} 200`]);
});

test("those who ask at the same time share one request", async () => {
  const path = newFile([1]);

  const [a, b] = await Promise.all([readJson(path), readJson(path)]);

  expect(a).toBe(b);
  expect(server.requests).toEqual([`${path} 200`]);
});

test("one who does not wait any more leaves the request to the others", async () => {
  const path = newFile([1]);
  server.delayMs = 50;
  const leaving = new AbortController();

  const left = readJson(path, { signal: leaving.signal });
  const stays = readJson(path, { signal: new AbortController().signal });
  leaving.abort();

  await expect(left).rejects.toThrow("abort");
  expect(await stays).toEqual([1]);
});

test("a request that nobody waits for is stopped, and the next one starts anew", async () => {
  const path = newFile([1]);
  server.delayMs = 50;
  const leaving = new AbortController();
  const left = readJson(path, { signal: leaving.signal });
  leaving.abort();
  await expect(left).rejects.toThrow("abort");

  expect(await readJson(path)).toEqual([1]);
});

test("a missing file is told from a broken one, with the server's words", async () => {
  const broken = newFile(0);
  server.files.set(broken, "{");

  const missing = await readJson("data/none.json").catch((error: unknown) => error);

  expect(missing).toBeInstanceOf(DataError);
  expect(missing).toMatchObject({
    kind: "missing",
    message: "data/none.json is not there",
    hint: "look elsewhere",
  });
  await expect(readJson(broken)).rejects.toMatchObject({ kind: "damaged", path: broken });
});

test("a host that does not answer is told from one that refuses", async () => {
  (window as unknown as { happyDOM: { setURL(url: string): void } }).happyDOM.setURL(
    "http://127.0.0.1:9/",
  );

  await expect(readFile("data/x.json", (bytes) => bytes)).rejects.toMatchObject({
    kind: "unreachable",
  });
});
