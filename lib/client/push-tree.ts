import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import pMap from "p-map";
import { type SyncOptions, type SyncReport, syncArtifacts } from "../artifacts/sync/sync.ts";
import { answerOf, type SyncFailure } from "../artifacts/sync/transfer.ts";
import type { ArtifactPlace } from "../entities/file-info.ts";
import type { LoggedModel } from "../entities/logged-model.ts";
import { isTerminated, type RunInfo } from "../entities/run.ts";
import { invalidParameter, MlrunsError } from "../errors.ts";
import { parseRunMeta } from "../format/run-meta.ts";
import { experimentFolder, experimentPaths, META_FILE, runFolder } from "../tree/layout.ts";
import { readTextIfThere } from "../tree/read.ts";
import { MlrunsClient } from "./client.ts";
import { sumReports } from "./sum-reports.ts";

/** Parts of a tree pushed at a time, each with transfers of its own. */
const CONCURRENCY = 3;

export interface PushTreeOptions extends SyncOptions {
  /** The tree; MLFLOW_TRACKING_URI or `./mlruns` by default. */
  readonly root?: string;
  /** Where to: needed for metadata, and for artifacts of runs that have no store of their own. */
  readonly uri?: string;
  /** Ids; without `runs` and `experiments` all active runs are meant. */
  readonly runs?: readonly string[];
  readonly experiments?: readonly string[];
  readonly what?: "artifacts" | "metadata" | "all";
  /** `tree`: as they lie in a tree; `run`: artifacts alone, as `<uri>/<run id>/<artifact path>`. */
  readonly layout?: "tree" | "run";
}

/** What was done in all, with what was done for each part. */
export interface PushTreeReport extends SyncReport {
  readonly parts: readonly SyncReport[];
}

/** A run or logged model that is pushed. */
interface Item {
  readonly id: string;
  readonly experimentId: string;
  /** Relative to the root. */
  readonly name: string;
  readonly folder: string;
  readonly artifacts: ArtifactPlace;
}

/** A folder of the tree and where it goes. */
interface Part {
  /** As failures name it: relative to the root. */
  readonly name: string;
  readonly from: string;
  readonly to: string;
  readonly paths?: readonly string[];
  readonly versions?: boolean;
}

/**
 * Pushes some runs of a tree with the models that they have logged. Artifacts go to the store that the run's `artifact_uri`
 * names, else below `uri`, where metadata always goes: laid out as in the tree, so that what is there can be pulled and
 * served. Logged models have no place in a layout by runs.
 *
 * @throws MlrunsError INVALID_PARAMETER_VALUE when a URI is needed and there is none; RESOURCE_DOES_NOT_EXIST for a run or
 * experiment that is not there; what a store throws that refuses every part
 */
export async function pushTree(options: PushTreeOptions = {}): Promise<PushTreeReport> {
  const started = performance.now();
  const { root, uri, runs, experiments, what = "all", layout = "tree", ...sync } = options;
  const client = new MlrunsClient(root);
  client.checkRoot();
  const whole = experiments ?? (runs === undefined ? await activeExperiments(client) : []);
  const infos = await chooseRuns(client, runs ?? [], whole);
  const models = layout === "run" ? [] : await chooseModels(client, infos, whole);
  const chosen = [
    ...infos.map((info) => runItem(client, info)),
    ...models.map((model) => modelItem(client, model)),
  ];
  const parts = partsOf(client, chosen, { uri, what, layout });
  const progress = shareProgress(sync);
  const results = await pMap(parts, (part, i) => pushPart(part, progress(i), sync.versions), {
    concurrency: CONCURRENCY,
  });
  const reports = results.filter(isReport);
  const refused = results.filter((result) => result instanceof MlrunsError);
  if (reports.length === 0 && refused[0] !== undefined) throw refused[0];
  const failures = results.flatMap((result, i) => failuresOf(parts[i]?.name ?? "", result));
  return {
    from: client.root,
    to: uri ?? "the runs' own stores",
    dryRun: sync.dryRun ?? false,
    ...sumReports(reports),
    failures,
    seconds: Math.round(performance.now() - started) / 1_000,
    parts: reports,
  };
}

/**
 * Makes the question whether the run is over whose folder this is, or whose artifacts are in it; undefined for another
 * folder.
 */
export function runEndOf(folder: string): (() => Promise<boolean>) | undefined {
  const meta = [folder, join(folder, "..")]
    .map((each) => join(each, META_FILE))
    .find((file) => /^run_(id|uuid):/m.test(readTextIfThere(file) ?? ""));
  if (meta === undefined) return undefined;
  return async () => isTerminated(parseRunMeta(readTextIfThere(meta) ?? "", meta).status);
}

async function activeExperiments(client: MlrunsClient): Promise<string[]> {
  const { experiments } = await client.scanExperiments("ACTIVE_ONLY");
  return experiments.map(({ experimentId }) => experimentId);
}

/** @param whole - experiments of which all active runs are meant */
async function chooseRuns(
  client: MlrunsClient,
  runs: readonly string[],
  whole: readonly string[],
): Promise<RunInfo[]> {
  const named = await Promise.all(runs.map((id) => client.getRunInfo(id)));
  const all: RunInfo[] = [];
  for (const id of whole) {
    await client.getExperiment(id);
    const { records } = await client.scanRuns(id);
    all.push(...records.map(({ run }) => run.info));
  }
  const active = all.filter(({ lifecycleStage }) => lifecycleStage === "active");
  return [...new Map([...named, ...active].map((info) => [info.runId, info])).values()];
}

/** All of whole experiments, and of others those that the runs have logged. */
async function chooseModels(
  client: MlrunsClient,
  runs: readonly RunInfo[],
  whole: readonly string[],
): Promise<LoggedModel[]> {
  const runIds = new Set(runs.map(({ runId }) => runId));
  const experiments = new Set([...whole, ...runs.map(({ experimentId }) => experimentId)]);
  const chosen: LoggedModel[] = [];
  for (const id of experiments) {
    const { loggedModels } = await client.scanLoggedModels(id);
    const isWhole = whole.includes(id);
    chosen.push(
      ...loggedModels.filter(({ sourceRunId }) => isWhole || runIds.has(sourceRunId ?? "")),
    );
  }
  return chosen;
}

function runItem(client: MlrunsClient, info: RunInfo): Item {
  const { runId: id, experimentId } = info;
  const folder = runFolder(experimentFolder(client.root, experimentId), id);
  const artifacts = client.artifactPlaceOf(info);
  return { id, experimentId, name: `${experimentId}/${id}`, folder, artifacts };
}

function modelItem(client: MlrunsClient, { modelId: id, experimentId }: LoggedModel): Item {
  const models = experimentPaths.loggedModels(experimentFolder(client.root, experimentId));
  const artifacts = client.artifactPlaceOfModel(id);
  const name = `${experimentId}/models/${id}`;
  return { id, experimentId, name, folder: join(models, id), artifacts };
}

function partsOf(
  client: MlrunsClient,
  items: readonly Item[],
  { uri, what, layout }: Pick<PushTreeOptions, "uri" | "what" | "layout">,
): Part[] {
  const base = uri?.replace(/\/+$/, "");
  const parts: Part[] = [];
  if (what !== "metadata") {
    parts.push(...items.flatMap((item) => artifactsOf(item, base, layout) ?? []));
  }
  if (what === "artifacts" || layout === "run") return parts;
  if (base === undefined) {
    if (what === "metadata") throw invalidParameter("Where is the metadata to go? Give a URI.");
    return parts;
  }
  const experiments = new Set(items.map(({ experimentId }) => experimentId));
  for (const id of experiments) {
    const from = experimentFolder(client.root, id);
    parts.push({ name: id, from, to: `${base}/${id}`, paths: [META_FILE, "tags"] });
  }
  for (const { name, folder: from } of items) {
    const paths = readdirSync(from).filter((each) => each !== "artifacts" && !each.startsWith("."));
    parts.push({ name, from, to: `${base}/${name}`, paths });
  }
  return parts;
}

/** Undefined for what has no files here. */
function artifactsOf(
  { id, name: item, folder, artifacts: place }: Item,
  base: string | undefined,
  layout: PushTreeOptions["layout"],
): Part | undefined {
  const from = place.kind === "folder" ? place.folder : join(folder, "artifacts");
  if (!existsSync(from) || readdirSync(from).length === 0) return undefined;
  const name = `${item}/artifacts`;
  if (layout === "run") {
    if (base === undefined) throw invalidParameter("Where to? --layout run needs a URI.");
    return { name, from, to: `${base}/${id}`, versions: true };
  }
  if (place.kind === "remote") return { name, from, to: place.uri, versions: true };
  if (base !== undefined) return { name, from, to: `${base}/${name}`, versions: true };
  throw invalidParameter(`'${item}' has no store of its own: give a URI or set ARTIFACT_ROOT.`);
}

/** A part that a store refuses is told beside the others, which may be elsewhere. */
async function pushPart(
  { from, to, paths, versions }: Part,
  options: SyncOptions,
  wantsVersions: boolean | undefined,
): Promise<SyncReport | MlrunsError> {
  try {
    const settings = { ...options, versions: versions && wantsVersions };
    return await syncArtifacts(from, to, paths === undefined ? settings : { ...settings, paths });
  } catch (error) {
    if (error instanceof MlrunsError && error.errorCode !== "CANCELLED") return error;
    throw error;
  }
}

function isReport(result: SyncReport | MlrunsError): result is SyncReport {
  return !(result instanceof MlrunsError);
}

function failuresOf(name: string, result: SyncReport | MlrunsError): SyncFailure[] {
  if (result instanceof MlrunsError) {
    const { errorCode, message } = result;
    return [{ path: name, op: "copy", errorCode, ...answerOf(result), message, attempts: 1 }];
  }
  return result.failures.map((failure) => ({ ...failure, path: `${name}/${failure.path}` }));
}

/** One progress of many parts: what they tell is added up. */
function shareProgress(options: SyncOptions): (part: number) => SyncOptions {
  const parts: { files: number; allFiles: number; bytes: number; allBytes: number }[] = [];
  const sum = (key: "files" | "allFiles" | "bytes" | "allBytes"): number =>
    parts.reduce((total, part) => total + (part?.[key] ?? 0), 0);
  return (part) => ({
    ...options,
    onProgress: (progress) => {
      parts[part] = { ...progress };
      options.onProgress?.({
        files: sum("files"),
        allFiles: sum("allFiles"),
        bytes: sum("bytes"),
        allBytes: sum("allBytes"),
      });
    },
  });
}
