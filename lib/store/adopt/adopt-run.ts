import { mkdirSync, writeFileSync } from "node:fs";
import type { Metric } from "../../entities/metric.ts";
import type { ReadonlyDictionary } from "../../entities/record.ts";
import type { RunInfo, RunInputs, RunOutputs } from "../../entities/run.ts";
import { validateRunId } from "../../entities/validate.ts";
import { printMetricLine } from "../../format/metric-line.ts";
import { printRunMeta, type RunMeta } from "../../format/run-meta.ts";
import { runFolder, runPaths } from "../../tree/layout.ts";
import { isFile } from "../../tree/read.ts";
import { createFolderResumably } from "../../tree/write.ts";
import { experimentLocation } from "../artifact-location.ts";
import { findExperiment } from "../experiments.ts";
import { readHistory } from "../history.ts";
import { writeInputs, writeOutputs } from "../inputs.ts";
import { readRunMeta } from "../read-run.ts";
import { toRunPlace, writeRunMeta } from "../runs.ts";
import type { RunPlace, Store } from "../store.ts";
import { addParams, appendMissing, type CatchUp, changeFields, changeTags } from "./catch-up.ts";
import { emptyButArtifacts } from "./folder.ts";
import { writeHistories } from "./histories.ts";
import { digest, digestsOf, readImported, writeImported } from "./imported.ts";
import { type Refused, writeFirstValues } from "./values.ts";

/** A run of another store with all that belongs to it. */
export interface AdoptableRun {
  /** `experimentId` is the one here; an `artifactUri` says that the artifacts stay there. */
  readonly info: RunInfo;
  readonly deletedTime: number | null;
  readonly params: ReadonlyDictionary<string>;
  readonly tags: ReadonlyDictionary<string>;
  readonly inputs: RunInputs;
  readonly outputs: RunOutputs;
  /** The latest value of each metric, where it is known without reading histories. */
  readonly latest?: ReadonlyDictionary<number>;
  /** All points of all metrics, in any portions; those of one metric in the order of its file. */
  metrics(): AsyncIterable<readonly Metric[]>;
  /**
   * Copies the artifacts into a folder, which may hold some of them from a try before.
   *
   * @param known - sizes of those that an earlier import has brought; undefined for a folder that is being made
   */
  copyArtifacts(folder: string, known?: ReadonlyDictionary<number>): Promise<CopiedArtifacts>;
}

export interface CopiedArtifacts {
  /** Path to size of all that there are at the source. */
  readonly sizes: ReadonlyDictionary<number>;
  /** How many were not there yet. */
  readonly added: number;
}

/** What becomes of parts that are no success. */
export interface Told {
  /** Is told of keys that a tree cannot hold. */
  readonly refused: Refused;
  /** Is told of what was changed on both sides: it stays as it is here. */
  readonly differs: (what: string) => void;
  /** Whether nothing has been told of this item: else the next import looks at it again. */
  readonly isWhole: () => boolean;
  /** Is told how many points were written. */
  readonly wrote: (points: number) => void;
  /** Whether a later import is to know what was imported. */
  readonly remembers: boolean;
}

export type Adopted = "new" | "changed" | "there";

/**
 * Takes in a run of another store with its id and times. It is there with all that belongs to it or not at all. One that was
 * taken in before is brought up to date, see `CatchUp`.
 *
 * @throws MlrunsError RESOURCE_DOES_NOT_EXIST for the experiment, INVALID_PARAMETER_VALUE for the id
 */
export async function adoptRun(store: Store, run: AdoptableRun, told: Told): Promise<Adopted> {
  const { runId, experimentId } = run.info;
  validateRunId(runId);
  const experiment = findExperiment(store, experimentId);
  const target = runFolder(experiment.folder, runId);
  if (isFile(runPaths.meta(target))) {
    const place = toRunPlace(store, { experimentId, ...experiment }, runId);
    if (place !== undefined) return catchUp(store, place, run, told);
  }
  const fill = (folder: string): Promise<void> =>
    fillRun(store, folder, experiment.folder, run, told);
  const isNew = await createFolderResumably(store.root, `import-${runId}`, target, fill);
  return isNew ? "new" : "there";
}

async function fillRun(
  store: Store,
  folder: string,
  experiment: string,
  run: AdoptableRun,
  told: Told,
): Promise<void> {
  const { runId, experimentId } = run.info;
  emptyButArtifacts(folder);
  for (const kind of ["metrics", "params", "tags", "artifacts"] as const) {
    mkdirSync(runPaths[kind](folder), { recursive: true });
  }
  writeFirstValues(runPaths.params(folder), run.params, told.refused);
  writeFirstValues(runPaths.tags(folder), run.tags, told.refused);
  const place = { runId, experimentId, inTrash: false, folder };
  writeInputs(place, run.inputs.datasetInputs, run.inputs.modelInputs, experiment);
  writeOutputs(place, run.outputs.modelOutputs);
  const histories = telling(run.metrics(), told);
  await writeHistories(runPaths.metrics(folder), histories, "run", told.refused);
  const { sizes } = await run.copyArtifacts(runPaths.artifacts(folder));
  remember(folder, run, sizes, told, true);
  const uri = `${experimentLocation(store, experimentId)}/${runId}/artifacts`;
  writeFileSync(
    runPaths.meta(folder),
    printRunMeta({
      ...run.info,
      artifactUri: run.info.artifactUri ?? uri,
      deletedTime: run.deletedTime,
      extra: {},
    }),
  );
}

async function* telling(
  portions: AsyncIterable<readonly Metric[]>,
  { wrote }: Told,
): AsyncGenerator<readonly Metric[]> {
  for await (const points of portions) {
    wrote(points.length);
    yield points;
  }
}

/** Status and end come last, and after them what the next import goes by: an update that was cut off is done again. */
async function catchUp(
  store: Store,
  place: RunPlace,
  run: AdoptableRun,
  told: Told,
): Promise<Adopted> {
  const { folder } = place;
  const before = readImported(folder);
  if (before !== undefined && before.state !== "" && before.state === stateOf(run)) return "there";
  const way: CatchUp = { store, folder, ...told };
  const hasParams = addParams(way, runPaths.params(folder), run.params);
  const hasTags = changeTags(way, runPaths.tags(folder), run.tags, before?.tags);
  writeInputs(place, run.inputs.datasetInputs, run.inputs.modelInputs);
  writeOutputs(place, run.outputs.modelOutputs);
  const points = await appendMissing(
    way,
    runPaths.metrics(folder),
    run.metrics(),
    (key) => readHistory(store, place.runId, key).found,
    printMetricLine,
  );
  told.wrote(points);
  const { sizes, added } = await run.copyArtifacts(
    runPaths.artifacts(folder),
    before?.artifacts ?? {},
  );
  const meta = readRunMeta(store, place);
  // Of one that goes on here, nobody but the source knows how it went on.
  const known = before?.fields ?? (isOver(meta) ? undefined : fieldsOf(meta));
  const fields = changeFields(way, fieldsOf(meta), fieldsOf(run), known);
  const hasFields = JSON.stringify(fields) !== JSON.stringify(fieldsOf(meta));
  if (hasFields) writeRunMeta(store, place, { ...meta, ...fields });
  remember(folder, run, sizes, told, false);
  return hasParams || hasTags || points + added > 0 || hasFields ? "changed" : "there";
}

type RunFields = Pick<RunMeta, "status" | "endTime" | "runName" | "lifecycleStage"> & {
  readonly deletedTime: number | null;
};

function fieldsOf(run: AdoptableRun | RunMeta): RunFields {
  const { status, endTime, runName, lifecycleStage } = "info" in run ? run.info : run;
  return { status, endTime, runName, lifecycleStage, deletedTime: run.deletedTime ?? null };
}

function isOver({ status }: Pick<RunInfo, "status">): boolean {
  return status !== "RUNNING" && status !== "SCHEDULED";
}

function remember(
  folder: string,
  run: AdoptableRun,
  artifacts: ReadonlyDictionary<number>,
  { isWhole, remembers }: Told,
  isFirst: boolean,
): void {
  if (!remembers) return;
  const state = isWhole() ? stateOf(run) : "";
  const known = { state, fields: fieldsOf(run), tags: digestsOf(run.tags), artifacts };
  writeImported(folder, known, isFirst);
}

/** All that is known of a run without reading its histories and artifacts; empty while it goes on. */
function stateOf(run: AdoptableRun): string {
  const { params, tags, inputs, outputs, latest } = run;
  if (latest === undefined || !isOver(run.info)) return "";
  const sorted = (entries: object): unknown => Object.entries(entries).sort();
  const values = [params, tags, latest].map(sorted);
  return digest(JSON.stringify([fieldsOf(run), values, inputs, outputs]));
}
