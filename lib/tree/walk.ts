import { sep } from "node:path";
import type { FootprintRecorder } from "./footprint.ts";
import { entriesOf, isFile } from "./read.ts";

export interface KeyFile {
  /** Path below the folder, separated by `/`: the key of a metric, param or tag. */
  readonly key: string;
  readonly path: string;
}

/**
 * Every file below a folder of metrics, params or tags, sorted by key. As in MLflow's walk a link to a
 * folder is passed over; a link that leads nowhere is listed, so that reading it tells what is wrong.
 *
 * @param footprint - notes the folders as they were before they were listed
 * @see MLflow 3.17 `FileStore._get_resource_files`
 */
export function walkKeys(folder: string, footprint?: FootprintRecorder): KeyFile[] {
  const found: KeyFile[] = [];
  collect(folder, "", found, footprint);
  return found.sort((a, b) => (a.key < b.key ? -1 : 1));
}

function collect(
  folder: string,
  prefix: string,
  found: KeyFile[],
  footprint?: FootprintRecorder,
): void {
  footprint?.look(folder);
  for (const entry of entriesOf(folder)) {
    const path = folder + sep + entry.name;
    const key = prefix + entry.name;
    if (entry.isDirectory()) collect(path, `${key}/`, found, footprint);
    else if (entry.isFile() || (entry.isSymbolicLink() && !isLinkToFolder(path)))
      found.push({ key, path });
  }
}

function isLinkToFolder(path: string): boolean {
  return !isFile(path) && entriesOf(path).length > 0;
}
