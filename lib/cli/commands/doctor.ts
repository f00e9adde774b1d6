import { Command } from "commander";
import type { Finding, FixReport } from "../../client/maintenance-client.ts";
import { outColors } from "../colors.ts";
import { EXIT } from "../exit.ts";
import { openTree } from "../options.ts";
import { print, printJson, warn } from "../output.ts";

interface Options {
  readonly fix?: boolean;
  readonly backup?: string;
  readonly json?: boolean;
}

export const doctorCommand: Command = new Command("doctor")
  .description("check a whole tree, and with --fix mend what can be mended without a guess")
  .argument("[root]", "the mlruns folder (default: MLFLOW_TRACKING_URI, else ./mlruns)")
  .option("--fix", "mend what is safe to mend; a copy of every file that is touched is kept")
  .option("--backup <folder>", "where those copies go (default: a new folder beside the tree)")
  .option("--json", "print JSON, one finding a line")
  .action(async (root: string | undefined, options: Options) => {
    const client = openTree(root === undefined ? {} : { root });
    const { backup } = options;
    const fixed = options.fix
      ? await client.fixTree(backup === undefined ? {} : { backupFolder: backup })
      : undefined;
    if (fixed !== undefined) printMended(fixed, options);
    const { findings, experiments, runs } = fixed?.left ?? (await client.checkTree());
    for (const finding of findings) printFinding(finding, options);
    const errors = findings.filter(({ severity }) => severity === "error").length;
    const mendable = findings.filter(({ mend }) => mend !== undefined).length;
    warn(
      `${count(experiments, "experiment")}, ${count(runs, "run")}: ${count(errors, "error")}, ` +
        `${count(findings.length - errors, "warning")}${mendable > 0 ? `; --fix mends ${mendable}` : ""}`,
    );
    if (errors > 0) process.exitCode = EXIT.doneInPart;
  });

function printFinding(finding: Finding, { json }: Options): void {
  if (json) {
    printJson(finding);
    return;
  }
  const { severity, message, hint, mend } = finding;
  const word = severity === "error" ? outColors.red("error") : outColors.yellow("warning");
  print(`${word} ${placeOf(finding)}: ${message}`);
  if (mend === undefined && hint !== undefined) print(outColors.dim(`  ${hint}`));
}

function printMended({ mended, backupFolder }: FixReport, { json }: Options): void {
  for (const { finding, what } of mended) {
    if (json) printJson({ ...finding, mended: what });
    else print(`${outColors.green("mended")} ${placeOf(finding)}: ${finding.message} (${what})`);
  }
  if (backupFolder !== undefined) warn(`The files as they were are in ${backupFolder}`);
}

function placeOf({ path, line }: Finding): string {
  const place = path === "" ? "." : path;
  return line === undefined ? place : `${place}, line ${line}`;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
