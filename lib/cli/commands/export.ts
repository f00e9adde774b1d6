import { Command } from "commander";
import { exportFrom } from "../../exchange/export.ts";
import { EXCHANGE_CODES, reportExchange, showExchange } from "../exchange-output.ts";
import {
  findExperimentId,
  findRunId,
  openTree,
  type RootOption,
  RUN_WORDS,
  rootOption,
  several,
} from "../options.ts";
import { runStoppable } from "../sync-output.ts";

interface Options extends RootOption {
  readonly experiment?: readonly string[];
  readonly run?: readonly string[];
  readonly histories?: boolean;
  readonly json?: boolean;
}

export const exportCommand: Command = new Command("export")
  .description(
    "bring a tree, or some of its experiments or runs, to an MLflow server, a table or a zip",
  )
  .argument(
    "<destination>",
    "http://host:5000, run.zip, or a table: runs.csv, .json, .jsonl, .parquet",
  )
  .addOption(rootOption())
  .option("-e, --experiment <id or name>", "only this one, may be repeated", several)
  .option(
    "--run <run>",
    `only this run (${RUN_WORDS}) with its models and traces, may be repeated`,
    several,
  )
  .option("--histories", "into a table: a row for each point of a metric, not for each run")
  .option("--json", "print the report as JSON")
  .addHelpText(
    "after",
    `
What is there already is passed over: after an interruption, run the same command again.
Exit codes: 0 all is there, 1 failed, 2 wrong usage, 3 some of it could not be carried and is named, 130 interrupted.`,
  )
  .action((destination: string, options: Options) =>
    runStoppable(async (signal) => {
      const started = performance.now();
      const client = openTree(options);
      const experiments = options.experiment?.map((name) => findExperimentId(client, name));
      const runs = options.run?.map((id) => findRunId(client, id));
      const progress = showExchange();
      try {
        const report = await exportFrom(client.root, destination, {
          ...(experiments && { experimentIds: new Set(await Promise.all(experiments)) }),
          ...(runs && { runIds: new Set(await Promise.all(runs)) }),
          content: options.histories ? "histories" : "runs",
          signal,
          onProgress: progress.update,
        });
        progress.end();
        const elapsedMs = performance.now() - started;
        return reportExchange(report, { isJson: options.json ?? false, elapsedMs });
      } finally {
        progress.end();
      }
    }, EXCHANGE_CODES),
  );
