import { checkRoot } from "../store/store.ts";
import { type CarryOptions, carry } from "./carry.ts";
import { openDestination } from "./destinations/table.ts";
import type { TableContent } from "./destinations/table-file.ts";
import { type ExchangeReport, Report } from "./report.ts";
import { type Selection, TreeSource } from "./sources/tree.ts";

export interface ExportOptions extends CarryOptions, Selection {
  /** What a table holds: a row a run (by default), or a row a point of a metric. */
  readonly content?: TableContent;
}

/**
 * Brings a tree, or what is selected of it, to another place. What is there already is passed over, so the same call
 * goes on where one that was killed ended.
 *
 * @param destination - such as `http://…`, `runs.parquet` or `run.zip`, see `DESTINATIONS`
 * @throws MlrunsError INVALID_PARAMETER_VALUE when it is no destination, RESOURCE_DOES_NOT_EXIST for the tree
 */
export async function exportFrom(
  root: string,
  destination: string,
  { experimentIds, runIds, content = "runs", ...options }: ExportOptions = {},
): Promise<ExchangeReport> {
  checkRoot(root);
  const report = new Report();
  const selection = {
    ...(experimentIds !== undefined && { experimentIds }),
    ...(runIds !== undefined && { runIds }),
  };
  const to = await openDestination(destination, content, report);
  try {
    await carry(new TreeSource(root, selection, report), to, report, options);
    return report.toJSON();
  } finally {
    await to.close();
  }
}
