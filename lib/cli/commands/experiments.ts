import { Command } from "commander";
import { EXIT } from "../exit.ts";
import { openTree, type RootOption, rootOption, toViewType, viewOption } from "../options.ts";
import { printJson, printTable, shortTime, warnProblems } from "../output.ts";

interface Options extends RootOption {
  readonly view: string;
  readonly filter?: string;
  readonly json?: boolean;
}

export const experimentsCommand: Command = new Command("experiments")
  .description("list experiments, newest first")
  .addOption(rootOption())
  .addOption(viewOption())
  .option("-f, --filter <filter>", "MLflow filter, such as \"name LIKE 'vision%'\"")
  .option("--json", "print JSON, one experiment a line")
  .action(async (options: Options) => {
    const client = openTree(options);
    const { problems } = await client.scanExperiments("ALL");
    const { experiments } = await client.searchExperiments({
      viewType: toViewType(options.view),
      maxResults: 50_000,
      ...(options.filter !== undefined && { filter: options.filter }),
    });
    if (options.json) for (const experiment of experiments) printJson(experiment);
    else {
      const rows = await Promise.all(
        experiments.map(async (experiment) => {
          const { records } = await client.scanRuns(experiment.experimentId);
          const active = records.filter(({ run }) => run.info.lifecycleStage === "active");
          const created = shortTime(experiment.creationTime);
          return [
            experiment.experimentId,
            experiment.name,
            String(active.length),
            created,
            experiment.lifecycleStage,
          ];
        }),
      );
      printTable(["id", "name", "runs", "created", "state"], rows);
    }
    if (warnProblems(problems)) process.exitCode = EXIT.doneInPart;
  });
