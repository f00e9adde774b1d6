import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import fs from "fs-extra";
import { MlrunsError } from "../errors.ts";
import { takeLock } from "../state/process-lock.ts";
import { checkRoot, createRoot, openStore } from "../store/store.ts";
import { type CarryOptions, carry } from "./carry.ts";
import { TreeDestination } from "./destinations/tree.ts";
import { type ExchangeReport, Report } from "./report.ts";
import { openSource, type SourceOptions } from "./sources/table.ts";

export type ImportOptions = CarryOptions & Partial<SourceOptions>;

/** Folders that are made on the way, see `createFolderResumably`. */
const HALF_MADE = /^\.mlruns-import-.*\.trash$/;

/**
 * Takes everything of a source into a tree, which is made when it is missing. What the tree has is passed over, so the
 * same call goes on where one that was killed ended.
 *
 * @param source - such as `sqlite:///mlflow.db`, `postgresql://…`, `http://…`, see `SOURCES`
 * @param root - folder of the tree
 * @throws MlrunsError INVALID_PARAMETER_VALUE when it is no source, RESOURCE_CONFLICT while another process imports
 */
export async function importInto(
  root: string,
  source: string,
  { artifacts = "stay", artifactsRoot, ...options }: ImportOptions = {},
): Promise<ExchangeReport> {
  if (existsSync(root)) checkRoot(root);
  const report = new Report();
  const from = await openSource(
    source,
    { artifacts, ...(artifactsRoot !== undefined && { artifactsRoot }) },
    report,
  );
  try {
    createRoot(openStore(root));
    const lock = await takeLock(join(root, ".mlruns-import.lock"));
    if (typeof lock === "number") {
      const message = `Process ${lock} is importing into this tree.`;
      throw new MlrunsError("RESOURCE_CONFLICT", message, { hint: "Wait until it has ended." });
    }
    try {
      await carry(from, new TreeDestination(root, report), report, options);
      removeHalfMade(root);
    } finally {
      await lock.release();
    }
    return report.toJSON();
  } finally {
    await from.close();
  }
}

/** Of imports that were killed and of items that have failed. */
function removeHalfMade(root: string): void {
  for (const name of readdirSync(root)) {
    if (HALF_MADE.test(name)) fs.removeSync(join(root, name));
  }
}
