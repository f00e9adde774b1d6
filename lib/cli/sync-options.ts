import { type Command, InvalidArgumentError, Option } from "commander";
import type { FilterRule, SyncOptions } from "../client/sync.ts";
import { several } from "./options.ts";

/** The options that `push`, `pull` and `sync` share, as commander gives them. */
export interface SyncFlags {
  readonly dryRun?: boolean;
  readonly delete?: boolean;
  readonly deleteAll?: boolean;
  readonly filters?: readonly FilterRule[];
  readonly path?: readonly string[];
  readonly concurrency?: number;
  readonly partSize?: number;
  readonly parts?: number;
  readonly fsync?: boolean;
  readonly bwlimit?: number;
  readonly maxErrors?: number;
  readonly checksum?: boolean;
  readonly sizeOnly?: boolean;
  readonly json?: boolean;
}

export const EXIT_CODES = `
Exit codes: 0 all is there, 1 some files failed, 2 wrong usage, 3 no access or nothing there, 4 conflict,
5 differences found (verify), 130 interrupted. A run that did not end is finished by the next one.`;

/** Adds what `push`, `pull` and `sync` understand. */
export function addSyncOptions(command: Command): Command {
  command
    .option("-n, --dry-run", "say what would be done, and write nothing")
    .option("--delete", "when all is copied, delete what the source does not have")
    .option("--delete-all", "with --delete: also when the source is empty");
  return addFilterOptions(command)
    .option("--path <path>", "only this file or folder, may be repeated", several)
    .option("--concurrency <n>", "small files moved at a time", parseCount)
    .option(
      "--part-size <size>",
      "of parts that large files are uploaded in (default: 16M)",
      parseBytes,
    )
    .option(
      "--parts <n>",
      "parts of one large file uploaded at a time; if killed, so many are sent again (default: 1)",
      parseCount,
    )
    .option("--fsync", "write what is downloaded through to the disk")
    .option("--bwlimit <rate>", "bytes a second, such as 500K or 10M", parseBytes)
    .option("--max-errors <n>", "give up after so many failed files", parseCount)
    .option("--checksum", "read every local file again, whatever its time")
    .addOption(
      new Option(
        "--size-only",
        "take files of the same size for the same: misses changes, and records no version",
      ).conflicts("checksum"),
    )
    .option("--json", "print one JSON record at the end")
    .addHelpText("after", EXIT_CODES);
}

/** `--include` and `--exclude` go into one list: their order counts. */
export function addFilterOptions(command: Command): Command {
  const rules: FilterRule[] = [];
  const add =
    (take: boolean) =>
    (glob: string): readonly FilterRule[] => {
      rules.push({ take, glob });
      command.setOptionValue("filters", rules);
      return rules;
    };
  return command
    .addOption(
      new Option("--include <glob>", "take these, the last of all that fits decides").argParser(
        add(true),
      ),
    )
    .addOption(new Option("--exclude <glob>", "leave these out").argParser(add(false)));
}

export function toSyncOptions(flags: SyncFlags): SyncOptions {
  const { dryRun, deleteAll, filters, path, concurrency, bwlimit, maxErrors } = flags;
  const { checksum, sizeOnly, partSize, parts, fsync } = flags;
  return {
    dryRun,
    delete: flags.delete,
    deleteAll,
    filters,
    paths: path,
    concurrency,
    partSize,
    parts,
    fsync,
    bandwidth: bwlimit,
    maxErrors,
    checksum,
    sizeOnly,
  };
}

export function parseCount(text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count > 0) return count;
  throw new InvalidArgumentError("A whole number above 0 is expected.");
}

function parseBytes(text: string): number {
  const match = /^(\d+(?:\.\d+)?)([KMG]?)i?B?$/i.exec(text);
  const bytes = Number(match?.[1]) * 1024 ** " KMG".indexOf(match?.[2]?.toUpperCase() || " ");
  if (bytes > 0) return bytes;
  throw new InvalidArgumentError("A number is expected, with K, M or G for its unit.");
}
