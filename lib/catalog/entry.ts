import { isTerminated, type RunStatus } from "../entities/run.ts";
import type { TreeProblem } from "../errors.ts";
import { metaPath, RunReading, type RunRecord, readRun } from "../store/read-run.ts";
import { type RunPlace, type Store, toProblem } from "../store/store.ts";
import { STAMP_FIELDS } from "../tree/footprint.ts";
import { isSettled } from "./freshness.ts";

/** Which files and folders a reading of a run depended on. Runs with the same keys share one. */
export interface Layout {
  /** Relative to the run's folder. First what is looked at each time: folders, meta.yaml, tags and inputs. */
  readonly paths: readonly string[];
  /** Then the metric files: they grow while the run goes on. */
  readonly metricsStart: number;
  /** Then the params, which are written once. */
  readonly paramsStart: number;
}

export function isSameLayout(a: Layout, b: Layout): boolean {
  return (
    a.metricsStart === b.metricsStart &&
    a.paramsStart === b.paramsStart &&
    a.paths.length === b.paths.length &&
    a.paths.every((path, index) => path === b.paths[index])
  );
}

/** A run as it was read. */
export interface RunEntry {
  readonly runId: string;
  /** Undefined when meta.yaml cannot be read. */
  readonly record: RunRecord | undefined;
  readonly problems: readonly TreeProblem[];
  readonly layout: Layout;
  /** Two numbers a path, see `Footprint`. */
  readonly stamps: readonly number[];
  /** Whether a change after the reading is sure to show in the stamps. */
  readonly isSettled: boolean;
  /** For the next reading of a run that is not finished. */
  readonly reading: RunReading;
}

/** Reads a run. It does not throw over broken files: what is wrong is in `problems`. */
export function readEntry(store: Store, place: RunPlace, previous?: RunReading): RunEntry {
  const now = Date.now();
  const reading = new RunReading(place);
  const { record, problems } = readWhole(store, place, reading, previous);
  const { paths, stamps } = reading.footprint;
  const metricsStart = record === undefined ? paths.length : reading.metricsStart;
  const paramsStart = record === undefined ? paths.length : reading.paramsStart;
  const layout = { paths, metricsStart, paramsStart };
  const isSettled = areSettled(stamps, layout, record?.run.info.status, now);
  return { runId: place.runId, record, problems, layout, stamps, isSettled, reading };
}

/**
 * Whether every change after a reading is sure to show in the stamps.
 *
 * @param now - when the reading began
 */
export function areSettled(
  stamps: ArrayLike<number>,
  { paths, metricsStart }: Layout,
  status: RunStatus | undefined,
  now: number,
): boolean {
  const isGrowing = status !== undefined && !isTerminated(status);
  // A metric file of a running run only grows: its size shows every change.
  const checked = isGrowing ? metricsStart : paths.length;
  for (let i = 1; i < checked * STAMP_FIELDS; i += STAMP_FIELDS) {
    if (!isSettled(stamps[i] as number, now)) return false;
  }
  return true;
}

/** Bytes of the files that a run was read from. */
export function bytesOf({ stamps }: { readonly stamps: ArrayLike<number> }): number {
  let bytes = 0;
  for (let i = 0; i < stamps.length; i += STAMP_FIELDS) bytes += Math.max(stamps[i] as number, 0);
  return bytes;
}

/** How many paths of a layout are looked at in an ordinary check. */
export function checkedPaths(layout: Layout, status: string | undefined): number {
  const isOver = status === undefined || isTerminated(status as RunStatus);
  return isOver ? layout.metricsStart : layout.paramsStart;
}

function readWhole(
  store: Store,
  place: RunPlace,
  reading: RunReading,
  previous: RunReading | undefined,
): Pick<RunEntry, "record" | "problems"> {
  try {
    const record = readRun(store, place, reading, previous);
    return { record, problems: record.problems };
  } catch (error) {
    return { record: undefined, problems: [toProblem(error, metaPath(store, place))] };
  }
}
