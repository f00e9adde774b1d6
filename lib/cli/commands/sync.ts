import { statSync } from "node:fs";
import { Command, InvalidArgumentError } from "commander";
import { openTree } from "../options.ts";
import { print } from "../output.ts";
import { addSyncOptions, type SyncFlags } from "../sync-options.ts";
import { engine, runSync, stepLine } from "../sync-output.ts";

interface PullFlags extends SyncFlags {
  readonly version?: string;
}

interface WatchFlags extends SyncFlags {
  readonly watch?: number | true;
}

export const pullCommand: Command = addSyncOptions(
  new Command("pull")
    .description(
      "copy from a store to a folder: what is there with the same content is passed over",
    )
    .argument(
      "[uri]",
      "s3://, gs://, wasbs://, abfss://, azure://, runs:/, models:/ or a manifest (default: the tree's manifests)",
    )
    .argument("[folder]", "it is made if it is not there; with the tree's manifests the tree"),
)
  .option("--version <version>", "as it was then: HEAD~1, a tag, or the beginning of an id")
  .action((uri: string | undefined, folder: string | undefined, flags: PullFlags) => {
    if (uri === undefined || (folder === undefined && isFolder(uri))) {
      return runSync(flags, async (options) => {
        const { pullManifests } = await import("../../travel/git/pull-manifests.ts");
        return pullManifests(openTree(uri === undefined ? {} : { root: uri }).root, options);
      });
    }
    if (folder === undefined) pullCommand.error("error: missing required argument 'folder'");
    return runSync(flags, async (options) => {
      const { isManifestFile, resolveArtifacts, restoreManifest, restoreVersion, syncArtifacts } =
        await engine();
      if (await isManifestFile(uri)) return restoreManifest(uri, folder, options);
      const from = await resolveArtifacts(uri);
      return flags.version === undefined
        ? syncArtifacts(from, folder, options)
        : restoreVersion(from, flags.version, folder, options);
    });
  });

export const syncCommand: Command = addSyncOptions(
  new Command("sync")
    .description("make one place hold the files of another; each is a folder or a URI")
    .argument("<from>", "folder or URI")
    .argument("<to>", "folder or URI"),
)
  .option(
    "--watch [seconds]",
    "look again every so many seconds (default: 5), until Ctrl+C or the end of the run whose folder it is",
    parseSeconds,
  )
  .action((from: string, to: string, flags: WatchFlags) =>
    runSync(flags, async (options) => {
      const { runEndOf, syncArtifacts, watchArtifacts } = await engine();
      if (flags.watch === undefined) return syncArtifacts(from, to, options);
      const intervalMs = flags.watch === true ? undefined : flags.watch * 1_000;
      const onStep: typeof options.onStep = (step) => {
        if (!flags.json) print(stepLine(step));
      };
      const isOver = runEndOf(from);
      return watchArtifacts(from, to, { ...options, intervalMs, isOver, onStep });
    }),
  );

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function parseSeconds(text: string): number {
  const seconds = Number(text);
  if (seconds > 0) return seconds;
  throw new InvalidArgumentError("A number of seconds is expected.");
}
