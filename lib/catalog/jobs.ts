import { STAMP_FIELDS } from "../tree/footprint.ts";
import type { CheckedLayout, CheckJob } from "./check-job.ts";
import { decodeShard } from "./codec.ts";
import type { Paths } from "./dependence.ts";
import { checkedPaths, type Layout } from "./entry.ts";
import type { ReadAnswer, ReadJob, SketchAnswer, SketchJob } from "./read-job.ts";
import type { Shard } from "./shard.ts";

/** Work on some runs of an experiment that any thread can do: what goes in and comes out can be copied. */
export type Job = CheckJob | ReadJob | SketchJob;
export type Answer<Kind extends Job> = Kind extends CheckJob
  ? readonly string[]
  : Kind extends SketchJob
    ? SketchAnswer
    : ReadAnswer;

/**
 * What a check of some runs takes, which have rows. It refers to the shard's stamps: it is done, or sent, before they change.
 *
 * @param runIds - best in the order of their rows: then their stamps lie side by side
 * @param isSwept - rows of which everything is looked at
 * @param only - of the other rows nothing else is
 */
export function toCheckJob(
  shard: Shard,
  runIds: readonly string[],
  folder: string,
  isSwept: (row: number) => boolean,
  only?: Paths,
): CheckJob {
  const layouts: CheckedLayout[] = [];
  const numbers = [new Map<Layout, number>(), new Map<Layout, number>()] as const;
  const layoutOf = new Int32Array(runIds.length);
  const counts = new Int32Array(runIds.length);
  const starts = new Int32Array(runIds.length);
  let first = Number.POSITIVE_INFINITY;
  let end = 0;
  for (const [index, runId] of runIds.entries()) {
    const row = shard.find(runId) as number;
    const layout = shard.layout(row);
    const isWhole = isSwept(row);
    const numberOf = numbers[isWhole ? 1 : 0];
    let number = numberOf.get(layout);
    if (number === undefined) {
      number = layouts.push(pick(layout, isWhole ? undefined : only)) - 1;
      numberOf.set(layout, number);
    }
    const count = isWhole ? layout.paths.length : checkedPaths(layout, shard.texts.status.get(row));
    const start = shard.stampStart.get(row);
    layoutOf[index] = number;
    counts[index] = count;
    starts[index] = start;
    first = Math.min(first, start);
    end = Math.max(end, start + count * STAMP_FIELDS);
  }
  const stamps = shard.stamps.subarray(runIds.length === 0 ? 0 : first, end);
  for (let index = 0; index < starts.length; index++)
    starts[index] = (starts[index] as number) - first;
  return { kind: "check", folder, runIds, layouts, layoutOf, counts, starts, stamps };
}

function pick({ paths }: Layout, only: Paths | undefined): CheckedLayout {
  const all = [...paths.keys()];
  const places = only === undefined ? all : all.filter((place) => only.has(paths[place] as string));
  return { paths: places.map((place) => paths[place] as string), places };
}

/** The rows of an answer as a shard. */
export function toShard({ unsettled, ...answer }: ReadAnswer): Shard {
  const shard = decodeRows(answer);
  for (const runId of unsettled) shard.unsettled.add(runId);
  return shard;
}

/** The rows of an answer as a shard of sketches. */
export function toSketches(answer: SketchAnswer): Shard {
  const shard = decodeRows(answer);
  for (const runId of shard.runIds) shard.noteSketch(runId);
  return shard;
}

function decodeRows({ experiment, rows }: Pick<ReadAnswer, "experiment" | "rows">): Shard {
  // What a thread hands over has lost the methods of a Buffer.
  const bytes = Buffer.from(rows.buffer, rows.byteOffset, rows.byteLength);
  const shard = decodeShard([bytes], experiment.experimentId, experiment.inTrash);
  if (shard === undefined) throw new Error("A thread's own rows are whole");
  return shard;
}
