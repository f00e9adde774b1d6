import { Command, InvalidArgumentError } from "commander";
import type { Garbage } from "../../client/maintenance-client.ts";
import { parseDuration } from "../duration.ts";
import { EXIT } from "../exit.ts";
import { list, openTree, type RootOption, rootOption } from "../options.ts";
import { print, printJson, printTable, shortTime, warn, warnProblems } from "../output.ts";
import { shortBytes } from "../sync-output.ts";

interface Options extends RootOption {
  readonly olderThan?: number;
  readonly before?: number;
  readonly ids?: readonly string[];
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

export const gcCommand: Command = new Command("gc")
  .description(
    "remove for good what was deleted: runs, logged models and experiments with their artifacts",
  )
  .addOption(rootOption())
  .option(
    "--older-than <time>",
    "deleted longer ago than this, such as 30d or 1d12h",
    parseDuration,
  )
  .option("--before <date>", "deleted before this date, such as 2026-01-31", date)
  .option("--ids <ids>", "only these runs, logged models or experiments", list)
  .option("-n, --dry-run", "only say what would be removed")
  .option("--json", "print JSON, one thing a line")
  .action(async (options: Options) => {
    const client = openTree(options);
    const { removed, kept, problems } = await client.gc({
      deletedBefore: Math.min(
        options.before ?? Number.POSITIVE_INFINITY,
        options.olderThan === undefined ? Number.POSITIVE_INFINITY : Date.now() - options.olderThan,
      ),
      dryRun: options.dryRun ?? false,
      ...(options.ids !== undefined && { ids: options.ids }),
    });
    if (options.json) for (const garbage of removed) printJson(garbage);
    else printRemoved(removed, options.dryRun ?? false);
    for (const { kind, id, usedBy } of kept) {
      warn(`kept ${KIND[kind]} ${id}: ${usedBy.join(", ")} has its files there`);
    }
    if (warnProblems(problems)) process.exitCode = EXIT.doneInPart;
  });

const KIND: Readonly<Record<Garbage["kind"], string>> = {
  run: "run",
  loggedModel: "logged model",
  experiment: "experiment",
};

function printRemoved(removed: readonly Garbage[], isDryRun: boolean): void {
  if (removed.length > 0) {
    printTable(
      ["kind", "id", "name", "deleted", "size"],
      removed.map((garbage) => [
        KIND[garbage.kind],
        garbage.id,
        garbage.name,
        shortTime(garbage.deletedTime),
        shortBytes(garbage.bytes),
      ]),
    );
  }
  const bytes = removed.reduce((sum, garbage) => sum + garbage.bytes, 0);
  const verb = isDryRun ? "would be removed" : "removed";
  print(`${removed.length} ${verb}, ${shortBytes(bytes)}`);
}

function date(text: string): number {
  const time = Date.parse(text);
  if (Number.isNaN(time)) throw new InvalidArgumentError("Expected a date such as 2026-01-31.");
  return time;
}
