import { Command } from "commander";
import type { LeftUpload } from "../../client/sync.ts";
import { parseDuration } from "../duration.ts";
import { EXIT } from "../exit.ts";
import { print, printJson, printTable, shortTime, warn } from "../output.ts";
import { EXIT_CODES } from "../sync-options.ts";
import { engine, runStoppable, shortBytes } from "../sync-output.ts";

interface Flags {
  readonly abort?: boolean;
  readonly olderThan?: number;
  readonly resumable?: boolean;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

/** What stores without such a list do. */
const UNTOLD =
  "Only S3 tells of uploads that were not finished: Google Cloud Storage and Azure remove what was begun after a week by themselves.";

export const uploadsCommand: Command = new Command("uploads")
  .description("list uploads in parts that were begun below a URI and not finished, and abort them")
  .argument("<uri>", "s3://")
  .option("--abort", "remove them with their parts, instead of listing them")
  .option(
    "--older-than <time>",
    "with --abort: begun longer ago than this (default: 1d)",
    parseDuration,
  )
  .option("--resumable", "with --abort: also those that the next push from here would go on with")
  .option("-n, --dry-run", "with --abort: only say which would be removed")
  .option("--json", "print JSON, one upload a line")
  .addHelpText("after", EXIT_CODES)
  .action((uri: string, { abort, olderThan, resumable, dryRun, json }: Flags) =>
    runStoppable(async () => {
      const { abortUploads, listUploads } = await engine();
      const found = abort
        ? await abortUploads(uri, { olderThanMs: olderThan, resumable, dryRun })
        : await listUploads(uri);
      if (found === undefined) warn(UNTOLD);
      else if (json) for (const upload of found) printJson(upload);
      else printUploads(found, abort ? (dryRun ? "would be aborted" : "aborted") : "not finished");
      return EXIT.done;
    }),
  );

function printUploads(found: readonly LeftUpload[], what: string): void {
  if (found.length > 0) {
    printTable(
      ["path", "begun", "size", "next push"],
      found.map(({ path, begun, bytes, isResumable }) => [
        path,
        begun === null ? "" : shortTime(begun),
        shortBytes(bytes),
        isResumable ? "goes on with it" : "",
      ]),
    );
  }
  const bytes = found.reduce((sum, upload) => sum + upload.bytes, 0);
  print(`${found.length} ${what} (${shortBytes(bytes)})`);
}
