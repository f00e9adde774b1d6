/**
 * What the scripts and the tests stand on, made when missing: npm packages, the build, Python virtual environments with
 * real MLflow, Chromium. Plain JavaScript without dependencies, because it runs before anything is installed.
 * Each function returns at once when its thing is there.
 */
import { execFileSync, spawn } from "node:child_process";
import { accessSync, constants, existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { withLock } from "./lock.mjs";

export const repoRoot = fileURLToPath(new URL("..", import.meta.url)).replace(/[\\/]$/, "");

/** The releases of MLflow that tests ask, newest first. */
export const MLFLOW_VERSIONS = /** @type {const} */ (["3.17.2", "2.22.5"]);

const isWindows = process.platform === "win32";
const stampFolder = join(repoRoot, "node_modules", ".cache", "mlruns");
/** Holds the time at which the last build began. */
const buildStamp = join(stampFolder, "built");

/** Installs npm packages when `node_modules` is missing or not what `package-lock.json` says. */
export async function ensureNodeModules() {
  if (nodeModulesMatchLock()) return;
  say("installing npm packages");
  // `ci` never touches the lock file; `install` keeps what is there, which is quicker for a developer.
  const command = process.env.CI ? "ci" : "install";
  await run(isWindows ? "npm.cmd" : "npm", [command, "--no-audit", "--no-fund"]);
}

/** Builds `dist/` when a source is newer than the last build. */
export async function ensureBuild() {
  if (buildIsFresh()) return;
  await mkdir(stampFolder, { recursive: true });
  await withLock(join(stampFolder, "build.lock"), async () => {
    if (!buildIsFresh()) await build();
  });
}

/** Builds `dist/`: types by tsc, the library, the command line and the viewer by Vite. */
export async function build() {
  say("building");
  const started = new Date();
  await run(process.execPath, [bin("typescript", "tsc"), "--build", "lib"]);
  // Tests call this too, in whose surroundings Vite would build for debugging, with names of source files.
  const production = { ...process.env, NODE_ENV: "production" };
  const vite = [bin("vite", "vite"), "build", "--logLevel", "warn"];
  await run(process.execPath, [...vite, "--config", "vite.lib.config.ts"], production);
  await removeStaleOutput(started);
  await run(process.execPath, vite, production);
  await run(process.execPath, [...vite, "--mode", "single"], production);
  await mkdir(stampFolder, { recursive: true });
  await writeFile(buildStamp, started.toISOString());
}

/**
 * The Python that has this release of real MLflow.
 *
 * @param {string} version - such as `3.17.2`
 */
export function ensureMlflow(version) {
  return ensurePython(`mlflow-${version}`, [`mlflow==${version}`]);
}

/**
 * Makes a Python virtual environment if it is not there as asked for, outside the repository so that checkouts share it.
 *
 * @param {string} name - of its folder in the cache
 * @param {readonly string[]} requirements - pinned packages, as pip takes them
 * @returns {Promise<string>} path of its Python interpreter
 */
export async function ensurePython(name, requirements) {
  const folder = join(testCache(), name);
  const python = join(folder, isWindows ? "Scripts/python.exe" : "bin/python");
  // Written last: an environment without it is half made, one with other words is out of date.
  const marker = join(folder, "mlruns-complete");
  const wanted = requirements.join("\n");
  const complete = () =>
    existsSync(marker) && readFileSync(marker, "utf8") === wanted && existsSync(python);
  if (complete()) return python;

  await mkdir(testCache(), { recursive: true });
  await withLock(`${folder}.lock`, async () => {
    if (complete()) return;
    say(`installing ${requirements.join(" ")} into ${folder} (once, it takes minutes)`);
    await rm(folder, { recursive: true, force: true });
    await makeVirtualEnvironment(await findPython(), folder);
    const pip = ["-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check"];
    await run(python, [...pip, ...requirements]);
    await writeFile(marker, wanted);
  });
  return python;
}

/**
 * Finds Chromium or Chrome: `CHROMIUM_PATH`, then the usual names on `PATH`; as root on Debian it is installed.
 *
 * @returns {Promise<string>} path of the browser
 */
export async function ensureChromium() {
  const found = findChromium();
  if (found !== undefined) return found;
  await aptInstall("chromium", "fonts-liberation");
  const installed = findChromium();
  if (installed !== undefined) return installed;
  throw new Error(
    "Chromium is missing: install it (Debian: apt-get install chromium) or name one in CHROMIUM_PATH",
  );
}

/**
 * How Chromium is started for tests and benches. In each new window it would set up two menus of its address bar, pages of its
 * own that take 1.4 s of a core. Only one list of features counts, so Playwright's stands here as well.
 */
export const CHROMIUM_FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  `--disable-features=${[
    "WebUIOmniboxPopup",
    "WebUIOmniboxAimPopup",
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose",
    "HttpsUpgrades",
    "HttpsFirstBalancedModeAutoEnable",
    "LensOverlay",
    "MediaRouter",
    "PaintHolding",
    "ThirdPartyStoragePartitioning",
    "AvoidCorsURLLoaderRestartOnRedirect",
    "OptimizationHints",
    "NetworkTimeServiceQuerying",
    "AimEnabled",
    "PreconnectToSearch",
  ].join(",")}`,
];

/**
 * Does the work of a script: when it fails, the reason is printed without a stack and the script ends with 1.
 *
 * @template T
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function orExit(work) {
  try {
    return await work();
  } catch (error) {
    say(error instanceof Error ? error.message : String(error));
    process.exit(1);
  }
}

/** @param {string} text */
export function say(text) {
  process.stderr.write(`mlruns: ${text}\n`);
}

/**
 * Runs a program to its end, its output on our standard error, and throws when it fails.
 *
 * @param {string} program
 * @param {readonly string[]} args
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {Promise<void>}
 */
export function run(program, args, env = process.env) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: repoRoot,
      env,
      stdio: ["ignore", 2, 2],
      shell: isWindows && program.endsWith(".cmd"),
    });
    child.once("error", reject);
    child.once("exit", (code, signal) => {
      if (code === 0) resolve();
      else reject(new Error(`failed (${signal ?? code}): ${[program, ...args].join(" ")}`));
    });
  });
}

/**
 * The script of a package's command, to be started by Node itself.
 *
 * @param {string} packageName
 * @param {string} command
 */
export function bin(packageName, command) {
  const folder = join(repoRoot, "node_modules", packageName);
  const { bin: commands } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  return join(folder, typeof commands === "string" ? commands : commands[command]);
}

/** Compares versions, not times: npm notes in `node_modules/.package-lock.json` what it has installed. */
function nodeModulesMatchLock() {
  const installedFile = join(repoRoot, "node_modules", ".package-lock.json");
  if (!existsSync(installedFile)) return false;
  const wanted = JSON.parse(readFileSync(join(repoRoot, "package-lock.json"), "utf8")).packages;
  const installed = JSON.parse(readFileSync(installedFile, "utf8")).packages;
  return Object.entries(wanted).every(([path, entry]) => {
    if (path === "") return true;
    if (installed[path] === undefined)
      return Boolean(entry.optional || entry.devOptional || entry.peer);
    return installed[path].version === entry.version;
  });
}

function buildIsFresh() {
  const outputs = ["cli/main.js", "viewer/index.html", "viewer-single/viewer.js"].map((name) =>
    join(repoRoot, "dist", name),
  );
  if (![buildStamp, ...outputs].every((path) => existsSync(path))) return false;
  const built = Date.parse(readFileSync(buildStamp, "utf8"));
  const sources = [
    "lib",
    "viewer",
    "package-lock.json",
    "tsconfig.base.json",
    "vite.config.ts",
    "vite.lib.config.ts",
  ];
  return sources.every((name) => newestChange(join(repoRoot, name)) < built);
}

/**
 * Removes types whose source is gone, which tsc leaves, and scripts that this build has not written: the package would
 * carry them.
 *
 * @param {Date} started
 */
async function removeStaleOutput(started) {
  const dist = join(repoRoot, "dist");
  for (const file of readdirSync(dist, { recursive: true, encoding: "utf8" })) {
    if (/^viewer(-single)?[\\/]/.test(file)) continue;
    const path = join(dist, file);
    const source = join(repoRoot, "lib", file.replace(/\.d\.ts$/, ".ts"));
    const isStale = file.endsWith(".d.ts")
      ? !existsSync(source)
      : file.endsWith(".js") && statSync(path).mtime < started;
    if (isStale) await rm(path);
  }
}

/**
 * The latest change below a path. A folder's own time counts too: it tells of files that were removed.
 *
 * @param {string} path
 * @returns {number} milliseconds since the epoch
 */
function newestChange(path) {
  const status = statSync(path);
  if (!status.isDirectory()) return status.mtimeMs;
  return Math.max(
    status.mtimeMs,
    ...readdirSync(path).map((name) => newestChange(join(path, name))),
  );
}

/** The folder of what is shared by checkouts, outside of the repository. */
export function testCache() {
  const cache = process.env.XDG_CACHE_HOME || join(homedir(), ".cache");
  return process.env.MLRUNS_TEST_CACHE || join(cache, "mlruns-test");
}

async function findPython() {
  const names = [process.env.MLRUNS_TEST_PYTHON, "python3", "python"].filter(
    (name) => name !== undefined,
  );
  const found = names.find(isUsablePython);
  if (found !== undefined) return found;
  await aptInstall("python3", "python3-venv");
  if (isUsablePython("python3")) return "python3";
  throw new Error(
    "The tests ask real MLflow and need Python 3.10 or newer: install it (Debian: apt-get install python3 python3-venv) or name one in MLRUNS_TEST_PYTHON",
  );
}

/** @param {string} python */
function isUsablePython(python) {
  try {
    execFileSync(python, ["-c", "import sys; sys.exit(sys.version_info < (3, 10))"], {
      stdio: "ignore",
    });
    return true;
  } catch {
    return false;
  }
}

/**
 * @param {string} python
 * @param {string} folder
 */
async function makeVirtualEnvironment(python, folder) {
  try {
    await run(python, ["-m", "venv", folder]);
  } catch (error) {
    // Debian's python3 comes without the package that `venv` needs.
    if (!(await aptInstall("python3-venv"))) {
      throw new Error(`${python} -m venv failed: on Debian, apt-get install python3-venv`, {
        cause: error,
      });
    }
    await run(python, ["-m", "venv", "--clear", folder]);
  }
}

function findChromium() {
  const { CHROMIUM_PATH } = process.env;
  if (CHROMIUM_PATH) {
    if (!isExecutable(CHROMIUM_PATH))
      throw new Error(`CHROMIUM_PATH names no program: ${CHROMIUM_PATH}`);
    return CHROMIUM_PATH;
  }
  const names = [
    "chromium",
    "chromium-browser",
    "google-chrome-stable",
    "google-chrome",
    "chrome.exe",
  ];
  const folders = (process.env.PATH ?? "").split(delimiter).filter((folder) => folder !== "");
  const candidates = names.flatMap((name) => folders.map((folder) => join(folder, name)));
  return [...candidates, "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"].find(
    isExecutable,
  );
}

/** @param {string} path */
function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/**
 * Installs Debian packages where that is ours to do: as root, with apt-get.
 *
 * @param {readonly string[]} packages
 * @returns {Promise<boolean>} whether it was done
 */
export async function aptInstall(...packages) {
  if (process.getuid?.() !== 0 || !existsSync("/usr/bin/apt-get")) return false;
  await mkdir(testCache(), { recursive: true });
  await withLock(join(testCache(), "apt.lock"), async () => {
    say(`installing Debian packages: ${packages.join(" ")}`);
    const apt = ["DEBIAN_FRONTEND=noninteractive", "apt-get", "--quiet", "--yes"];
    await run("env", [...apt, "update"]);
    await run("env", [...apt, "install", "--no-install-recommends", ...packages]);
  });
  return true;
}
