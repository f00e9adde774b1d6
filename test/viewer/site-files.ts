import { MlrunsClient } from "../../lib/client/client.ts";
import type { DataFile } from "../../lib/site/context.ts";
import { makeDataFile } from "../../lib/site/table.ts";
import { liveSite } from "../helpers/site.ts";

/** Makes the data files of a tree as a server would send them. `path` is one of `DATA_PATH`. */
export function siteFiles(root: string): (path: string) => Promise<DataFile> {
  const site = liveSite(new MlrunsClient(root));
  return async (path) => {
    const file = await makeDataFile(site, path.replace(/^data\//, ""));
    if (file === undefined) throw new Error(`There is no data file ${path}`);
    return file;
  };
}
