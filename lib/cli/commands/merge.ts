import { Command, InvalidArgumentError } from "commander";
import { type MergeItem, type MergeOutcome, mergeTrees } from "../../travel/merge/merge.ts";
import { errColors } from "../colors.ts";
import { EXIT } from "../exit.ts";
import { print, printJson, printTable, warn, warnProblems } from "../output.ts";

interface Options {
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

const OUTCOMES: readonly MergeOutcome[] = ["added", "completed", "identical", "conflict"];

export const mergeCommand: Command = new Command("merge")
  .description("bring trees of several machines together in the last one that is named")
  .argument("<roots...>", "FROM… INTO: mlruns folders; INTO is made when it is missing")
  .option("--dry-run", "say what would be done and write nothing")
  .option("--json", "print JSON, one thing a line")
  .addHelpText(
    "after",
    "\nExperiments of one name join; ids and version numbers that are taken get others; what is there already is recognised.\n" +
      "Nothing in INTO is overwritten: what differs is listed, and stays as it is. A merge that was cut off is finished by the\n" +
      "next one. Exit code 3: there are conflicts, or files of a source could not be read.",
  )
  .action(async (roots: readonly string[], options: Options) => {
    const into = roots.at(-1);
    if (into === undefined || roots.length < 2) {
      throw new InvalidArgumentError("Name at least two trees: FROM… INTO.");
    }
    const { items, problems } = await mergeTrees(roots.slice(0, -1), into, {
      dryRun: options.dryRun ?? false,
      ...(options.json && { onItem: printJson }),
    });
    if (!options.json) printSummary(items, options.dryRun ?? false);
    const conflicts = items.filter(({ outcome }) => outcome === "conflict");
    for (const conflict of conflicts) warnConflict(conflict);
    if (warnProblems(problems) || conflicts.length > 0) process.exitCode = EXIT.doneInPart;
  });

function printSummary(items: readonly MergeItem[], isDryRun: boolean): void {
  const kinds = [...new Set(items.map(({ kind }) => kind))];
  const rows = kinds.map((kind) => [
    kind,
    ...OUTCOMES.map((outcome) =>
      String(items.filter((item) => item.kind === kind && item.outcome === outcome).length),
    ),
  ]);
  printTable(["", ...OUTCOMES], rows);
  for (const { kind, id, as, from } of items)
    if (as !== undefined) print(`${kind} ${id} of ${from} is ${as} here`);
  if (isDryRun) print("nothing was written");
}

function warnConflict({ kind, id, from, differences = [] }: MergeItem): void {
  const shown = differences.slice(0, 5).join(", ");
  const rest = differences.length > 5 ? ` and ${differences.length - 5} more` : "";
  warn(`${errColors.yellow("conflict")} ${kind} ${id} of ${from} differs in ${shown}${rest}`);
}
