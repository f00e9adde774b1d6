import { STAMP_FIELDS, takeStamp } from "../tree/footprint.ts";
import { checkedPaths } from "./entry.ts";
import type { Shard } from "./shard.ts";

const now = new Float64Array(STAMP_FIELDS);

/**
 * Whether the files that a row was read from still have the sizes and times they had.
 *
 * @param experimentFolder - where the run's folder lies
 * @param everything - looks also at metric files of a finished run, and at params
 */
export function isFresh(
  shard: Shard,
  row: number,
  experimentFolder: string,
  everything: boolean,
): boolean {
  const runId = shard.runIds[row] as string;
  if (shard.unsettled.has(runId)) return false;
  const layout = shard.layout(row);
  const { paths } = layout;
  const count = everything ? paths.length : checkedPaths(layout, shard.texts.status.get(row));
  const folder = `${experimentFolder}/${runId}`;
  let at = shard.stampStart.get(row);
  for (let i = 0; i < count; i++) {
    const path = paths[i] as string;
    takeStamp(path === "" ? folder : `${folder}/${path}`, now, 0);
    if (shard.stamps[at] !== now[0] || shard.stamps[at + 1] !== now[1]) return false;
    at += STAMP_FIELDS;
  }
  return true;
}
