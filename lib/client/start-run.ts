import { rm } from "node:fs/promises";
import { join } from "node:path";
import { MLFLOW_TAG } from "../entities/tag.ts";
import { invalidParameter } from "../errors.ts";
import { makeTemporaryFolder } from "../state/temporary-folder.ts";
import { openStore } from "../store/store.ts";
import { ActiveRun, type Companion } from "./active-run.ts";
import { ConsoleCopy } from "./autolog/console.ts";
import {
  SYSTEM_PREFIX,
  SystemMetricsMonitor,
  type SystemMetricsOptions,
} from "./autolog/system-metrics.ts";
import { chooseExperiment } from "./choose-experiment.ts";
import { MlrunsClient } from "./client.ts";
import { contextTags } from "./context-tags.ts";
import { withRun } from "./current-run.ts";
import { isSet, variable } from "./environment.ts";
import { openClient } from "./open-client.ts";
import { isAway } from "./rest/log-queue.ts";
import { RestClient } from "./rest/rest-client.ts";
import { experimentFor, unsentFolder, unsentTags, unsentWarning } from "./rest/unsent.ts";
import type { TrackingClient } from "./tracking-client.ts";

const CONSOLE_LOG = "console.log";

export interface RunOptions {
  /** Folder or file URI of the tree, or address of an MLflow server; MLFLOW_TRACKING_URI, else `./mlruns`. */
  readonly trackingUri?: string;
  /** Created when there is none. MLFLOW_EXPERIMENT_NAME, else `Default`. */
  readonly experimentName?: string;
  /** Instead of a name. MLFLOW_EXPERIMENT_ID. */
  readonly experimentId?: string;
  /** A generated name by default. */
  readonly runName?: string;
  /** Goes on with this run instead of creating one. MLFLOW_RUN_ID. */
  readonly runId?: string;
  /** Nests the run below another one of the same tree; it lies in that run's experiment unless another is named. */
  readonly parent?: ActiveRun;
  /** As `parent`, by id. */
  readonly parentRunId?: string;
  readonly tags?: Readonly<Record<string, string>>;
  /** Markdown, kept as the tag `mlflow.note.content`. */
  readonly description?: string;
  /** Holds points back, see `ClientOptions.buffer`. */
  readonly buffer?: boolean;
  /** Samples processor, memory, disk, network and GPU in the background: MLFLOW_ENABLE_SYSTEM_METRICS_LOGGING. */
  readonly logSystemMetrics?: boolean | SystemMetricsOptions;
  /** Keeps what the process prints as the artifact `console.log`. */
  readonly captureConsole?: boolean;
  /** Creates a run whatever MLFLOW_RUN_ID says. */
  readonly isNew?: boolean;
  /** Logs through this client instead of opening a tree. */
  readonly client?: TrackingClient;
}

/**
 * Starts a run, or goes on with one, as MLflow's `start_run` does.
 *
 * With a function the run ends with it: FINISHED when it returns, FAILED when it throws.
 *
 * @throws MlrunsError RESOURCE_DOES_NOT_EXIST for an unknown run or experiment id, INVALID_PARAMETER_VALUE when it is deleted
 */
export function startRun(options?: RunOptions): Promise<ActiveRun>;
export function startRun<Result>(
  options: RunOptions,
  body: (run: ActiveRun) => Result | Promise<Result>,
): Promise<Result>;
export async function startRun<Result>(
  options: RunOptions = {},
  body?: (run: ActiveRun) => Result | Promise<Result>,
): Promise<ActiveRun | Result> {
  const run = await openRun(options);
  try {
    await startCompanions(run, options);
    if (body === undefined) return run;
    const result = await withRun(run, body);
    await run.end("FINISHED");
    return result;
  } catch (error) {
    await run.end("FAILED");
    throw error;
  }
}

async function openRun(options: RunOptions): Promise<ActiveRun> {
  const client =
    options.client ??
    options.parent?.client ??
    openClient(options.trackingUri, { buffer: options.buffer ?? false });
  try {
    return await openRunAt(client, options);
  } catch (error) {
    if (!(client instanceof RestClient) || !isAway(error)) throw error;
    return openUnsentRun(client.url, options);
  }
}

/** A run whose server is away lies in a local tree until it is sent. */
async function openUnsentRun(server: string, options: RunOptions): Promise<ActiveRun> {
  process.emitWarning(unsentWarning(server));
  const client = new MlrunsClient(unsentFolder(), { buffer: options.buffer ?? false });
  const { parent, runId, parentRunId = parent?.runId, ...rest } = options;
  const resumed = runId ?? (createsRun(options) ? undefined : variable("MLFLOW_RUN_ID"));
  const named = options.experimentName ?? variable("MLFLOW_EXPERIMENT_NAME");
  const known =
    options.experimentId ??
    (named === undefined
      ? (parent?.info.experimentId ?? variable("MLFLOW_EXPERIMENT_ID"))
      : undefined);
  return openRunAt(client, {
    ...rest,
    isNew: true,
    tags: { ...unsentTags(server, resumed), ...options.tags },
    ...(parentRunId !== undefined && { parentRunId }),
    ...(known !== undefined && {
      experimentId: experimentFor(openStore(unsentFolder()), server, known),
    }),
  });
}

async function openRunAt(client: TrackingClient, options: RunOptions): Promise<ActiveRun> {
  const runId = options.runId ?? (createsRun(options) ? undefined : variable("MLFLOW_RUN_ID"));
  if (runId !== undefined) return resumeRun(client, runId, options);
  const { parent, experimentName } = options;
  const ofParent = experimentName === undefined ? parent?.info.experimentId : undefined;
  const experimentId =
    options.experimentId ?? ofParent ?? (await chooseExperiment(client, options));
  const parentRunId = options.parentRunId ?? options.parent?.runId;
  const tags = {
    ...contextTags(),
    ...(parentRunId !== undefined && { [MLFLOW_TAG.parentRunId]: parentRunId }),
    ...(options.description !== undefined && { [MLFLOW_TAG.note]: options.description }),
    ...options.tags,
  };
  const run = await client.createRun(experimentId, {
    tags,
    ...(options.runName !== undefined && { runName: options.runName }),
  });
  return new ActiveRun(client, run.info);
}

async function startCompanions(run: ActiveRun, options: RunOptions): Promise<void> {
  const { logSystemMetrics = isSet("MLFLOW_ENABLE_SYSTEM_METRICS_LOGGING") } = options;
  if (options.captureConsole) run.accompany(await captureConsole(run));
  if (logSystemMetrics === false) return;
  const settings = logSystemMetrics === true ? {} : logSystemMetrics;
  run.accompany(
    new SystemMetricsMonitor(run, { firstStep: await nextSystemStep(run), ...settings }),
  );
}

/** Artifacts on this machine are written as they grow; elsewhere the file is sent when the run ends, however it does. */
async function captureConsole(run: ActiveRun): Promise<Companion> {
  const { client, runId } = run;
  const place = await client.findArtifactPlace(runId);
  if (place.kind === "folder") return new ConsoleCopy(join(place.folder, CONSOLE_LOG));
  const folder = makeTemporaryFolder("console");
  const file = join(folder, CONSOLE_LOG);
  // A run that goes on adds to what it has printed before.
  const before = await client.findArtifact(runId, CONSOLE_LOG);
  if (before !== undefined) await client.downloadArtifacts(runId, CONSOLE_LOG, folder);
  const copy = new ConsoleCopy(file);
  const callOff =
    client instanceof RestClient ? client.uploadAtExit(runId, file, CONSOLE_LOG) : undefined;
  return {
    async stop() {
      await copy.stop();
      callOff?.();
      await client.logArtifact(runId, file);
      await rm(folder, { recursive: true });
    },
  };
}

/** A run that goes on counts on where its system metrics ended. */
async function nextSystemStep(run: ActiveRun): Promise<number> {
  const { latestMetrics } = (await run.get()).data;
  const steps = latestMetrics.flatMap(({ key, step }) =>
    key.startsWith(SYSTEM_PREFIX) ? step : [],
  );
  return Math.max(-1, ...steps) + 1;
}

/** A child run is never the run that MLFLOW_RUN_ID names: that one is its parent. */
function createsRun(options: RunOptions): boolean {
  return (
    options.isNew === true || options.parentRunId !== undefined || options.parent !== undefined
  );
}

async function resumeRun(
  client: TrackingClient,
  runId: string,
  options: RunOptions,
): Promise<ActiveRun> {
  const { info } = await client.getRun(runId);
  if (info.lifecycleStage === "deleted") {
    throw invalidParameter(`Cannot start run with ID ${runId} because it is in the deleted state.`);
  }
  const runName = options.runName === undefined ? {} : { runName: options.runName };
  const resumed = await client.updateRun(runId, { status: "RUNNING", endTime: null, ...runName });
  if (options.tags !== undefined) client.setTags(runId, options.tags);
  return new ActiveRun(client, resumed);
}
