import { type ChildProcess, execFile, spawn } from "node:child_process";
import { randomBytes, randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { beforeAll, expect, test } from "vitest";
import { partSizeOf } from "../../lib/artifacts/parts.ts";
import { verifyArtifacts } from "../../lib/artifacts/sync/verify.ts";
import { seededRandom, startFaultProxy } from "../helpers/fault-proxy.ts";
import { startStore, type TestStore } from "../helpers/object-stores.ts";
import { cliPath } from "../helpers/servers.ts";
import { makeTempFolder } from "../helpers/tree.ts";

const PART = 16 * 1024 * 1024;
const SMALL = 4096;
/** The full size, which takes minutes: `KILL_FILES=10000 KILL_LARGE=2 KILL_PARTS=16 KILL_TIMES=30 KILL_WITHIN=10000`. */
const FILES = Number(process.env.KILL_FILES ?? 300);
const LARGE_FILES = Number(process.env.KILL_LARGE ?? 1);
const LARGE = Number(process.env.KILL_PARTS ?? 5) * PART;
const KILLS = Number(process.env.KILL_TIMES ?? 6);
/** Milliseconds. */
const KILLED_WITHIN = Number(process.env.KILL_WITHIN ?? 1_500);

let store: TestStore;
beforeAll(async () => {
  store = await startStore("s3");
});

test("a push that is killed again and again goes on each time, and ends with all files right", async () => {
  const folder = await makeTempFolder();
  for (let i = 0; i < FILES; i++) {
    const inner = join(folder, `folder${i % 500}`);
    await mkdir(inner, { recursive: true });
    await writeFile(join(inner, `file${i}`), randomBytes(SMALL));
  }
  for (let i = 0; i < LARGE_FILES; i++) {
    await writeFile(join(folder, `large${i}`), randomBytes(LARGE));
  }
  const uri = `${store.uri}/${randomUUID()}`;
  const proxy = await startFaultProxy(store.server.url);
  const env = {
    ...process.env,
    ...store.env,
    MLFLOW_S3_ENDPOINT_URL: proxy.url,
    MLRUNS_CACHE_DIR: await makeTempFolder(),
  };
  const random = seededRandom(7);
  /** The most parts of one file that a run sent though an earlier one had begun to. */
  let mostAgain = 0;
  for (let i = 0; i < KILLS; i++) {
    const begun = partsBegun(proxy.begun);
    const child = spawn(process.execPath, [cliPath, "push", folder, uri], { env, stdio: "ignore" });
    await sleep(400 + random() * KILLED_WITHIN);
    await kill(child);
    mostAgain = Math.max(mostAgain, ...resent(begun, partsBegun(proxy.begun)));
  }
  const begun = partsBegun(proxy.begun);

  const push = promisify(execFile)(process.execPath, [cliPath, "push", folder, uri, "--json"], {
    env,
  });
  expect(JSON.parse((await push).stdout)).toMatchObject({ failures: [], interrupted: false });
  expect((await verifyArtifacts(folder, uri, { full: true })).differences).toEqual([]);
  // A request that was under way costs its own part or small file: what had arrived whole is not sent again.
  mostAgain = Math.max(mostAgain, ...resent(begun, partsBegun(proxy.begun)));
  expect(mostAgain).toBeLessThanOrEqual(1);
  const smallAgain = [...proxy.begun]
    .filter(([url]) => !url.includes("partNumber="))
    .reduce((sum, [, times]) => sum + times - 1, 0);
  expect(smallAgain).toBeLessThanOrEqual(KILLS * (32 + 1) + 4);
  const total = LARGE_FILES * LARGE + FILES * SMALL;
  const lost = LARGE_FILES * partSizeOf(LARGE) + 32 * SMALL;
  expect(proxy.bytesUp).toBeLessThan(total + KILLS * lost + 4 * 1024 * 1024);
  if (process.env.KILL_FILES) {
    const partsAgain = [...partsBegun(proxy.begun).values()].reduce((sum, n) => sum + n - 1, 0);
    console.log(`sent again: ${partsAgain} parts, ${mostAgain} at most of a file after a kill`);
    console.log(`sent again: ${smallAgain} small files`);
    console.log(`${proxy.bytesUp - total} bytes more than there are arrived`);
  }
}, 900_000);

test("a push that is interrupted at any moment says so, and the next one goes on", async () => {
  const folder = await makeTempFolder();
  await writeFile(join(folder, "large"), randomBytes(3 * PART));
  for (let i = 0; i < 100; i++) await writeFile(join(folder, `file${i}`), randomBytes(SMALL));
  const uri = `${store.uri}/${randomUUID()}`;
  const env = { ...process.env, ...store.env, MLRUNS_CACHE_DIR: await makeTempFolder() };
  const random = seededRandom(9);
  for (let i = 0; i < 3; i++) {
    const child = spawn(process.execPath, [cliPath, "push", folder, uri, "--bwlimit", "4M"], {
      env,
      stdio: "ignore",
    });
    await sleep(2_000 + random() * 1_500);
    child.kill("SIGINT");
    expect(await once(child, "exit")).toEqual([130, null]);
  }

  const push = promisify(execFile)(process.execPath, [cliPath, "push", folder, uri, "--json"], {
    env,
  });
  expect(JSON.parse((await push).stdout)).toMatchObject({ failures: [], interrupted: false });
  expect((await verifyArtifacts(folder, uri, { full: true })).differences).toEqual([]);
}, 60_000);

/** How often each part was begun, by file and number, in whatever upload. */
function partsBegun(begun: ReadonlyMap<string, number>): Map<string, number> {
  const parts = new Map<string, number>();
  for (const [url, times] of begun) {
    const number = /[?&]partNumber=(\d+)/.exec(url)?.[1];
    if (number === undefined) continue;
    const part = `${url.split("?")[0]} ${number}`;
    parts.set(part, (parts.get(part) ?? 0) + times);
  }
  return parts;
}

/** Of each file, how many parts a run began that had been begun before. */
function resent(before: Map<string, number>, after: Map<string, number>): number[] {
  const counts = new Map<string, number>();
  for (const [part, times] of after) {
    const had = before.get(part) ?? 0;
    if (had === 0 || times === had) continue;
    const file = part.slice(0, part.lastIndexOf(" "));
    counts.set(file, (counts.get(file) ?? 0) + times - had);
  }
  return [...counts.values()];
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const ended = once(child, "exit");
  child.kill("SIGKILL");
  await ended;
}
