/** What is done with whole trees. The code behind is loaded when one of these is called first. */
import type { ExportOptions } from "./exchange/export.ts";
import type { ImportOptions } from "./exchange/import.ts";
import type { ExchangeReport } from "./exchange/report.ts";
import type { TreeDiff } from "./travel/diff/trees.ts";
import type { MergeOptions, MergeReport } from "./travel/merge/merge.ts";
import type { RelocateOptions, RelocateReport } from "./travel/relocate.ts";

/**
 * Rewrites every location that a tree stores, so that real MLflow finds its artifacts where the tree lies now. Each file is
 * replaced whole or not at all; a call that was cut off is finished by the next one.
 *
 * @param root - folder of the tree
 * @throws MlrunsError when the root is no tree, TEMPORARILY_UNAVAILABLE when somebody else moves things in it
 */
export async function relocateTree(
  root: string,
  options: RelocateOptions = {},
): Promise<RelocateReport> {
  return (await import("./travel/relocate.ts")).relocateTree(root, options);
}

/**
 * Brings trees together: experiments of one name join, ids that are taken get others, what is there already is recognised, what
 * differs is told. Nothing of the target is overwritten, and sources are only read.
 *
 * @param from - roots of the sources
 * @param into - root of the target; made when there is none
 * @throws MlrunsError when a source is no tree or is the target, TEMPORARILY_UNAVAILABLE when somebody else is merging
 */
export async function mergeTrees(
  from: readonly string[],
  into: string,
  options: MergeOptions = {},
): Promise<MergeReport> {
  return (await import("./travel/merge/merge.ts")).mergeTrees(from, into, options);
}

/**
 * Compares the runs of two trees: two folders, or a tree at two revisions of git.
 *
 * @param before - a folder or a revision
 * @param after - a folder or a revision; undefined is the tree as it lies in `root`
 * @param root - the tree of which revisions are meant
 * @throws MlrunsError when one is neither, or when the tree is in no repository
 */
export async function diffTrees(
  before: string,
  after: string | undefined,
  root: string,
): Promise<TreeDiff> {
  return (await import("./travel/diff/trees.ts")).diffTrees(before, after, root);
}

/**
 * Takes everything of a source into a tree, which is made when it is missing. What an earlier import has brought is brought up
 * to date: what was changed here since stays. A call that was cut off is finished by the next one.
 *
 * @param root - folder of the tree
 * @param source - such as `sqlite:///mlflow.db`, `postgresql://…`, `http://…`, `run.zip`, `runs.csv`
 * @throws MlrunsError INVALID_PARAMETER_VALUE when it is no source, RESOURCE_CONFLICT while another process imports
 */
export async function importInto(
  root: string,
  source: string,
  options: ImportOptions = {},
): Promise<ExchangeReport> {
  return (await import("./exchange/import.ts")).importInto(root, source, options);
}

/**
 * Brings a tree, or what is selected of it, to another place. What is there already is passed over.
 *
 * @param root - folder of the tree
 * @param destination - such as `http://…`, `runs.parquet` or `run.zip`
 * @throws MlrunsError INVALID_PARAMETER_VALUE when it is no destination, RESOURCE_DOES_NOT_EXIST for the tree
 */
export async function exportFrom(
  root: string,
  destination: string,
  options: ExportOptions = {},
): Promise<ExchangeReport> {
  return (await import("./exchange/export.ts")).exportFrom(root, destination, options);
}
