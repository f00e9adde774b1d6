import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { afterUse } from "./cleanup.ts";

/** A server that a test has started, stopped when the test (or, from a `beforeAll`, the file) is over. */
export interface RunningServer {
  /** Without a slash at the end, such as `http://127.0.0.1:41235`. */
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** Standard output and error so far. */
  output(): string;
  /** Asks it to end, by SIGTERM, and kills it when it does not within ten seconds. Resolves to its exit code or signal. */
  stop(by?: NodeJS.Signals): Promise<string>;
}

export interface ServerCommand {
  readonly program: string;
  readonly args: readonly string[];
  readonly options?: Pick<SpawnOptions, "cwd" | "env">;
  readonly port: number;
  /** For a program that starts workers of its own: all of them are stopped. */
  readonly ownGroup?: boolean;
  readonly startTimeoutMs?: number;
  /** What answers when the server is ready, instead of `/health` with 200. */
  readonly ready?: { readonly path: string; readonly status: number };
}

/**
 * Starts a program that serves HTTP on 127.0.0.1 and waits until `GET /health` answers 200, or what `ready` says.
 *
 * @throws Error with all that it printed when it ends or does not answer in time
 */
export async function startServer(command: ServerCommand): Promise<RunningServer> {
  const { port, ownGroup = false, ready = { path: "/health", status: 200 } } = command;
  const child = spawn(command.program, command.args, {
    ...command.options,
    detached: ownGroup,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  }
  const ended = exitOf(child);
  // A spawn that fails is told of below.
  ended.catch(() => undefined);
  const signal = (name: NodeJS.Signals): void => sendSignal(child, name, ownGroup);
  const forget = signalAtExit(signal);

  const server: RunningServer = {
    url: `http://127.0.0.1:${port}`,
    port,
    pid: child.pid ?? -1,
    output: () => output,
    stop: async (by = "SIGTERM") => {
      signal(by);
      const kill = setTimeout(() => signal("SIGKILL"), 10_000);
      const exit = await ended;
      clearTimeout(kill);
      forget();
      return exit;
    },
  };
  afterUse(async () => void (await server.stop()));

  const deadline = Date.now() + (command.startTimeoutMs ?? 30_000);
  const failed = ended.then((exit) => `ended with ${exit}`, String);
  while (!(await answers(`${server.url}${ready.path}`, ready.status))) {
    const why = await Promise.race([failed, sleep(50, undefined)]);
    if (why !== undefined) throw new Error(`${command.program} ${why}:\n${output}`);
    if (Date.now() > deadline) throw new Error(`${command.program} does not answer:\n${output}`);
  }
  return server;
}

/** The exit code of a process or the name of the signal that ended it. */
export function exitOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code, signal) => resolve(String(signal ?? code)));
  });
}

async function answers(url: string, status: number): Promise<boolean> {
  try {
    return (await fetch(url)).status === status;
  } catch {
    return false;
  }
}

function sendSignal(child: ChildProcess, signal: NodeJS.Signals, group: boolean): void {
  if (child.pid === undefined) return;
  try {
    if (group) process.kill(-child.pid, signal);
    else child.kill(signal);
  } catch (error) {
    // All of the group have ended.
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
  }
}

/** When the test run itself is stopped, no hook runs any more. */
function signalAtExit(signal: (name: NodeJS.Signals) => void): () => void {
  const end = (): void => signal("SIGKILL");
  const endAndExit = (): never => {
    end();
    process.exit(1);
  };
  process.once("exit", end).once("SIGINT", endAndExit).once("SIGTERM", endAndExit);
  return () => process.off("exit", end).off("SIGINT", endAndExit).off("SIGTERM", endAndExit);
}
