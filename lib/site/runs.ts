import type { MetricSummary, PartialAnswer, ReadProgress, RunRecord } from "../client/client.ts";
import { compareText } from "../entities/record.ts";
import { RUN_STATUSES } from "../entities/run.ts";
import { MLFLOW_TAG } from "../entities/tag.ts";
import { MlrunsError, notFound, type TreeProblem } from "../errors.ts";
import {
  encodeNumber,
  type MetricColumn,
  type ReadingState,
  type RunsFile,
  runsBefore,
  TAG_CUT,
} from "../wire/data-files.ts";
import { DATA_PATH } from "../wire/data-paths.ts";
import { chosenRuns } from "./chosen.ts";
import { columnsByKey, toDictionaryColumn } from "./columns.ts";
import { type DataFile, encodedJson, json, type SiteContext } from "./context.ts";
import type { Copies } from "./copies.ts";
import { isOfSameState, type RunsOrigin } from "./kept-files.ts";

/**
 * `data/runs/<experiment>.json` and its further chunks: columns over the runs, newest first, active and deleted.
 *
 * @param copies - runs that several roots have
 */
export async function makeRuns(
  context: SiteContext,
  experimentId: string,
  chunk: number,
  copies: Copies,
): Promise<DataFile> {
  const { client, scope, mode, kept } = context;
  if (!scope.includes(experimentId)) {
    throw notFound(`Could not find experiment with ID ${experimentId}`);
  }
  if (mode === "static") {
    return json(
      makeChunk(context, experimentId, chunk, await scanRuns(context, experimentId, copies)),
    );
  }
  const glance = chunk === 0 ? await glanceAtRuns(context, experimentId, copies) : undefined;
  if (glance !== undefined) return json(glance);
  const { reading } = await client.meetChanges(experimentId, { partial: true });
  // Before the scan: what is met meanwhile makes the next call scan again.
  const version = client.runsVersion(experimentId);
  const name = await nameOf(context, experimentId);
  const origin = { context, experimentId, chunk, version, name, copies };
  const known = reading === undefined ? kept.find(origin) : undefined;
  if (known !== undefined) return known;
  const scan = lastScan(origin) ?? (await scanRuns(context, experimentId, copies));
  const made = makeChunk(context, experimentId, chunk, scan);
  if (scan.reading) return json(made);
  const file = encodedJson(made);
  kept.keep(origin, file);
  scans.set(context, { origin, scan: new WeakRef(scan) });
  return file;
}

/** Rows of a first glance: about what is seen of a page. */
const GLANCE_RUNS = 100;

/** The newest rows, for the moment that the list of a large experiment takes. */
async function glanceAtRuns(
  context: SiteContext,
  experimentId: string,
  copies: Copies,
): Promise<RunsFile | undefined> {
  const { client, scope } = context;
  if (scope.runIds !== undefined) return undefined;
  const newest = await client.findNewestRuns([experimentId], GLANCE_RUNS);
  if (newest === undefined) return undefined;
  const { records: sorted, ofRuns } = newest;
  const name = await nameOf(context, experimentId);
  const reading = { runs: 0, ofRuns, files: 0, leftMs: Number.NaN };
  const chunk = makeChunk(context, experimentId, 0, {
    sorted,
    problems: [],
    name,
    copies,
    reading,
  });
  return { ...chunk, total: ofRuns, isFirstGlance: true };
}

interface RunsScan extends PartialAnswer {
  /** Newest first. */
  readonly sorted: readonly RunRecord[];
  readonly problems: readonly TreeProblem[];
  /** Of the experiment. */
  readonly name: string;
  readonly copies: Copies;
}

/** Who asks for one chunk will ask for the next one: the last scan of a tree stays as long as there is room. */
const scans = new WeakMap<
  SiteContext,
  { readonly origin: RunsOrigin; readonly scan: WeakRef<RunsScan> }
>();

function lastScan(origin: RunsOrigin): RunsScan | undefined {
  const last = scans.get(origin.context);
  return last && isOfSameState(last.origin, origin) ? last.scan.deref() : undefined;
}

async function scanRuns(
  context: SiteContext,
  experimentId: string,
  copies: Copies,
): Promise<RunsScan> {
  const { records, problems, ...answer } = await chosenRuns(context, experimentId, {
    partial: context.mode === "live",
  });
  return {
    sorted: [...records].sort(newestFirst),
    problems,
    name: await nameOf(context, experimentId),
    copies,
    ...answer,
  };
}

function makeChunk(
  context: SiteContext,
  experimentId: string,
  chunk: number,
  { sorted, problems, reading, name, copies }: RunsScan,
): RunsFile {
  const { id } = context;
  const offset = runsBefore(chunk);
  const rows = sorted.slice(offset, runsBefore(chunk + 1));
  const infos = rows.map(({ run }) => run.info);
  const isLast = offset + rows.length >= sorted.length;
  const byRun = chunk === 0 ? problemsByRun(context, experimentId, sorted, problems) : NO_PROBLEMS;
  const copied = infos.flatMap(({ runId }) => {
    const roots = copies.of(context, runId).map(({ key }) => key);
    return roots.length === 0 ? [] : { runId: id(runId), roots };
  });
  return {
    experimentId: id(experimentId),
    experimentName: name,
    ...(context.key !== "" && { root: context.key }),
    total: sorted.length,
    offset,
    next: isLast ? null : DATA_PATH.runs(id(experimentId), chunk + 1),
    runIds: infos.map((info) => id(info.runId)),
    names: infos.map((info) => info.runName),
    status: infos.map((info) => RUN_STATUSES.indexOf(info.status)),
    deleted: infos.map((info) => (info.lifecycleStage === "deleted" ? 1 : 0)),
    startTime: infos.map((info) => info.startTime),
    endTime: infos.map((info) => info.endTime),
    lastWrite: rows.map(lastWrite),
    user: toDictionaryColumn(infos.map((info) => context.scope.user(info.userId))),
    parent: toDictionaryColumn(
      rows.map(({ run }) => {
        const parent = run.data.tags[MLFLOW_TAG.parentRunId];
        return parent === undefined ? undefined : id(parent);
      }),
    ),
    params: columnsByKey(
      rows.map(({ run }) => run.data.params),
      toDictionaryColumn,
    ),
    tags: columnsByKey(
      rows.map(({ run }) => context.scope.tags(run.data.tags)),
      (values) => toDictionaryColumn(values.map((value) => value?.slice(0, TAG_CUT))),
    ),
    metrics: columnsByKey(
      rows.map(({ summaries }) => summaries),
      toMetricColumn,
    ),
    datasets: toDictionaryColumn(rows.map(datasetsOf)),
    models: toDictionaryColumn(rows.map(modelsOf)),
    ...(reading && { reading: readingState(reading) }),
    ...byRun,
    ...(copied.length > 0 && { copies: copied }),
  };
}

/** The id where the name cannot be read. */
async function nameOf({ client }: SiteContext, experimentId: string): Promise<string> {
  try {
    return (await client.getExperiment(experimentId)).name;
  } catch (error) {
    if (error instanceof MlrunsError) return experimentId;
    throw error;
  }
}

function readingState({ runs, ofRuns, leftMs }: ReadProgress): ReadingState {
  return { runs, ofRuns, leftMs: Number.isFinite(leftMs) ? Math.round(leftMs) : null };
}

/** Newest timestamp of any metric of a run, ms since the epoch. */
export function lastWrite({ summaries }: RunRecord): number | null {
  const times = Object.values(summaries).map(({ lastTimestamp }) => lastTimestamp);
  return times.length === 0 ? null : Math.max(...times);
}

const NO_PROBLEMS: Pick<RunsFile, "unreadable" | "warnings"> = { unreadable: [], warnings: [] };

/** A problem belongs to the run whose folder it lies in. A run whose meta.yaml is broken has no row. */
function problemsByRun(
  { id }: SiteContext,
  experimentId: string,
  records: readonly RunRecord[],
  problems: readonly TreeProblem[],
): Pick<RunsFile, "unreadable" | "warnings"> {
  const readable = new Set(records.map(({ run }) => run.info.runId));
  const unreadable: RunsFile["unreadable"][number][] = [];
  const warnings: RunsFile["warnings"][number][] = [];
  for (const problem of problems) {
    const parts = problem.path.split("/");
    const [runId, file] = parts.slice(parts.indexOf(experimentId) + 1);
    if (runId === undefined) continue;
    if (readable.has(runId)) warnings.push({ runId: id(runId), problem });
    else if (file === "meta.yaml") unreadable.push({ runId: id(runId), problem });
  }
  return { unreadable, warnings };
}

function newestFirst(a: RunRecord, b: RunRecord): number {
  const byStart = b.run.info.startTime - a.run.info.startTime;
  return byStart !== 0 ? byStart : compareText(a.run.info.runId, b.run.info.runId);
}

function toMetricColumn(summaries: readonly (MetricSummary | undefined)[]): MetricColumn {
  const numbers = (of: (summary: MetricSummary) => number): MetricColumn["last"] =>
    summaries.map((summary) => (summary === undefined ? null : encodeNumber(of(summary))));
  return {
    last: numbers(({ latest }) => latest.value),
    min: numbers(({ min }) => min),
    max: numbers(({ max }) => max),
    mean: numbers(({ mean }) => mean),
    step: summaries.map((summary) => summary?.latest.step ?? null),
    count: summaries.map((summary) => summary?.count ?? null),
  };
}

function datasetsOf({ run }: RunRecord): string | undefined {
  const names = run.inputs.datasetInputs.map(
    ({ dataset }) => `${dataset.name} (${dataset.digest})`,
  );
  return names.length === 0 ? undefined : names.sort(compareText).join(", ");
}

function modelsOf({ run }: RunRecord): string | undefined {
  const ids = run.outputs.modelOutputs.map(({ modelId }) => modelId);
  return ids.length === 0 ? undefined : ids.sort(compareText).join(", ");
}
