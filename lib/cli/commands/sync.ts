import { writeFile } from "node:fs/promises";
import { Command } from "commander";
import type { SyncOptions, SyncReport } from "../../client/sync.ts";
import { invalidParameter } from "../../errors.ts";
import { print } from "../output.ts";
import { addSyncOptions, type SyncFlags, toSyncOptions } from "../sync-options.ts";
import { reportSync, runStoppable, showProgress, stepLine } from "../sync-output.ts";

/** Loaded when files move: `--help` does not need it. */
const engine = (): Promise<typeof import("../../client/sync.ts")> => import("../../client/sync.ts");

interface PushFlags extends SyncFlags {
  readonly versions?: boolean;
  readonly manifest?: boolean;
}

interface PullFlags extends SyncFlags {
  readonly version?: string;
}

export const pushCommand: Command = addSyncOptions(
  new Command("push")
    .description("copy a folder to a store: what is there with the same content is passed over")
    .argument("<folder>", "such as mlruns/0/<run id>/artifacts, or a whole mlruns folder")
    .argument("[uri]", "s3://, gs://, wasbs://, abfss:// or azure:// (default: ARTIFACT_ROOT)"),
)
  .option("--no-versions", "record no version, and keep nothing of what is overwritten")
  .option("--manifest", "write <folder>.manifest.jsonl, from which pull brings this version")
  .action((folder: string, uri: string | undefined, flags: PushFlags) =>
    run(flags, async (options) => {
      const to = uri ?? process.env.ARTIFACT_ROOT;
      if (!to) throw invalidParameter("Where to? Give a URI or set ARTIFACT_ROOT.");
      const { syncArtifacts, manifestFileOf, printVersion } = await engine();
      const report = await syncArtifacts(folder, to, { ...options, versions: flags.versions });
      if (flags.manifest && report.version !== undefined) {
        await writeFile(manifestFileOf(folder), await printVersion(to, report.version));
      }
      return report;
    }),
  );

export const pullCommand: Command = addSyncOptions(
  new Command("pull")
    .description(
      "copy from a store to a folder: what is there with the same content is passed over",
    )
    .argument("<uri>", "s3://, gs://, wasbs://, abfss://, azure://, runs:/, models:/ or a manifest")
    .argument("<folder>", "it is made if it is not there"),
)
  .option("--version <version>", "as it was then: HEAD~1, a tag, or the beginning of an id")
  .action((uri: string, folder: string, flags: PullFlags) =>
    run(flags, async (options) => {
      const { isManifestFile, resolveArtifacts, restoreManifest, restoreVersion, syncArtifacts } =
        await engine();
      if (await isManifestFile(uri)) return restoreManifest(uri, folder, options);
      const from = await resolveArtifacts(uri);
      return flags.version === undefined
        ? syncArtifacts(from, folder, options)
        : restoreVersion(from, flags.version, folder, options);
    }),
  );

export const syncCommand: Command = addSyncOptions(
  new Command("sync")
    .description("make one place hold the files of another; each is a folder or a URI")
    .argument("<from>", "folder or URI")
    .argument("<to>", "folder or URI"),
).action((from: string, to: string, flags: SyncFlags) =>
  run(flags, async (options) => (await engine()).syncArtifacts(from, to, options)),
);

/** Moves files with what the options say, shows how far it is, and tells how it ended. */
async function run(
  flags: SyncFlags,
  move: (options: SyncOptions) => Promise<SyncReport>,
): Promise<void> {
  await runStoppable(async (signal) => {
    const progress = showProgress();
    try {
      const report = await move({
        ...toSyncOptions(flags),
        signal,
        onProgress: progress.update,
        onStep: (step) => {
          if (flags.dryRun && !flags.json) print(stepLine(step));
        },
      });
      progress.end();
      return reportSync(report, flags.json ?? false);
    } finally {
      progress.end();
    }
  });
}
