import { Command, InvalidArgumentError, Option } from "commander";
import type { RootsClient } from "../../client/roots-client.ts";
import { nameRoots } from "../../site/roots.ts";
import { type SingleReport, writeSingle } from "../../site/single.ts";
import { type SiteOptions, type SiteReport, writeSite } from "../../site/write.ts";
import { writeSiteZip } from "../../site/zip.ts";
import { errColors } from "../colors.ts";
import { EXIT } from "../exit.ts";
import {
  chosenExperiments,
  findRuns,
  openTrees,
  type RootsOption,
  RUN_WORDS,
  rootsOption,
  several,
  unopenedProblems,
} from "../options.ts";
import { print, printJson, warn, warnProblems } from "../output.ts";
import { shortBytes } from "../sync-output.ts";

interface Options extends RootsOption {
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
  .description("write the viewer and trees as plain files for a static host, or as one file")
  .argument(
    "<folder>",
    "missing, empty, or an earlier export; OUT.zip is packed; with --single an HTML file",
  )
  .addOption(rootsOption())
  .option("--single", "write one HTML file that opens without a server", false)
  .option("-e, --experiment <id or name>", "publish only this one, may be repeated", several)
  .option("--run <run>", `publish only this run (${RUN_WORDS}), may be repeated`, several)
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
    const trees = await openTrees(options);
    const site: SiteOptions = {
      artifacts: options.artifacts,
      keepEnvironment: options.keepEnv,
      isDryRun: options.dryRun,
      ...(options.title !== undefined && { title: options.title }),
      ...(options.maxSize !== undefined && { maxSize: options.maxSize }),
      ...(await chosen(trees, options)),
    };
    if (warnProblems(unopenedProblems(trees))) process.exitCode = EXIT.doneInPart;
    if (options.single) {
      const { maxTotal } = options;
      const report = await writeSingle(trees, target, {
        ...site,
        ...(maxTotal !== undefined && { maxTotal }),
      });
      if (options.json) printJson(report);
      else printSingle(target, report, options.dryRun);
      return;
    }
    const isZip = target.toLowerCase().endsWith(".zip");
    const report = await (isZip ? writeSiteZip : writeSite)(trees, target, site);
    if (options.json) printJson(report);
    else printReport(target, report, options.dryRun);
  });

/** The experiments and runs that options name, as the site spells their ids; nothing when the whole trees are meant. */
async function chosen(
  trees: RootsClient,
  options: Options,
): Promise<Pick<SiteOptions, "experimentIds" | "runIds">> {
  const { experiment: named, run: ids = [], filter } = options;
  if (named === undefined && options.run === undefined && filter === undefined) return {};
  const roots = new Map(nameRoots(trees).map((root) => [root.client.root, root]));
  const siteId = (root: string, id: string): string => roots.get(root)?.id(id) ?? id;
  const experiments = await chosenExperiments(trees, named);
  const experimentIds = experiments.map((each) => siteId(each.root, each.experimentId));
  if (options.run === undefined && filter === undefined) {
    return { experimentIds: new Set(experimentIds) };
  }
  const runs = (await Promise.all(ids.map((id) => findRuns(trees, id)))).flat();
  if (filter !== undefined) {
    for (const { client } of roots.values()) {
      const searched = experiments
        .filter(({ root, lifecycleStage }) => root === client.root && lifecycleStage === "active")
        .map(({ experimentId }) => experimentId);
      for await (const { info } of client.iterateRuns(searched, { filter }))
        runs.push({ client, runId: info.runId, experimentId: info.experimentId });
    }
  }
  return {
    experimentIds: new Set(runs.map((run) => siteId(run.client.root, run.experimentId))),
    runIds: new Set(runs.map((run) => siteId(run.client.root, run.runId))),
  };
}

function printReport(folder: string, report: SiteReport, isDryRun: boolean): void {
  print(
    `data files: ${report.dataFiles}, artifacts: ${report.artifacts} (${shortBytes(report.artifactBytes)})`,
  );
  if (isDryRun) print("nothing was written");
  else print(`${report.written} files written and ${report.removed} removed in ${folder}`);
  printSecrets(report.secrets);
  for (const path of report.large)
    warn(`${errColors.yellow("warning")} some hosts refuse files of this size: ${path}`);
}

function printSingle(file: string, report: SingleReport, isDryRun: boolean): void {
  print(
    `data files: ${report.dataFiles}, artifacts: ${report.artifacts}, all in ${shortBytes(report.bytes)}`,
  );
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
