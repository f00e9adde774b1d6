import { PYRAMID_ABOVE_POINTS, PYRAMID_BUCKET } from "../../lib/wire/data-files.ts";
import { pyramidHistory, recordsWithin } from "../charts/pyramid.ts";
import type { Range } from "../charts/range.ts";
import { getHistory, getPyramid } from "./histories.ts";
import { getHistoryRange } from "./history-range.ts";
import type { History } from "./parse-history.ts";

/** A run's points for one chart. */
export interface ChartHistory {
  readonly history: History;
  /** False when the points are the corners of a pyramid. */
  readonly exact: boolean;
  /** Of the metric on the x axis. */
  readonly other?: History;
}

/** By the ids of their lines. */
export type ChartHistories = ReadonlyMap<string, ChartHistory>;

export interface WantedHistory {
  /** Of its line. */
  readonly id: string;
  readonly runId: string;
  readonly key: string;
  readonly count: number;
  /** The metric on the x axis and the number of its points. */
  readonly other?: { readonly key: string; readonly count: number };
}

/** Whether a chart may start with the pyramid of a history. Smoothing and other metrics as x need every point. */
export function startsWithPyramid(wanted: WantedHistory, needsAll: boolean): boolean {
  return wanted.count > PYRAMID_ABOVE_POINTS && !needsAll && wanted.other === undefined;
}

/** Reads the histories of a chart, all at a time, and tells of each as it comes. */
export async function readHistories(
  wanted: readonly WantedHistory[],
  needsAll: boolean,
  signal: AbortSignal,
  onPart: (part: ChartHistories) => void,
): Promise<ChartHistories> {
  const read = new Map<string, ChartHistory>();
  await Promise.all(
    wanted.map(async (one) => {
      read.set(one.id, await readOne(one, needsAll, signal));
      onPart(new Map(read));
    }),
  );
  return read;
}

async function readOne(
  wanted: WantedHistory,
  needsAll: boolean,
  signal: AbortSignal,
): Promise<ChartHistory> {
  const { runId, key, count, other } = wanted;
  if (startsWithPyramid(wanted, needsAll)) {
    return { history: pyramidHistory(await getPyramid(runId, key, { signal })), exact: false };
  }
  const [history, otherHistory] = await Promise.all([
    readShared(runId, key, count, signal),
    other && readShared(runId, other.key, other.count, signal),
  ]);
  return { history, exact: true, ...(otherHistory && { other: otherHistory }) };
}

const flights = new Map<string, Promise<History>>();

/** A sparkline and a chart of the same metric read it once. A long history is read for one alone, who may give up. */
function readShared(
  runId: string,
  key: string,
  count: number,
  signal: AbortSignal,
): Promise<History> {
  if (count > PYRAMID_ABOVE_POINTS) return getHistory(runId, key, count, { signal });
  const id = JSON.stringify([runId, key, count]);
  const flying = flights.get(id);
  if (flying !== undefined) return flying;
  const flight = getHistory(runId, key, count).finally(() => flights.delete(id));
  flights.set(id, flight);
  return flight;
}

/** The part of the x axis that a chart shows, in the unit of the axis. */
export interface DetailWindow {
  readonly axis: "steps" | "timestamps";
  /** All of the axis when null. */
  readonly range: Range | null;
  readonly columns: number;
}

/**
 * Reads the points in view of a history that was drawn from its pyramid, if the pyramid is coarser than the pixels.
 * Null when it is fine enough.
 */
export async function readDetail(
  wanted: WantedHistory,
  window: DetailWindow,
  signal: AbortSignal,
): Promise<History | null> {
  const { runId, key, count } = wanted;
  const pyramid = await getPyramid(runId, key, { signal });
  const records = pyramid.stepMin.length;
  const [low, high] =
    window.axis === "steps"
      ? [pyramid.stepMin, pyramid.stepMax]
      : [pyramid.timeMin, pyramid.timeMax];
  const { first, end } =
    window.range === null
      ? { first: 0, end: records }
      : recordsWithin(low, high, window.range.low, window.range.high);
  if (end - first >= window.columns) return null;
  // A record more on each side lets the line go on beyond the edge.
  const from = Math.max(0, first - 1);
  const to = Math.min(records, end + 1);
  if (from === 0 && to === records) return getHistory(runId, key, count, { signal });
  return getHistoryRange(runId, key, from * PYRAMID_BUCKET, to * PYRAMID_BUCKET, { signal });
}
