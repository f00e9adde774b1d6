import { Command, Option } from "commander";
import { rootOf } from "../../client/environment.ts";
import { type ImportOptions, importInto } from "../../exchange/import.ts";
import { EXCHANGE_CODES, reportExchange, showExchange } from "../exchange-output.ts";
import { type RootOption, rootOption } from "../options.ts";
import { runStoppable } from "../sync-output.ts";

interface Options extends RootOption {
  readonly artifacts: NonNullable<ImportOptions["artifacts"]>;
  readonly artifactsRoot?: string;
  readonly json?: boolean;
}

export const importCommand: Command = new Command("import")
  .description(
    "take an MLflow database, a running server, a zip, TensorBoard logs or a table into a tree",
  )
  .argument(
    "<source>",
    "sqlite:///mlflow.db, postgresql://user@host/db, http://host:5000, run.zip, a folder of event files, runs.csv",
  )
  .addOption(rootOption())
  .addOption(
    new Option("--artifacts <how>", "those in buckets stay there or are copied; none copies none")
      .choices(["stay", "copy", "none"])
      .default("stay"),
  )
  .option(
    "--artifacts-root <folder>",
    "where a server kept what clients sent it (default: mlartifacts beside the database)",
  )
  .option("--json", "print the report as JSON")
  .addHelpText(
    "after",
    `
Ids and times stay. What the tree has is passed over: after an interruption, run the same command again.
Exit codes: 0 all is there, 1 failed, 2 wrong usage, 3 some of it could not be carried and is named, 130 interrupted.`,
  )
  .action((source: string, { root, artifacts, artifactsRoot, json }: Options) =>
    runStoppable(async (signal) => {
      const started = performance.now();
      const progress = showExchange();
      try {
        const report = await importInto(rootOf(root), source, {
          artifacts,
          ...(artifactsRoot !== undefined && { artifactsRoot }),
          signal,
          onProgress: progress.update,
        });
        progress.end();
        const elapsedMs = performance.now() - started;
        return reportExchange(report, { isJson: json ?? false, elapsedMs });
      } finally {
        progress.end();
      }
    }, EXCHANGE_CODES),
  );
