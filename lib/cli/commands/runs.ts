import { Command, InvalidArgumentError, Option } from "commander";
import type { Run } from "../../entities/run.ts";
import { EXIT } from "../exit.ts";
import {
  chosenExperiments,
  list,
  openTrees,
  type RootsOption,
  rootsOption,
  several,
  shortRoot,
  toViewType,
  viewOption,
  wholeNumber,
} from "../options.ts";
import {
  printJson,
  printTable,
  shortDuration,
  shortNumber,
  shortTime,
  warn,
  warnProblems,
} from "../output.ts";
import { isColumn, printRunTable, TABLE_FORMATS, type TableFormat } from "../run-table.ts";

interface Options extends RootsOption {
  readonly experiment?: readonly string[];
  readonly view: string;
  readonly filter?: string;
  readonly orderBy?: readonly string[];
  readonly max: number;
  readonly json?: boolean;
  readonly format?: TableFormat;
  readonly columns?: readonly string[];
}

/** Metrics shown without --json: as many as fit a terminal. */
const METRICS_SHOWN = 4;

export const runsCommand: Command = new Command("runs")
  .description("list runs, newest first")
  .addOption(rootsOption())
  .option("-e, --experiment <id or name>", "experiment, may be repeated (default: all)", several)
  .option(
    "-f, --filter <filter>",
    "MLflow filter, such as \"metrics.loss < 0.1 and params.lr = '0.01'\"",
  )
  .option("-o, --order-by <key>", 'such as "metrics.loss ASC", may be repeated', several)
  .option("-n, --max <count>", "how many at the most", wholeNumber, 100)
  .addOption(viewOption())
  .option("--json", "print JSON, one run a line")
  .addOption(
    new Option("--format <format>", "a table for other programs, reports and notebooks").choices(
      TABLE_FORMATS,
    ),
  )
  .option("--columns <names>", "of that table, such as run_name,params.lr,metrics.loss", columns)
  .action(async (options: Options) => {
    const trees = await openTrees(options);
    const experiments = await chosenExperiments(trees, options.experiment);
    const { runs: found, nextPageToken } = await trees.searchRuns(experiments, {
      viewType: toViewType(options.view),
      maxResults: options.max,
      ...(options.filter !== undefined && { filter: options.filter }),
      ...(options.orderBy !== undefined && { orderBy: options.orderBy }),
    });
    // Of one tree nobody needs to be told.
    const runs = trees.roots.length > 1 ? found : found.map(({ root: _, ...run }) => run);
    const format = options.format ?? (options.columns && "csv");
    if (format !== undefined) process.stdout.write(printRunTable(runs, format, options.columns));
    else if (options.json) for (const run of runs) printJson(run);
    else printRuns(runs);
    if (nextPageToken !== undefined) warn(`only the first ${runs.length}: --max shows more`);
    if (warnProblems(await trees.findRunProblems(experiments))) process.exitCode = EXIT.doneInPart;
  });

function columns(value: string, before: readonly string[] | undefined): readonly string[] {
  const names = list(value, before);
  const wrong = names.find((name) => !isColumn(name));
  if (wrong === undefined) return names;
  throw new InvalidArgumentError(
    `'${wrong}' is no column. Name an attribute such as run_name, or metrics.KEY, params.KEY, tags.KEY.`,
  );
}

function printRuns(runs: readonly (Run & { readonly root?: string })[]): void {
  const hasRoots = runs.some(({ root }) => root !== undefined);
  const keys = [...new Set(runs.flatMap((run) => Object.keys(run.data.metrics)))]
    .filter((key) => !key.startsWith("system/"))
    .slice(0, METRICS_SHOWN);
  printTable(
    [...(hasRoots ? ["root"] : []), "run", "name", "status", "started", "took", ...keys],
    runs.map(({ info, data, root }) => [
      ...(root === undefined ? [] : [shortRoot(root)]),
      info.runId,
      info.runName,
      info.lifecycleStage === "deleted" ? "deleted" : info.status.toLowerCase(),
      shortTime(info.startTime),
      info.endTime === null ? "" : shortDuration(info.endTime - info.startTime),
      ...keys.map((key) => {
        const value = data.metrics[key];
        return value === undefined ? "" : shortNumber(value);
      }),
    ]),
  );
}
