import { existsSync } from "node:fs";
import { relative } from "node:path";
import { Command, Option } from "commander";
import { MlrunsClient } from "../../client/client.ts";
import { openRoots, RootsClient } from "../../client/roots-client.ts";
import { invalidParameter } from "../../errors.ts";
import type { RunningServer } from "../../server/index.ts";
import type { CloudMirror } from "../../travel/cloud/mirror.ts";
import { errColors, outColors } from "../colors.ts";
import { list, port } from "../options.ts";
import { print, showReading, warn, warnProblems } from "../output.ts";

interface Options {
  readonly port?: number;
  readonly host: string;
  readonly open: boolean;
  readonly readOnly: boolean;
  readonly staticPrefix?: string;
  readonly allowedHosts?: readonly string[];
  readonly corsAllowedOrigins?: readonly string[];
  readonly xFrameOptions?: "SAMEORIGIN" | "DENY" | "NONE";
  readonly title?: string;
  readonly auth?: string;
  readonly artifactsRoot?: string;
  readonly defaultArtifactRoot?: string;
  readonly serveArtifacts?: boolean;
  readonly artifactsOnly?: boolean;
  readonly artifactsDestination?: string;
}

const DEFAULT_PORT = 5_000;
const LOOPBACK = ["127.0.0.1", "localhost", "::1"];

/** An option with the variable that MLflow's server reads for it. */
function option(flags: string, description: string, variable: string): Option {
  return new Option(flags, description).env(variable);
}

export const serveCommand: Command = new Command("serve")
  .description(
    "serve the viewer over a tree of runs, and MLflow's REST API for clients that log to it",
  )
  .argument(
    "[roots...]",
    "mlruns folders, or patterns in quotes, to be shown as one (default: MLFLOW_TRACKING_URI, else ./mlruns); or one s3://, gs://, abfss:// …: to be looked at",
  )
  .addOption(
    option(
      "-p, --port <port>",
      "0 for any free one (default: 5000, or the next free one)",
      "MLFLOW_PORT",
    ).argParser(port),
  )
  .addOption(
    option("-h, --host <host>", "address to listen on", "MLFLOW_HOST").default("127.0.0.1"),
  )
  .option("--no-open", "do not open a browser")
  .option("--read-only", "refuse every change", false)
  .option("--title <title>", "title of the page")
  .option(
    "--auth <basic:file>",
    "ask for a password; `mlruns auth add` makes the file. MLRUNS_AUTH_TOKEN is a bearer token",
  )
  .addOption(
    option(
      "--artifacts-root <uri>",
      "where new experiments keep artifacts, such as s3://bucket/path; clients go there themselves",
      "MLFLOW_DEFAULT_ARTIFACT_ROOT",
    ),
  )
  .addOption(
    new Option("--default-artifact-root <uri>", "the same, as MLflow calls it").env(
      "ARTIFACT_ROOT",
    ),
  )
  .option(
    "--serve-artifacts",
    "clients reach artifacts through this server, those below --artifacts-root too",
  )
  .option("--no-serve-artifacts", "tell clients paths of this machine instead")
  .option("--artifacts-only", "serve artifacts and nothing else")
  .addOption(
    option(
      "--artifacts-destination <folder>",
      "for proxied artifacts of no run (default: mlartifacts beside the tree)",
      "MLFLOW_ARTIFACTS_DESTINATION",
    ),
  )
  .addOption(
    option("--static-prefix <path>", "serve everything below this path", "MLFLOW_STATIC_PREFIX"),
  )
  .addOption(
    option(
      "--allowed-hosts <hosts>",
      "further host names to answer for, with commas; * for all",
      "MLFLOW_SERVER_ALLOWED_HOSTS",
    ).argParser(list),
  )
  .addOption(
    option(
      "--cors-allowed-origins <origins>",
      "further origins whose pages may write, with commas",
      "MLFLOW_SERVER_CORS_ALLOWED_ORIGINS",
    ).argParser(list),
  )
  .addOption(
    option(
      "--x-frame-options <value>",
      "which pages may show this one in a frame",
      "MLFLOW_SERVER_X_FRAME_OPTIONS",
    ).choices(["SAMEORIGIN", "DENY", "NONE"]),
  )
  .helpOption("--help", "display help for command")
  .action(async (roots: readonly string[], options: Options) => {
    const uri = bucketUri(roots);
    const mirror = uri === undefined ? undefined : await openMirror(uri);
    const trees = await openServed(mirror === undefined ? roots : [mirror.root]);
    const { artifactsRoot, defaultArtifactRoot, auth, ...rest } = options;
    const serveArtifacts = options.serveArtifacts ?? flag("MLFLOW_SERVE_ARTIFACTS");
    // MLflow's destination may be a bucket behind the proxy: that is a root to which clients do not go themselves.
    const isBucket = /^(?!file:)[a-z][a-z0-9+.-]+:/i.test(options.artifactsDestination ?? "");
    const location =
      artifactsRoot ?? defaultArtifactRoot ?? (isBucket ? options.artifactsDestination : undefined);
    const token = process.env.MLRUNS_AUTH_TOKEN;
    const { serve } = await import("../../server/index.ts");
    const server = await serve(trees, {
      ...rest,
      artifactsOnly: options.artifactsOnly ?? flag("MLFLOW_ARTIFACTS_ONLY") ?? false,
      ...(location !== undefined && { artifactsRoot: location }),
      ...(serveArtifacts !== undefined && { serveArtifacts }),
      // Without being asked to, the server does not stand between clients and a bucket.
      proxyArtifactsRoot: isBucket || (location !== undefined && serveArtifacts === true),
      ...(auth !== undefined && { passwordFile: passwordFile(auth) }),
      ...(token && { token }),
      port: options.port ?? DEFAULT_PORT,
      movesOn: options.port === undefined,
      labelOf: uri === undefined ? labelOf : () => uri,
      ...(mirror && { readOnly: true, prepare: (path: string) => mirror.prepare(path) }),
    });
    await announce(trees, server, uri, options, auth !== undefined || Boolean(token));
    await stopSignal();
    warn("stopping when open requests have their answers; once more to stop at once");
    await server.close();
  });

/** The tree in a bucket that is to be served. @throws MlrunsError when there are other roots, too */
function bucketUri(roots: readonly string[]): string | undefined {
  const uri = roots.find((root) => /^(s3|gs|wasbs|abfss|azure):\/\//i.test(root));
  if (uri === undefined || roots.length === 1) return uri;
  throw invalidParameter(`A tree in a bucket is served by itself: '${uri}'.`, {
    hint: "Start another `mlruns serve` for it, or bring it here with `mlruns pull`.",
  });
}

/** The root that is named must be there; the usual one is made, so that clients can log to it. */
async function openServed(roots: readonly string[]): Promise<RootsClient> {
  const options = { followLinks: false, onProgress: showReading() };
  if (roots.length > 0) return openRoots(roots, { ...options, isTolerant: true });
  const client = new MlrunsClient(undefined, options);
  if (existsSync(client.root)) client.checkRoot();
  return new RootsClient([client]);
}

async function openMirror(uri: string): Promise<CloudMirror> {
  const { CloudMirror } = await import("../../travel/cloud/mirror.ts");
  return CloudMirror.open(uri, { onProgress: warn });
}

async function announce(
  trees: RootsClient,
  server: RunningServer,
  uri: string | undefined,
  options: Options,
  isGuarded: boolean,
): Promise<void> {
  if (options.port === undefined && server.port !== DEFAULT_PORT) {
    warn(`port ${DEFAULT_PORT} is taken, so this is ${server.port}`);
  }
  const [root = ""] = trees.roots;
  const what =
    trees.roots.length > 1 ? `${trees.roots.length} roots are` : `${uri ?? labelOf(root)} is`;
  print(`${what} served at ${outColors.bold(server.url)}`);
  if (server.roots.length > 1) {
    for (const { root, url } of server.roots) print(`  ${labelOf(root)}: clients log to ${url}`);
  }
  if (!LOOPBACK.includes(options.host) && !isGuarded) {
    const may = options.readOnly ? "read" : "read and change";
    warn(
      `${errColors.yellow("warning")} anybody who reaches ${options.host} can ${may} ${trees.roots.length > 1 ? "these trees" : "this tree"}: --auth asks for a password`,
    );
  }
  const { problems } = await trees.scanExperiments();
  warnProblems(problems);
  // Without a display there is no browser to open, and a script does not want one.
  if (!options.open || !process.stdout.isTTY) return;
  const { default: open } = await import("open");
  await open(server.url).catch(() => undefined);
}

/** A variable that is a switch: MLflow takes `true` and `1`. Undefined when it is not set. */
function flag(variable: string): boolean | undefined {
  const value = process.env[variable];
  return value ? /^(1|true|yes|on)$/i.test(value) : undefined;
}

/** The file of `--auth basic:FILE`. */
function passwordFile(auth: string): string {
  if (auth.startsWith("basic:") && auth.length > "basic:".length)
    return auth.slice("basic:".length);
  throw invalidParameter(`'${auth}' is no way to ask for a password.`, {
    hint: "Give --auth basic:FILE.",
  });
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
