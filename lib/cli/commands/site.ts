import { Command, InvalidArgumentError, Option } from "commander";
import type { SiteOptions, SiteReport } from "../../site/write.ts";
import { errColors } from "../colors.ts";
import { findExperimentId, openTree, type RootOption, rootOption, several } from "../options.ts";
import { print, printJson, warn } from "../output.ts";

interface Options extends RootOption {
  readonly experiment?: readonly string[];
  readonly artifacts: "none" | "small" | "all";
  readonly maxSize?: number;
  readonly title?: string;
  readonly keepEnv: boolean;
  readonly dryRun: boolean;
  readonly json?: boolean;
}

export const siteCommand: Command = new Command("site")
  .description("write the viewer and a tree as plain files for a static host")
  .argument("<folder>", "missing, empty, or an earlier export")
  .addOption(rootOption())
  .option("-e, --experiment <id or name>", "publish only this one, may be repeated", several)
  .addOption(
    new Option("--artifacts <which>", "which artifacts to publish; small is up to 1 MB each")
      .choices(["none", "small", "all"])
      .default("small"),
  )
  .addOption(
    new Option("--max-size <size>", "largest artifact, such as 500k or 20M").argParser(size),
  )
  .option("--title <title>", "title of the page", "mlruns")
  .option("--keep-env", "publish users, scripts, repositories and sources of data sets too", false)
  .option("--dry-run", "say what would be published and write nothing", false)
  .option("--json", "print the report as JSON")
  .action(async (folder: string, options: Options) => {
    const client = openTree(options);
    const named = options.experiment ?? [];
    const ids = await Promise.all(named.map((name) => findExperimentId(client, name)));
    const site: SiteOptions = {
      artifacts: options.artifacts,
      keepEnvironment: options.keepEnv,
      isDryRun: options.dryRun,
      ...(options.title !== undefined && { title: options.title }),
      ...(options.maxSize !== undefined && { maxSize: options.maxSize }),
      ...(ids.length > 0 && { experimentIds: new Set(ids) }),
    };
    const { writeSite } = await import("../../site/write.ts");
    const report = await writeSite(client, folder, site);
    if (options.json) printJson(report);
    else printReport(folder, report, options.dryRun);
  });

function printReport(folder: string, report: SiteReport, isDryRun: boolean): void {
  const megabytes = (report.artifactBytes / 1e6).toFixed(1);
  print(
    `${report.dataFiles} data files and ${report.artifacts} artifacts, ${megabytes} MB of them`,
  );
  if (isDryRun) print("nothing was written");
  else print(`${report.written} files written and ${report.removed} removed in ${folder}`);
  for (const place of report.secrets)
    warn(`${errColors.yellow("warning")} looks like a secret: ${place}`);
  for (const path of report.large)
    warn(`${errColors.yellow("warning")} some hosts refuse files of this size: ${path}`);
}

const UNITS: Readonly<Record<string, number>> = { "": 1, k: 1e3, m: 1e6, g: 1e9 };

function size(text: string): number {
  const match = /^(\d+(?:\.\d+)?)([kmg]?)b?$/i.exec(text);
  if (match === null) throw new InvalidArgumentError("Expected a size such as 500k or 20M.");
  return Number(match[1]) * (UNITS[(match[2] ?? "").toLowerCase()] ?? 1);
}
