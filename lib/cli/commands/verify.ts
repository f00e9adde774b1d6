import { Command } from "commander";
import type { FilterRule, SyncStep } from "../../client/sync.ts";
import { print, printJson, warn } from "../output.ts";
import { addFilterOptions, EXIT_CODES } from "../sync-options.ts";
import { exitOfDifferences, runStoppable, shortBytes } from "../sync-output.ts";

interface Flags {
  readonly full?: boolean;
  readonly json?: boolean;
  readonly filters?: readonly FilterRule[];
}

export const verifyCommand: Command = addFilterOptions(
  new Command("verify")
    .description("check that a store holds the files of a folder, and name each that differs")
    .argument("<folder>", "folder or URI")
    .argument("<uri>", "folder or URI"),
)
  .option("--full", "read every byte on both sides, instead of trusting the store's digests")
  .option("--json", "print one JSON record")
  .addHelpText("after", EXIT_CODES)
  .action((folder: string, uri: string, { json, ...options }: Flags) =>
    runStoppable(async () => {
      const { verifyArtifacts } = await import("../../client/sync.ts");
      const report = await verifyArtifacts(folder, uri, options);
      if (json) printJson(report);
      else {
        for (const { path, difference, changed } of report.differences) {
          const isTheirs = changed === "to" || changed === "both";
          print(`${difference} ${path}${isTheirs ? " (changed there since it was pushed)" : ""}`);
        }
        for (const path of report.unrecorded) warn(`not as the last version has it: ${path}`);
        const { files, bytes } = report.same;
        print(
          `${files} files are the same (${shortBytes(bytes)}), ${report.differences.length} differ`,
        );
      }
      return exitOfDifferences(report.differences.length);
    }),
  );

export const statusCommand: Command = addFilterOptions(
  new Command("status")
    .description("say what push or pull would move between a folder and a store")
    .argument("<folder>", "folder")
    .argument("<uri>", "s3://, gs://, wasbs://, abfss:// or azure://"),
)
  .option("--json", "print one JSON record")
  .addHelpText("after", EXIT_CODES)
  .action((folder: string, uri: string, { json, filters }: Flags) =>
    runStoppable(async (signal) => {
      const steps: SyncStep[] = [];
      const look = { dryRun: true, delete: true, deleteAll: true, signal, filters };
      const onStep = (step: SyncStep): void => void steps.push(step);
      const { syncArtifacts } = await import("../../client/sync.ts");
      const { unchanged } = await syncArtifacts(folder, uri, { ...look, onStep });
      const paths = (isMeant: (step: SyncStep) => boolean): string[] =>
        steps.filter(isMeant).map(({ path }) => path);
      const onlyHere = paths(({ reason }) => reason === "new");
      const onlyThere = paths(({ op }) => op === "delete");
      const differ = paths(({ op, reason }) => op === "copy" && reason !== "new");
      if (json) printJson({ onlyHere, onlyThere, differ, unchanged: unchanged.files });
      else {
        for (const path of onlyHere) print(`to push  ${path}`);
        for (const path of onlyThere) print(`to pull  ${path}`);
        for (const path of differ) print(`differs  ${path}`);
        print(
          `${onlyHere.length} to push, ${onlyThere.length} to pull, ${differ.length} differ, ${unchanged.files} unchanged`,
        );
      }
      return 0;
    }),
  );
