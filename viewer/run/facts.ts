import { MLFLOW_TAG } from "../../lib/entities/tag.ts";
import type { MetricEntry, RunFile } from "../../lib/wire/data-files.ts";
import { decodeNumber } from "../../lib/wire/data-files.ts";
import type { ChartRun } from "../charts/chart-run.ts";
import { SYSTEM_PREFIX } from "../charts/sections.ts";
import { shortId } from "../format.ts";

/** Without a write for so long, a running run has most likely died. */
const DEAD_AFTER_MS = 10 * 60_000;

/** The name to show; runs of old MLflow versions may have none. */
export function runNameOf(run: { readonly runName: string; readonly runId: string }): string {
  return run.runName === "" ? shortId(run.runId) : run.runName;
}

/** The one run of a page as charts see it. */
export function chartRunOf(run: RunFile): ChartRun {
  return {
    runId: run.info.runId,
    experimentId: run.info.experimentId,
    name: runNameOf(run.info),
    startTime: run.info.startTime,
    metrics: new Map(
      run.metrics.map((metric) => [
        metric.key,
        { count: metric.count, last: decodeNumber(metric.last), step: metric.step },
      ]),
    ),
  };
}

export function isSystemMetric(metric: { readonly key: string }): boolean {
  return metric.key.startsWith(SYSTEM_PREFIX);
}

/** Metrics worth a small chart at the top of a run: those with a history, losses and scores before the rest. */
export function headlineMetrics(metrics: readonly MetricEntry[], most: number): string[] {
  return metrics
    .filter((metric) => metric.count > 1 && !isSystemMetric(metric))
    .map((metric, i) => ({ key: metric.key, rank: headlineRank(metric.key), i }))
    .sort((a, b) => a.rank - b.rank || a.i - b.i)
    .slice(0, most)
    .map(({ key }) => key);
}

const HEADLINES = [
  /(^|[/_.-])(val|valid|validation|test|eval)([/_.-]).*(acc|auc|f1|score)/i,
  /(^|[/_.-])(val|valid|validation|test|eval)([/_.-]).*loss/i,
  /loss/i,
  /acc|auc|f1|score/i,
];

/** Metrics that only say how far the training is. */
const COUNTERS = /(^|[/_.-])(epochs?|steps?|iter\w*|time|seconds|samples|tokens)$/i;

/** How much one wants to see a metric first: scores and losses of validation before the rest. */
export function headlineRank(key: string): number {
  if (COUNTERS.test(key)) return HEADLINES.length + 1;
  const rank = HEADLINES.findIndex((pattern) => pattern.test(key));
  return rank < 0 ? HEADLINES.length : rank;
}

/** Milliseconds since a running run last wrote, and whether it has probably died. Null for runs that are over. */
export function sinceLastWrite(
  run: Pick<RunFile, "info" | "lastWrite">,
  now: number,
): { readonly at: number; readonly isProbablyDead: boolean } | null {
  if (run.info.status !== "RUNNING") return null;
  const at = run.lastWrite ?? run.info.startTime;
  return { at, isProbablyDead: isProbablyDead(at, now) };
}

/** Whether a running run that last wrote at a time, ms since the epoch, has probably died. */
export function isProbablyDead(lastWrite: number, now: number): boolean {
  return now - lastWrite > DEAD_AFTER_MS;
}

/** Web page of a commit, when the repository's address is one of a web host; undefined otherwise. */
export function commitUrl(tags: Readonly<Record<string, string>>): string | undefined {
  const commit = tags[MLFLOW_TAG.gitCommit];
  const remote = tags[MLFLOW_TAG.gitRepoUrl];
  if (commit === undefined || remote === undefined || !/^[0-9a-f]{7,64}$/i.test(commit)) {
    return undefined;
  }
  const ssh = /^(?:ssh:\/\/)?git@([\w.-]+)[:/](.+?)(?:\.git)?\/?$/.exec(remote);
  const web = /^https?:\/\/(?:[^@/]*@)?([\w.-]+)\/(.+?)(?:\.git)?\/?$/.exec(remote);
  const [, host, path] = ssh ?? web ?? [];
  return host === undefined ? undefined : `https://${host}/${path}/commit/${commit}`;
}

/** The script or notebook, without the folders before it. */
export function sourceName(tags: Readonly<Record<string, string>>): string | undefined {
  return tags[MLFLOW_TAG.sourceName]?.split(/[/\\]/).at(-1);
}
