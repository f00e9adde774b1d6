import { join } from "node:path";
import getPort from "get-port";
import { ensureBuild, repoRoot } from "../../.ci/ensure.mjs";
import { type RunningServer, startServer } from "./processes.ts";

export type { RunningServer };

// At import, not in a test, where the time limit would count.
await ensureBuild();

/** The entry of the built CLI, to be started by Node. */
export const cliPath: string = join(repoRoot, "dist", "cli", "main.js");

export interface ServeOptions {
  /** Further arguments of `mlruns serve`, such as `--read-only`. */
  readonly args?: readonly string[];
  readonly cwd?: string;
  /** Instead of the environment of the tests. */
  readonly env?: NodeJS.ProcessEnv;
  /** Default: a free one. */
  readonly port?: number;
}

/** Starts the built `mlruns serve ROOT` on 127.0.0.1 and waits until it answers. */
export async function serve(root: string, options: ServeOptions = {}): Promise<RunningServer> {
  const port = options.port ?? (await getPort());
  const where = ["--port", String(port), "--host", "127.0.0.1", "--no-open"];
  return startServer({
    program: process.execPath,
    args: [cliPath, "serve", root, ...where, ...(options.args ?? [])],
    options: { cwd: options.cwd, env: options.env },
    port,
  });
}
