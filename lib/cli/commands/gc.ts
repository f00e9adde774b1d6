import { Command, InvalidArgumentError } from "commander";
import type { Garbage } from "../../client/maintenance-client.ts";
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
  .option("--older-than <time>", "deleted longer ago than this, such as 30d or 1d12h", duration)
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

const UNITS = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1_000 } as const;

/** MLflow's `1d2h3m4s`, in milliseconds. */
function duration(text: string): number {
  const parts = /^(?:([\d.]+)d)?(?:([\d.]+)h)?(?:([\d.]+)m)?(?:([\d.]+)s)?$/.exec(text);
  const numbers = parts?.slice(1).map((part) => (part === undefined ? 0 : Number(part)));
  if (text === "" || numbers === undefined || numbers.some(Number.isNaN)) {
    throw new InvalidArgumentError("Expected a time such as 8h, 2d8h5m20s or 2m4s.");
  }
  return Object.values(UNITS).reduce((sum, unit, i) => sum + unit * (numbers[i] ?? 0), 0);
}

function date(text: string): number {
  const time = Date.parse(text);
  if (Number.isNaN(time)) throw new InvalidArgumentError("Expected a date such as 2026-01-31.");
  return time;
}
