import type { RunSnapshot } from "./snapshot.ts";

/** Something that has one value before and another after; absent on a side where it is not there. */
export interface Change<Value> {
  readonly key: string;
  readonly before?: Value;
  readonly after?: Value;
}

/** The latest value of a metric, and how many points it has. */
export interface MetricValue {
  readonly value: number;
  readonly points: number;
}

export interface RunSummary {
  readonly runId: string;
  readonly runName: string;
  readonly experiment: string;
  readonly status: string;
  readonly params: Readonly<Record<string, string>>;
  readonly metrics: Readonly<Record<string, number>>;
}

export interface RunChange {
  readonly runId: string;
  readonly runName: string;
  readonly experiment: string;
  /** Of name, status, lifecycle stage, end time, user and experiment. */
  readonly attributes: readonly Change<string>[];
  readonly params: readonly Change<string>[];
  readonly metrics: readonly Change<MetricValue>[];
  readonly tags: readonly Change<string>[];
}

export interface TreeDiff {
  readonly added: readonly RunSummary[];
  readonly removed: readonly RunSummary[];
  readonly changed: readonly RunChange[];
}

/** Compares the runs of two trees, or of one at two times, by their ids. */
export function diffSnapshots(
  before: ReadonlyMap<string, RunSnapshot>,
  after: ReadonlyMap<string, RunSnapshot>,
): TreeDiff {
  const changed = [...after].flatMap(([runId, snapshot]) => {
    const old = before.get(runId);
    return old === undefined ? [] : (diffRuns(old, snapshot) ?? []);
  });
  return {
    added: summaries(after, before),
    removed: summaries(before, after),
    changed: changed.sort(byExperimentAndName),
  };
}

function diffRuns(before: RunSnapshot, after: RunSnapshot): RunChange | undefined {
  const [a, b] = [before.run.data, after.run.data];
  const change = {
    runId: after.run.info.runId,
    runName: after.run.info.runName,
    experiment: after.experiment,
    attributes: diffValues(attributesOf(before), attributesOf(after)),
    params: diffValues(a.params, b.params),
    metrics: diffValues(metricsOf(before), metricsOf(after), sameMetric),
    tags: diffValues(a.tags, b.tags),
  };
  const { attributes, params, metrics, tags } = change;
  return attributes.length + params.length + metrics.length + tags.length > 0 ? change : undefined;
}

function diffValues<Value>(
  before: Readonly<Record<string, Value>>,
  after: Readonly<Record<string, Value>>,
  isSame: (a: Value, b: Value) => boolean = Object.is,
): Change<Value>[] {
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return keys.flatMap((key): Change<Value>[] => {
    const [a, b] = [before[key], after[key]];
    if (a === undefined) return b === undefined ? [] : [{ key, after: b }];
    if (b === undefined) return [{ key, before: a }];
    return isSame(a, b) ? [] : [{ key, before: a, after: b }];
  });
}

function attributesOf({ run: { info }, experiment }: RunSnapshot): Record<string, string> {
  return {
    experiment,
    run_name: info.runName,
    status: info.status,
    lifecycle_stage: info.lifecycleStage,
    user_id: info.userId,
    ...(info.endTime !== null && { end_time: new Date(info.endTime).toISOString() }),
  };
}

function metricsOf({ run, points }: RunSnapshot): Record<string, MetricValue> {
  const entries = Object.entries(run.data.metrics);
  return Object.fromEntries(
    entries.map(([key, value]) => [key, { value, points: points.get(key) ?? 0 }]),
  );
}

function sameMetric(a: MetricValue, b: MetricValue): boolean {
  return Object.is(a.value, b.value) && a.points === b.points;
}

function summaries(
  runs: ReadonlyMap<string, RunSnapshot>,
  others: ReadonlyMap<string, RunSnapshot>,
): RunSummary[] {
  return [...runs]
    .filter(([runId]) => !others.has(runId))
    .map(([runId, { run, experiment }]) => ({
      runId,
      runName: run.info.runName,
      experiment,
      status: run.info.status,
      params: run.data.params,
      metrics: run.data.metrics,
    }))
    .sort(byExperimentAndName);
}

interface Named {
  readonly experiment: string;
  readonly runName: string;
  readonly runId: string;
}

function byExperimentAndName(a: Named, b: Named): number {
  const key = (each: Named): string => `${each.experiment}\0${each.runName}\0${each.runId}`;
  return key(a) < key(b) ? -1 : 1;
}
