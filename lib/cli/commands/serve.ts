import { existsSync } from "node:fs";
import { relative } from "node:path";
import { Command, Option } from "commander";
import open from "open";
import pc from "picocolors";
import { MlrunsClient } from "../../client/client.ts";
import { type RunningServer, serve } from "../../server/index.ts";
import { port, several } from "../options.ts";
import { print, warn, warnProblems } from "../output.ts";

interface Options {
  readonly port?: number;
  readonly host: string;
  readonly open: boolean;
  readonly readOnly: boolean;
  readonly staticPrefix?: string;
  readonly allowedHosts?: readonly string[];
  readonly corsAllowedOrigins?: readonly string[];
  readonly title?: string;
}

const DEFAULT_PORT = 5_000;

export const serveCommand: Command = new Command("serve")
  .description("serve the viewer over a tree of runs")
  .argument("[root]", "the mlruns folder (default: MLFLOW_TRACKING_URI, else ./mlruns)")
  .addOption(
    new Option(
      "-p, --port <port>",
      "port, 0 for any free one (default: 5000, or the next free one)",
    ).argParser(port),
  )
  .option("-h, --host <host>", "address to listen on", "127.0.0.1")
  .option("--no-open", "do not open a browser")
  .option("--read-only", "refuse every change", false)
  .option("--title <title>", "title of the page")
  .option("--static-prefix <path>", "serve everything below this path")
  .option(
    "--allowed-hosts <host>",
    "further host names to answer for, * for all; may be repeated",
    several,
  )
  .option(
    "--cors-allowed-origins <origin>",
    "further origins whose pages may write; may be repeated",
    several,
  )
  .helpOption("--help", "display help for command")
  .action(async (root: string | undefined, options: Options) => {
    const client = new MlrunsClient(root, { followLinks: false });
    // The root that is named must be there; the usual one is made, so that clients can log to it.
    if (root !== undefined || existsSync(client.root)) client.checkRoot();
    const server = await serve(client, {
      ...options,
      port: options.port ?? DEFAULT_PORT,
      movesOn: options.port === undefined,
      rootLabel: labelOf(client.root),
    });
    await announce(client, server, options);
    await stopSignal();
    warn("stopping");
    await server.close();
  });

async function announce(
  client: MlrunsClient,
  server: RunningServer,
  options: Options,
): Promise<void> {
  if (options.port === undefined && server.port !== DEFAULT_PORT) {
    warn(`port ${DEFAULT_PORT} is taken, so this is ${server.port}`);
  }
  print(`${labelOf(client.root)} is served at ${pc.bold(server.url)}`);
  if (!["127.0.0.1", "localhost", "::1"].includes(options.host)) {
    warn(
      `${pc.yellow("warning")} anybody who reaches ${options.host} can read this tree: there is no access control`,
    );
  }
  const { problems } = await client.scanExperiments("ALL");
  warnProblems(problems);
  // Without a display there is no browser to open, and a script does not want one.
  if (options.open && process.stdout.isTTY) await open(server.url).catch(() => undefined);
}

/** Resolves at Ctrl+C or when the process is asked to end. */
function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    process.once("SIGINT", () => resolve());
    process.once("SIGTERM", () => resolve());
  });
}

/** The root as the user would type it from here. */
function labelOf(root: string): string {
  const path = relative(process.cwd(), root);
  return path === "" || path.startsWith("..") ? root : `./${path}`;
}
