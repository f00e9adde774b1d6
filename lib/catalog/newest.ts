import { setImmediate } from "node:timers/promises";
import { compareText } from "../entities/record.ts";
import type { RunInfo } from "../entities/run.ts";
import type { RunRecord } from "../store/read-run.ts";
import type { RunFolders } from "../store/runs.ts";
import type { Store } from "../store/store.ts";
import { takeStamp } from "../tree/footprint.ts";
import { sketchRun } from "./read-job.ts";
import { Shard } from "./shard.ts";
import { chunks } from "./view.ts";

/** The runs that are likely to be the newest, of so many. Little more than name, status and times is known of them. */
export interface NewestRuns {
  /** In the order of their starts, the newest first; with the deleted ones among them. */
  readonly records: readonly RunRecord[];
  /** Folders that may be runs. */
  readonly ofRuns: number;
}

/** Other things happen after so many. */
const STATS_AT_ONCE = 10_000;
/** Some folders are newer than the starts of their runs, and some runs are deleted: more are read than are asked for. */
const READ_AT_ONCE = 250;
const READ_MOST = 2_000;

/**
 * The newest runs, as far as the times of their folders tell: of all others no file is read.
 *
 * The time of a run's folder is that of its start, or little later: MLflow makes the folders in it then, and none of its
 * ordinary writes changes it after. `rsync -a` keeps it. Where all folders were made by a copy these are any runs.
 *
 * @param count - active runs that are wanted
 */
export async function findNewest(
  store: Store,
  places: readonly RunFolders[],
  count: number,
): Promise<NewestRuns> {
  const folders = await newestFolders(places);
  const infos: RunInfo[] = [];
  let newest: RunInfo[] = [];
  for (const some of chunks(folders, READ_AT_ONCE)) {
    for (const { place, runId } of some) {
      const info = sketchRun(store, place, runId);
      if (info !== undefined && info !== "unreadable") infos.push(info);
    }
    infos.sort((a, b) => b.startTime - a.startTime || compareText(a.runId, b.runId));
    const active = infos.filter(({ lifecycleStage }) => lifecycleStage === "active");
    const last = active[count - 1];
    newest = last === undefined ? infos : infos.slice(0, infos.indexOf(last) + 1);
    if (last !== undefined) break;
  }
  const ofRuns = places.reduce((sum, { runIds }) => sum + runIds.length, 0);
  return { records: newest.flatMap((info) => toRecord(info) ?? []), ofRuns };
}

interface Folder {
  readonly place: RunFolders;
  readonly runId: string;
  readonly changedAt: number;
}

/** The run folders that were changed last, no more than may be read, the newest first. */
async function newestFolders(places: readonly RunFolders[]): Promise<Folder[]> {
  const times = new Float64Array(places.reduce((sum, { runIds }) => sum + runIds.length, 0));
  let at = 0;
  for (const { folder, runIds } of places) {
    for (const runId of runIds) {
      takeStamp(`${folder}/${runId}`, stamp, 0);
      times[at++] = stamp[1] as number;
      if (at % STATS_AT_ONCE === 0) await setImmediate();
    }
  }
  const least = times.toSorted().at(-READ_MOST) ?? 0;
  const newest: Folder[] = [];
  at = 0;
  for (const place of places) {
    for (const runId of place.runIds) {
      const changedAt = times[at++] as number;
      if (changedAt >= least) newest.push({ place, runId, changedAt });
    }
  }
  return newest.sort((a, b) => b.changedAt - a.changedAt).slice(0, READ_MOST);
}

const stamp = new Float64Array(2);

function toRecord(info: RunInfo): RunRecord | undefined {
  const shard = new Shard(info.experimentId);
  shard.sketch(info);
  return shard.record(0);
}
