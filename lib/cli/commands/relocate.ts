import { Command, Option } from "commander";
import { type RelocateReport, type Relocation, relocateTree } from "../../travel/relocate.ts";
import { errColors } from "../colors.ts";
import { EXIT } from "../exit.ts";
import { openTree } from "../options.ts";
import { print, printJson, warn, warnProblems } from "../output.ts";

interface Options {
  readonly to?: string;
  readonly from?: string;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

export const relocateCommand: Command = new Command("relocate")
  .description(
    "after a move, write into a tree where its artifacts are now, for MLflow to find them",
  )
  .argument("[root]", "the mlruns folder (default: MLFLOW_TRACKING_URI, else ./mlruns)")
  .addOption(
    new Option(
      "--relative",
      "relative to the folder that holds the root, where MLflow is to run (default)",
    ).conflicts("to"),
  )
  .option("--to <prefix>", "absolute: where the root is, such as file:///data/mlruns")
  .option("--from <prefix>", "also what is recorded below this URI of another store")
  .option("--dry-run", "say what would change and write nothing")
  .option("--json", "print JSON, one change a line")
  .addHelpText(
    "after",
    "\nNothing else changes; a second run changes nothing. Artifacts in other stores and in folders outside of the tree stay\n" +
      "where they are. Nobody should be writing to the tree meanwhile.",
  )
  .action(async (root: string | undefined, options: Options) => {
    const tree = openTree(root === undefined ? {} : { root });
    const report = await relocateTree(tree.root, {
      dryRun: options.dryRun ?? false,
      ...(options.to !== undefined && { to: options.to }),
      ...(options.from !== undefined && { from: options.from }),
    });
    if (options.json) for (const change of report.changes) printJson(change);
    else for (const line of summary(report.changes)) print(line);
    printRest(report, options);
    if (warnProblems(report.problems)) process.exitCode = EXIT.doneInPart;
  });

/** One line for each pair of prefixes: a tree of ten thousand runs has as many locations. */
function summary(changes: readonly Relocation[]): string[] {
  const counts = new Map<string, number>();
  for (const { from, to } of changes) {
    const [before, after] = prefixes(from, to);
    const line = `${before === "" ? "(none)" : before} → ${after}`;
    counts.set(line, (counts.get(line) ?? 0) + 1);
  }
  return [...counts].map(([line, count]) => `${line}: ${places(count)}`);
}

/** What two URIs do not have in common at their ends. */
function prefixes(from: string, to: string): [string, string] {
  const [a, b] = [from.split("/"), to.split("/")];
  while (a.length > 1 && b.length > 1 && a.at(-1) === b.at(-1)) {
    a.pop();
    b.pop();
  }
  return [a.join("/"), b.join("/")];
}

function printRest({ changes, unchanged, outside }: RelocateReport, options: Options): void {
  for (const { path, from, missing } of outside)
    if (missing) warn(`${errColors.yellow("warning")} ${path}: nothing is at '${from}'`);
  const verb = options.dryRun ? "would be rewritten" : "rewritten";
  warn(
    `${places(changes.length)} ${verb}, ${unchanged} right already` +
      (outside.length > 0 ? `, ${outside.length} outside of the tree` : ""),
  );
}

function places(count: number): string {
  return `${count} ${count === 1 ? "location" : "locations"}`;
}
