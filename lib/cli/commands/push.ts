import { writeFile } from "node:fs/promises";
import { Command, Option } from "commander";
import type { PushTreeOptions, SyncOptions, SyncReport } from "../../client/sync.ts";
import { invalidParameter } from "../../errors.ts";
import { findExperimentId, findRunId, list, openTree } from "../options.ts";
import { addSyncOptions, type SyncFlags } from "../sync-options.ts";
import { engine, runSync } from "../sync-output.ts";

interface Flags extends SyncFlags {
  readonly versions?: boolean;
  readonly manifest?: boolean;
  readonly runs?: readonly string[];
  readonly experiments?: readonly string[];
  readonly artifactsOnly?: boolean;
  readonly metadataOnly?: boolean;
  readonly layout?: "tree" | "run";
}

export const pushCommand: Command = addSyncOptions(
  new Command("push")
    .description("copy a folder to a store: what is there with the same content is passed over")
    .argument(
      "[folder]",
      "such as mlruns/0/<run id>/artifacts, or a whole mlruns folder; with --runs and the like the tree (default: ./mlruns)",
    )
    .argument("[uri]", "s3://, gs://, wasbs://, abfss:// or azure:// (default: ARTIFACT_ROOT)"),
)
  .option("--runs <ids>", "only these runs; artifacts go to the store that a run names", list)
  .option("--experiments <ids>", "only the runs of these experiments, by id or name", list)
  .addOption(new Option("--artifacts-only", "of runs only the artifacts").conflicts("metadataOnly"))
  .option("--metadata-only", "of runs all but the artifacts")
  .addOption(
    new Option(
      "--layout <layout>",
      "tree: as in a tree; run: artifacts as <uri>/<run id>/<path>",
    ).choices(["tree", "run"]),
  )
  .option("--no-versions", "record no version, and keep nothing of what is overwritten")
  .option("--manifest", "write <folder>.manifest.jsonl, from which pull brings this version")
  .action((folder: string | undefined, uri: string | undefined, flags: Flags) => {
    if (isOfTree(flags)) {
      return runSync(flags, (options) => pushRuns(folder, uri, flags, options));
    }
    if (folder === undefined) pushCommand.error("error: missing required argument 'folder'");
    return runSync(flags, (options) => pushFolder(folder, uri, flags, options));
  });

async function pushFolder(
  folder: string,
  uri: string | undefined,
  flags: Flags,
  options: SyncOptions,
): Promise<SyncReport> {
  const to = uri ?? process.env.ARTIFACT_ROOT;
  if (!to) throw invalidParameter("Where to? Give a URI or set ARTIFACT_ROOT.");
  const { syncArtifacts } = await engine();
  const report = await syncArtifacts(folder, to, { ...options, versions: flags.versions });
  if (flags.manifest) await writeManifest(report);
  return report;
}

/** One argument may be the tree or the URI. */
async function pushRuns(
  first: string | undefined,
  second: string | undefined,
  flags: Flags,
  options: SyncOptions,
): Promise<SyncReport> {
  const isUri = second === undefined && first !== undefined && /^[a-z0-9+.-]+:\/\//i.test(first);
  const root = isUri ? undefined : first;
  const uri = (isUri ? first : second) ?? process.env.ARTIFACT_ROOT;
  const { pushTree } = await engine();
  const report = await pushTree({
    ...options,
    root,
    uri: uri || undefined,
    ...(await idsOf(root, flags)),
    what: flags.artifactsOnly ? "artifacts" : flags.metadataOnly ? "metadata" : "all",
    layout: flags.layout,
    versions: flags.versions,
  });
  if (flags.manifest) for (const part of report.parts) await writeManifest(part);
  return report;
}

async function idsOf(
  root: string | undefined,
  { runs, experiments }: Flags,
): Promise<Pick<PushTreeOptions, "runs" | "experiments">> {
  const client = openTree({ root });
  return {
    runs: runs && (await Promise.all(runs.map((id) => findRunId(client, id)))),
    experiments:
      experiments && (await Promise.all(experiments.map((id) => findExperimentId(client, id)))),
  };
}

async function writeManifest({ from, to, version }: SyncReport): Promise<void> {
  if (version === undefined) return;
  const { manifestFileOf, printVersion } = await engine();
  await writeFile(manifestFileOf(from), await printVersion(to, version));
}

function isOfTree(flags: Flags): boolean {
  const { runs, experiments, artifactsOnly, metadataOnly, layout } = flags;
  return [runs, experiments, artifactsOnly, metadataOnly, layout].some(
    (flag) => flag !== undefined,
  );
}
