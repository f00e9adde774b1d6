import getPort from "get-port";
import { type RunningServer, startServer } from "./processes.ts";
import { type MlflowVersion, pythonEnvironment, pythonPath } from "./python.ts";

export interface MlflowServerOptions {
  /** `--backend-store-uri`: a tree, or such as `sqlite:///path`. */
  readonly backend: string;
  /** `--artifacts-destination`: where the server keeps artifacts that it takes. */
  readonly artifacts?: string;
  readonly args?: readonly string[];
  readonly cwd?: string;
  /** Default: a free one. */
  readonly port?: number;
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts a real `mlflow server` on a free port of 127.0.0.1 and waits until it answers, which takes some seconds. */
export async function startMlflowServer(
  version: MlflowVersion,
  options: MlflowServerOptions,
): Promise<RunningServer> {
  const port = options.port ?? (await getPort());
  const args = [
    "--backend-store-uri",
    options.backend,
    "--host",
    "127.0.0.1",
    "--port",
    String(port),
  ];
  if (options.artifacts !== undefined) args.push("--artifacts-destination", options.artifacts);
  return startServer({
    program: pythonPath(version),
    args: ["-m", "mlflow", "server", "--workers", "1", ...args, ...(options.args ?? [])],
    options: { cwd: options.cwd, env: pythonEnvironment(options.env) },
    port,
    ownGroup: true,
    startTimeoutMs: 120_000,
  });
}
