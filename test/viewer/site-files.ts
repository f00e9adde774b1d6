import { MlrunsClient } from "../../lib/client/client.ts";
import type { DataFile, SiteContext } from "../../lib/site/context.ts";
import { WHOLE_TREE } from "../../lib/site/scope.ts";
import { makeDataFile } from "../../lib/site/table.ts";

/** Makes the data files of a tree as a server would send them. `path` is one of `DATA_PATH`. */
export function siteFiles(root: string): (path: string) => Promise<DataFile> {
  const context: SiteContext = {
    client: new MlrunsClient(root),
    mode: "live",
    readOnly: true,
    title: "test",
    rootLabel: "mlruns",
    version: "0",
    rawBase: "raw",
    scope: WHOLE_TREE,
    isPublished: () => true,
  };
  return async (path) => {
    const file = await makeDataFile(context, path.replace(/^data\//, ""));
    if (file === undefined) throw new Error(`There is no data file ${path}`);
    return file;
  };
}
