import { type MetricColumn, NumberColumn, type TextColumn } from "./columns.ts";

/** What a row has one text of. `inputs`, `outputs` and `problems` are JSON, missing where there are none. */
export const TEXTS = [
  "runName",
  "userId",
  "status",
  "lifecycleStage",
  "artifactUri",
  "inputs",
  "outputs",
  "problems",
  "layout",
] as const;
export type TextName = (typeof TEXTS)[number];

/** Keys have columns in these groups. `labels` are datasets of latest points, as JSON. */
export const GROUPS = ["params", "tags", "labels"] as const;
export type Group = (typeof GROUPS)[number];

/** What a shard is made of, in the order of `TEXTS` and with numbers of `GROUPS`. */
export interface ShardParts {
  readonly runIds: string[];
  readonly texts: readonly TextColumn[];
  readonly keyed: readonly (readonly [group: number, key: string, column: TextColumn])[];
  readonly metrics: readonly (readonly [key: string, column: MetricColumn])[];
  readonly startTime: NumberColumn;
  readonly endTime: NumberColumn;
  readonly stampStart: NumberColumn;
  readonly stamps: Float64Array;
}

/** Of a shard without rows. */
export const NO_PARTS = (): ShardParts => ({
  runIds: [],
  texts: [],
  keyed: [],
  metrics: [],
  startTime: new NumberColumn(),
  endTime: new NumberColumn(),
  stampStart: new NumberColumn(),
  stamps: new Float64Array(0),
});
