import { Command } from "commander";
import type { RootedExperiment, RootsClient } from "../../client/roots-client.ts";
import { EXIT } from "../exit.ts";
import {
  openTrees,
  type RootsOption,
  rootsOption,
  shortRoot,
  toViewType,
  viewOption,
} from "../options.ts";
import { printJson, printTable, shortTime, warnProblems } from "../output.ts";

interface Options extends RootsOption {
  readonly view: string;
  readonly filter?: string;
  readonly json?: boolean;
}

export const experimentsCommand: Command = new Command("experiments")
  .description("list experiments, newest first")
  .addOption(rootsOption())
  .addOption(viewOption())
  .option("-f, --filter <filter>", "MLflow filter, such as \"name LIKE 'vision%'\"")
  .option("--json", "print JSON, one experiment a line")
  .action(async (options: Options) => {
    const trees = await openTrees(options);
    const { problems } = await trees.scanExperiments();
    const { experiments } = await trees.searchExperiments({
      viewType: toViewType(options.view),
      maxResults: 50_000,
      ...(options.filter !== undefined && { filter: options.filter }),
    });
    const hasRoots = trees.roots.length > 1;
    if (options.json) {
      for (const { root, ...experiment } of experiments) {
        printJson(hasRoots ? { ...experiment, root } : experiment);
      }
    } else {
      const rows = await Promise.all(
        experiments.map(async (experiment) => {
          const created = shortTime(experiment.creationTime);
          return [
            ...(hasRoots ? [shortRoot(experiment.root)] : []),
            experiment.experimentId,
            experiment.name,
            String(await countRuns(trees, experiment)),
            created,
            experiment.lifecycleStage,
          ];
        }),
      );
      printTable([...(hasRoots ? ["root"] : []), "id", "name", "runs", "created", "state"], rows);
    }
    if (warnProblems(problems)) process.exitCode = EXIT.doneInPart;
  });

/** Runs that are not deleted. */
async function countRuns(trees: RootsClient, experiment: RootedExperiment): Promise<number> {
  const client = trees.clients.find(({ root }) => root === experiment.root);
  const scan = await client?.scanRuns(experiment.experimentId);
  return scan?.records.filter(({ run }) => run.info.lifecycleStage === "active").length ?? 0;
}
