import { Command } from "commander";
import { invalidParameter } from "../../errors.ts";
import { print } from "../output.ts";
import { addSyncOptions, type SyncFlags, toSyncOptions } from "../sync-options.ts";
import { reportSync, runStoppable, showProgress, stepLine } from "../sync-output.ts";

export const pushCommand: Command = addSyncOptions(
  new Command("push")
    .description("copy a folder to a store: what is there with the same content is passed over")
    .argument("<folder>", "such as mlruns/0/<run id>/artifacts, or a whole mlruns folder")
    .argument("[uri]", "s3://, gs://, wasbs://, abfss:// or azure:// (default: ARTIFACT_ROOT)"),
).action((folder: string, uri: string | undefined, flags: SyncFlags) =>
  run(folder, uri ?? process.env.ARTIFACT_ROOT, flags),
);

export const pullCommand: Command = addSyncOptions(
  new Command("pull")
    .description(
      "copy from a store to a folder: what is there with the same content is passed over",
    )
    .argument("<uri>", "s3://, gs://, wasbs://, abfss:// or azure://")
    .argument("<folder>", "it is made if it is not there"),
).action((uri: string, folder: string, flags: SyncFlags) => run(uri, folder, flags));

export const syncCommand: Command = addSyncOptions(
  new Command("sync")
    .description("make one place hold the files of another; each is a folder or a URI")
    .argument("<from>", "folder or URI")
    .argument("<to>", "folder or URI"),
).action((from: string, to: string, flags: SyncFlags) => run(from, to, flags));

async function run(from: string, to: string | undefined, flags: SyncFlags): Promise<void> {
  await runStoppable(async (signal) => {
    if (!to) throw invalidParameter("Where to? Give a URI or set ARTIFACT_ROOT.");
    const { syncArtifacts } = await import("../../client/sync.ts");
    const progress = showProgress();
    try {
      const report = await syncArtifacts(from, to, {
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
