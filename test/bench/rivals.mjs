import { execFileSync, spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import getPort from "get-port";
import { ensureMlflow, ensurePython, repoRoot } from "../../.ci/ensure.mjs";

/** Variables with which MLflow opens file stores and tells nobody. */
export const MLFLOW_ENV = {
  ...process.env,
  MLFLOW_ALLOW_FILE_STORE: "true",
  MLFLOW_DISABLE_TELEMETRY: "true",
  DO_NOT_TRACK: "true",
  GIT_PYTHON_REFRESH: "quiet",
};

/** Python with the MLflow that we are measured against. */
export const mlflowPython = () => ensureMlflow("3.17.2");

/**
 * A tracking server that runs.
 *
 * @typedef {object} Server
 * @property {number} port
 * @property {number} startSeconds - until it answered
 * @property {() => number} memory - bytes that it and its workers hold, what they share counted once
 * @property {() => Promise<void>} stop
 */

/**
 * Ours, over a tree.
 *
 * @param {string} root
 * @param {string} folder - for what it keeps
 */
export async function serveOurs(root, folder) {
  const main = join(repoRoot, "dist", "cli", "main.js");
  return start(
    process.execPath,
    (port) => [main, "serve", root, "--no-open", "--port", `${port}`],
    {
      ...process.env,
      MLRUNS_CACHE_DIR: join(folder, "cache"),
    },
  );
}

/**
 * `mlflow server`, with the workers that it starts by default.
 *
 * @param {string} store - a tree, or `sqlite:///file`
 * @param {string} folder - for what it keeps
 */
export async function serveMlflow(store, folder) {
  const python = await mlflowPython();
  const artifacts = ["--artifacts-destination", join(folder, "artifacts")];
  return start(
    python,
    (port) => [
      "-m",
      "mlflow",
      "server",
      "--backend-store-uri",
      store,
      "--port",
      `${port}`,
      ...artifacts,
    ],
    MLFLOW_ENV,
    folder,
  );
}

/**
 * FastTrackML on SQLite.
 *
 * @param {string} database - file
 * @param {string} folder - for artifacts
 */
export async function serveFastTrackML(database, folder) {
  const python = await ensurePython("fasttrackml", ["fasttrackml==0.6.0"]);
  return start(join(dirname(python), "fml"), (port) => [
    "server",
    "--listen-address",
    `127.0.0.1:${port}`,
    "--database-uri",
    `sqlite://${database}`,
    "--default-artifact-root",
    join(folder, "artifacts"),
    "--log-level",
    "error",
  ]);
}

/**
 * Starts a server and waits until it answers.
 *
 * @param {string} program
 * @param {(port: number) => string[]} args
 * @param {NodeJS.ProcessEnv} [env]
 * @param {string} [cwd]
 * @returns {Promise<Server>}
 */
async function start(program, args, env = process.env, cwd = undefined) {
  const port = await getPort();
  const began = performance.now();
  const child = spawn(program, args(port), { env, cwd, detached: true, stdio: "ignore" });
  let ended = false;
  child.once("exit", () => {
    ended = true;
  });
  const pid = child.pid ?? 0;
  const kill = () => process.kill(-pid, "SIGKILL");
  process.once("exit", kill);
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(1));
  while (!(await answers(port))) {
    if (ended) throw new Error(`${program} has ended`);
    if (performance.now() - began > 300_000) throw new Error(`${program} does not answer`);
    await sleep(10);
  }
  return {
    port,
    startSeconds: (performance.now() - began) / 1_000,
    memory: () => memoryOfGroup(pid),
    stop: async () => {
      process.off("exit", kill);
      process.kill(-pid, "SIGTERM");
      for (let i = 0; i < 100 && !ended; i++) await sleep(50);
      if (!ended) kill();
    },
  };
}

/** @param {number} port */
async function answers(port) {
  try {
    const url = `http://127.0.0.1:${port}/api/2.0/mlflow/experiments/get?experiment_id=0`;
    return (await fetch(url)).status === 200;
  } catch {
    return false;
  }
}

/**
 * Proportional set size of a process group: memory that several processes share is counted once. Linux only.
 *
 * @param {number} group
 */
function memoryOfGroup(group) {
  let bytes = 0;
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
      const processGroup = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[2]);
      if (processGroup !== group) continue;
      const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, "utf8");
      bytes += Number(/^Pss:\s+(\d+) kB/m.exec(rollup)?.[1] ?? 0) * 1_024;
    } catch {
      // It has ended meanwhile.
    }
  }
  return bytes;
}

/**
 * Runs a Python script in an environment with MLflow and gives what it prints as JSON on its last line.
 *
 * @param {string} script
 * @param {string[]} args
 */
export async function askMlflow(script, ...args) {
  const output = execFileSync(await mlflowPython(), ["-c", script, ...args], {
    env: MLFLOW_ENV,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
  return JSON.parse(output.trim().split("\n").at(-1) ?? "");
}
