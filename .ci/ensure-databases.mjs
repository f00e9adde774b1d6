/** What tests of imports and exports need: a PostgreSQL server, and Python packages beside MLflow's environments. */
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { aptInstall, ensureMlflow, run, say, testCache } from "./ensure.mjs";
import { withLock } from "./lock.mjs";

/** The driver that MLflow speaks to PostgreSQL with. */
const DRIVER = "psycopg2-binary==2.9.11";

/** Writes event files as PyTorch does. */
const TENSORBOARD = "tensorboardX==2.6.5";

/** MLflow 2.22 takes any SQLAlchemy 2, but fails with 2.1. */
const OLD_SQLALCHEMY = "sqlalchemy==2.0.46";

/**
 * Folders with the Python packages that a release of MLflow needs for its databases, for PYTHONPATH.
 *
 * @param {"3.17.2" | "2.22.5"} version
 */
export async function ensureDrivers(version) {
  const packages = version === "2.22.5" ? [DRIVER, OLD_SQLALCHEMY] : [DRIVER, TENSORBOARD];
  const folder = join(
    testCache(),
    `databases-${version}-${packages.join("-").replaceAll("==", "-")}`,
  );
  const marker = join(folder, "mlruns-complete");
  if (existsSync(marker)) return folder;
  const python = await ensureMlflow(version);
  await mkdir(testCache(), { recursive: true });
  await withLock(`${folder}.lock`, async () => {
    if (existsSync(marker)) return;
    say(`installing ${packages.join(" ")} into ${folder} (once)`);
    await rm(folder, { recursive: true, force: true });
    const pip = ["-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check"];
    await run(python, [...pip, "--no-deps", "--target", folder, ...packages]);
    await writeFile(marker, "");
  });
  return folder;
}

/**
 * The folder with PostgreSQL's programs: of Debian's package, or where `pg_config` says; as root on Debian it is installed.
 *
 * @returns {Promise<string>}
 */
export async function ensurePostgres() {
  const found = findPostgres();
  if (found !== undefined) return found;
  await aptInstall("postgresql");
  const installed = findPostgres();
  if (installed !== undefined) return installed;
  throw new Error("PostgreSQL is missing: install it (Debian: apt-get install postgresql)");
}

function findPostgres() {
  const debian = "/usr/lib/postgresql";
  const versions = existsSync(debian)
    ? readdirSync(debian).sort((a, b) => Number(b) - Number(a))
    : [];
  const folders = versions.map((version) => join(debian, version, "bin"));
  try {
    folders.push(execFileSync("pg_config", ["--bindir"], { encoding: "utf8" }).trim());
  } catch {
    // It comes with the development files only.
  }
  return folders.find((folder) => existsSync(join(folder, "initdb")));
}

/** All of them. */
export async function ensureDatabases() {
  await Promise.all([ensurePostgres(), ensureDrivers("3.17.2"), ensureDrivers("2.22.5")]);
}
