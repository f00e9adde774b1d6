import { Command, InvalidArgumentError, Option } from "commander";
import type { MlrunsClient } from "../../client/client.ts";
import { type SingleReport, writeSingle } from "../../site/single.ts";
import { type SiteOptions, type SiteReport, writeSite } from "../../site/write.ts";
import { writeSiteZip } from "../../site/zip.ts";
import { errColors } from "../colors.ts";
import {
  findExperimentId,
  findRunId,
  openTree,
  type RootOption,
  rootOption,
  several,
} from "../options.ts";
import { print, printJson, warn } from "../output.ts";

interface Options extends RootOption {
  readonly single: boolean;
  readonly experiment?: readonly string[];
  readonly run?: readonly string[];
  readonly filter?: string;
  readonly artifacts: "none" | "small" | "all";
  readonly maxSize?: number;
  readonly maxTotal?: number;
  readonly title?: string;
  readonly keepEnv: boolean;
  readonly dryRun: boolean;
  readonly json?: boolean;
}

export const siteCommand: Command = new Command("site")
  .description("write the viewer and a tree as plain files for a static host, or as one file")
  .argument(
    "<folder>",
    "missing, empty, or an earlier export; OUT.zip is packed; with --single an HTML file",
  )
  .addOption(rootOption())
  .option("--single", "write one HTML file that opens without a server", false)
  .option("-e, --experiment <id or name>", "publish only this one, may be repeated", several)
  .option("--run <id>", "publish only this run, may be repeated", several)
  .option("-f, --filter <filter>", "publish only the runs that an MLflow filter finds")
  .addOption(
    new Option("--artifacts <which>", "which artifacts to publish; small is up to 1 MB each")
      .choices(["none", "small", "all"])
      .default("small"),
  )
  .addOption(
    new Option("--max-size <size>", "largest artifact, such as 500k or 20M").argParser(size),
  )
  .addOption(
    new Option(
      "--max-total <size>",
      "with --single: largest file, 25M by default; small artifacts go in first",
    ).argParser(size),
  )
  .option("--title <title>", "title of the page", "mlruns")
  .option("--keep-env", "publish users, scripts, repositories and sources of data sets too", false)
  .option("--dry-run", "say what would be published and write nothing", false)
  .option("--json", "print the report as JSON")
  .action(async (target: string, options: Options) => {
    const client = openTree(options);
    const site: SiteOptions = {
      artifacts: options.artifacts,
      keepEnvironment: options.keepEnv,
      isDryRun: options.dryRun,
      ...(options.title !== undefined && { title: options.title }),
      ...(options.maxSize !== undefined && { maxSize: options.maxSize }),
      ...(await chosen(client, options)),
    };
    if (options.single) {
      const { maxTotal } = options;
      const report = await writeSingle(client, target, {
        ...site,
        ...(maxTotal !== undefined && { maxTotal }),
      });
      if (options.json) printJson(report);
      else printSingle(target, report, options.dryRun);
      return;
    }
    const isZip = target.toLowerCase().endsWith(".zip");
    const report = await (isZip ? writeSiteZip : writeSite)(client, target, site);
    if (options.json) printJson(report);
    else printReport(target, report, options.dryRun);
  });

/** The experiments and runs that options name; nothing when the whole tree is meant. */
async function chosen(
  client: MlrunsClient,
  options: Options,
): Promise<Pick<SiteOptions, "experimentIds" | "runIds">> {
  const { experiment: named = [], run: runs = [], filter } = options;
  const experimentIds = await Promise.all(named.map((name) => findExperimentId(client, name)));
  const runIds = await Promise.all(runs.map((id) => findRunId(client, id)));
  if (filter !== undefined) {
    const { experiments } = await client.scanExperiments("ACTIVE_ONLY");
    const searched =
      experimentIds.length > 0 ? experimentIds : experiments.map((each) => each.experimentId);
    for await (const run of client.iterateRuns(searched, { filter })) runIds.push(run.info.runId);
  }
  if (runs.length === 0 && filter === undefined) {
    return experimentIds.length === 0 ? {} : { experimentIds: new Set(experimentIds) };
  }
  const infos = await Promise.all(runIds.map((runId) => client.getRunInfo(runId)));
  return {
    experimentIds: new Set(infos.map(({ experimentId }) => experimentId)),
    runIds: new Set(runIds),
  };
}

function printReport(folder: string, report: SiteReport, isDryRun: boolean): void {
  const megabytes = (report.artifactBytes / 1e6).toFixed(1);
  print(
    `${report.dataFiles} data files and ${report.artifacts} artifacts, ${megabytes} MB of them`,
  );
  if (isDryRun) print("nothing was written");
  else print(`${report.written} files written and ${report.removed} removed in ${folder}`);
  printSecrets(report.secrets);
  for (const path of report.large)
    warn(`${errColors.yellow("warning")} some hosts refuse files of this size: ${path}`);
}

function printSingle(file: string, report: SingleReport, isDryRun: boolean): void {
  const megabytes = (report.bytes / 1e6).toFixed(1);
  print(`${report.dataFiles} data files and ${report.artifacts} artifacts in ${megabytes} MB`);
  print(isDryRun ? "nothing was written" : `written to ${file}`);
  if (report.leftOut > 0)
    warn(
      `${errColors.yellow("warning")} ${report.leftOut} artifacts had no room and are left out: allow more with --max-total`,
    );
  printSecrets(report.secrets);
}

function printSecrets(secrets: readonly string[]): void {
  for (const place of secrets) warn(`${errColors.yellow("warning")} looks like a secret: ${place}`);
}

const UNITS: Readonly<Record<string, number>> = { "": 1, k: 1e3, m: 1e6, g: 1e9 };

function size(text: string): number {
  const match = /^(\d+(?:\.\d+)?)([kmg]?)b?$/i.exec(text);
  if (match === null) throw new InvalidArgumentError("Expected a size such as 500k or 20M.");
  return Number(match[1]) * (UNITS[(match[2] ?? "").toLowerCase()] ?? 1);
}
