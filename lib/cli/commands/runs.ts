import { Command, InvalidArgumentError, Option } from "commander";
import type { MlrunsClient } from "../../client/client.ts";
import type { Run } from "../../entities/run.ts";
import { EXIT } from "../exit.ts";
import {
  findExperimentId,
  list,
  openTree,
  type RootOption,
  rootOption,
  several,
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

interface Options extends RootOption {
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
  .addOption(rootOption())
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
    const client = openTree(options);
    const experimentIds = await chosenExperiments(client, options.experiment);
    const { runs, nextPageToken } = await client.searchRuns(experimentIds, {
      viewType: toViewType(options.view),
      maxResults: options.max,
      ...(options.filter !== undefined && { filter: options.filter }),
      ...(options.orderBy !== undefined && { orderBy: options.orderBy }),
    });
    const format = options.format ?? (options.columns && "csv");
    if (format !== undefined) process.stdout.write(printRunTable(runs, format, options.columns));
    else if (options.json) for (const run of runs) printJson(run);
    else printRuns(runs);
    if (nextPageToken !== undefined) warn(`only the first ${runs.length}: --max shows more`);
    if (warnProblems(await client.runProblems(experimentIds))) process.exitCode = EXIT.doneInPart;
  });

function columns(value: string, before: readonly string[] | undefined): readonly string[] {
  const names = list(value, before);
  const wrong = names.find((name) => !isColumn(name));
  if (wrong === undefined) return names;
  throw new InvalidArgumentError(
    `'${wrong}' is no column. Name an attribute such as run_name, or metrics.KEY, params.KEY, tags.KEY.`,
  );
}

async function chosenExperiments(
  client: MlrunsClient,
  named: readonly string[] | undefined,
): Promise<string[]> {
  if (named !== undefined) return Promise.all(named.map((name) => findExperimentId(client, name)));
  return (await client.scanExperiments("ALL")).experiments.map(({ experimentId }) => experimentId);
}

function printRuns(runs: readonly Run[]): void {
  const keys = [...new Set(runs.flatMap((run) => Object.keys(run.data.metrics)))]
    .filter((key) => !key.startsWith("system/"))
    .slice(0, METRICS_SHOWN);
  printTable(
    ["run", "name", "status", "started", "took", ...keys],
    runs.map(({ info, data }) => [
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
