import { writeFile } from "node:fs/promises";
import { Command } from "commander";
import { parseDuration } from "../duration.ts";
import { EXIT } from "../exit.ts";
import { type RootOption, rootOption } from "../options.ts";
import { print, printJson, printTable, shortTime } from "../output.ts";
import { addSyncOptions, EXIT_CODES, parseCount, type SyncFlags } from "../sync-options.ts";
import { engine, runStoppable, runSync, shortBytes } from "../sync-output.ts";

interface Flags extends RootOption {
  readonly json?: boolean;
}

const PLACE =
  "where it was pushed to: a URI, a folder, runs:/<run id>, models:/<name>/<version> or models:/<model id>";
const VERSION = "HEAD, HEAD~1, a tag, or the beginning of an id";

/** A command about one place, with what all of them share. */
function command(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .argument("<place>", PLACE)
    .addOption(rootOption())
    .option("--json", "print JSON");
}

const list = command("list", "list the versions of what was pushed, newest first").action(
  (place: string, { root, json }: Flags) =>
    runStoppable(async () => {
      const { listVersions, resolveArtifacts } = await engine();
      const versions = await listVersions(await resolveArtifacts(place, root));
      if (json) for (const version of versions) printJson(version);
      else {
        printTable(
          ["version", "pushed", "files", "size", "names"],
          versions.map(({ manifest, time, files, bytes, tags, isHead }) => [
            manifest.slice(0, 12),
            shortTime(time),
            String(files),
            shortBytes(bytes),
            [...(isHead ? ["HEAD"] : []), ...tags].join(", "),
          ]),
        );
      }
      return EXIT.done;
    }),
);

const diff = command("diff", "name the files in which two versions differ")
  .argument("<before>", VERSION)
  .argument("[after]", VERSION, "HEAD")
  .action((place: string, before: string, after: string, { root, json }: Flags) =>
    runStoppable(async () => {
      const { diffVersions, resolveArtifacts } = await engine();
      const found = await diffVersions(await resolveArtifacts(place, root), before, after);
      for (const difference of found) {
        if (json) printJson(difference);
        else print(`${difference.change} ${difference.path}`);
      }
      return EXIT.done;
    }),
  );

const restore = addSyncOptions(
  new Command("restore")
    .description("bring a version to a folder or a URI; only what is not there moves")
    .argument("<place>", PLACE)
    .argument("<version>", VERSION)
    .argument("<target>", "folder or URI")
    .addOption(rootOption()),
).action((place: string, version: string, target: string, flags: SyncFlags & RootOption) =>
  runSync(flags, async (options) => {
    const { resolveArtifacts, restoreVersion } = await engine();
    return restoreVersion(await resolveArtifacts(place, flags.root), version, target, options);
  }),
);

const tag = command("tag", "give a version a name, or with --remove take the name away")
  .argument("<name>", "such as v1.0")
  .argument("[version]", VERSION, "HEAD")
  .option("--remove", "take the name away")
  .action(
    (place: string, name: string, version: string, flags: Flags & { readonly remove?: boolean }) =>
      runStoppable(async () => {
        const { resolveArtifacts, tagVersion } = await engine();
        const at = await resolveArtifacts(place, flags.root);
        await tagVersion(at, name, flags.remove ? undefined : version);
        return EXIT.done;
      }),
  );

const manifest = command("manifest", "write the manifest of a version, to be committed to git")
  .argument("<file>", "such as artifacts.manifest.jsonl, from which `mlruns pull` brings the files")
  .argument("[version]", VERSION, "HEAD")
  .action((place: string, file: string, version: string, { root }: Flags) =>
    runStoppable(async () => {
      const { printVersion, resolveArtifacts } = await engine();
      await writeFile(file, await printVersion(await resolveArtifacts(place, root), version));
      return EXIT.done;
    }),
  );

interface GcFlags extends Flags {
  readonly keep?: number;
  readonly grace?: number;
  readonly dryRun?: boolean;
}

const gc = command("gc", "remove bytes that no version needs; what was pushed last stays")
  .option(
    "--keep <n>",
    "only the newest n versions and those with a tag (default: all)",
    parseCount,
  )
  .option("--grace <time>", "leave what was written within this time (default: 7d)", parseDuration)
  .option("-n, --dry-run", "only say what would be removed")
  .action((place: string, { root, json, keep, grace, dryRun }: GcFlags) =>
    runStoppable(async () => {
      const { collectVersions, resolveArtifacts } = await engine();
      const at = await resolveArtifacts(place, root);
      const report = await collectVersions(at, { keep, graceMs: grace, dryRun });
      if (json) printJson(report);
      else {
        const { versions, manifests, objects, bytes } = report;
        print(
          `${dryRun ? "would remove" : "removed"} ${versions} versions, ${manifests} manifests, ` +
            `${objects} kept files (${shortBytes(bytes)})`,
        );
      }
      return EXIT.done;
    }),
  );

export const versionsCommand: Command = new Command("versions")
  .description("list, compare, name and restore versions of what was pushed")
  .addHelpText("after", EXIT_CODES);
for (const subcommand of [list, diff, restore, tag, manifest, gc]) {
  versionsCommand.addCommand(subcommand);
}
