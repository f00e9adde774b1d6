import { type ChildProcess, execFile, spawn } from "node:child_process";
import { randomBytes, randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { beforeAll, expect, test } from "vitest";
import { verifyArtifacts } from "../../lib/artifacts/sync/verify.ts";
import { seededRandom, startFaultProxy } from "../helpers/fault-proxy.ts";
import { startStore, type TestStore } from "../helpers/object-stores.ts";
import { cliPath } from "../helpers/servers.ts";
import { makeTempFolder } from "../helpers/tree.ts";

const PART = 16 * 1024 * 1024;
const LARGE = 5 * PART;
const SMALL = 4096;

let store: TestStore;
beforeAll(async () => {
  store = await startStore("s3");
});

test("a push that is killed again and again goes on each time, and ends with all files right", async () => {
  const folder = await makeTempFolder();
  for (let i = 0; i < 300; i++) {
    const inner = join(folder, `folder${i % 10}`);
    await mkdir(inner, { recursive: true });
    await writeFile(join(inner, `file${i}`), randomBytes(SMALL));
  }
  await writeFile(join(folder, "large"), randomBytes(LARGE));
  const uri = `${store.uri}/${randomUUID()}`;
  const proxy = await startFaultProxy(store.server.url);
  const env = {
    ...process.env,
    ...store.env,
    MLFLOW_S3_ENDPOINT_URL: proxy.url,
    MLRUNS_CACHE_DIR: await makeTempFolder(),
  };
  const random = seededRandom(7);
  const kills = 6;
  for (let i = 0; i < kills; i++) {
    const child = spawn(process.execPath, [cliPath, "push", folder, uri], { env, stdio: "ignore" });
    await sleep(400 + random() * 1_500);
    await kill(child);
  }

  const push = promisify(execFile)(process.execPath, [cliPath, "push", folder, uri, "--json"], {
    env,
  });
  expect(JSON.parse((await push).stdout)).toMatchObject({ failures: [], interrupted: false });
  expect((await verifyArtifacts(folder, uri, { full: true })).differences).toEqual([]);
  // Of the large file a kill costs the parts that were under way, of the small ones those.
  const total = LARGE + 300 * SMALL;
  expect(proxy.bytesUp).toBeLessThan(total + kills * (3 * PART + 32 * SMALL) + 4 * 1024 * 1024);
  expect((await stat(join(folder, "large"))).size).toBe(LARGE);
}, 120_000);

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const ended = once(child, "exit");
  child.kill("SIGKILL");
  await ended;
}
