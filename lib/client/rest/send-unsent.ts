import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Metric } from "../../entities/metric.ts";
import type { Run } from "../../entities/run.ts";
import { MLFLOW_TAG } from "../../entities/tag.ts";
import type { TraceInfo } from "../../entities/trace.ts";
import { SOURCE_RUN } from "../../entities/trace.ts";
import { isProcessAlive } from "../../state/process-lock.ts";
import { chooseExperiment } from "../choose-experiment.ts";
import { MlrunsClient } from "../client.ts";
import type { Call } from "./log-queue.ts";
import { RestClient } from "./rest-client.ts";
import { CALLS_FILE, UNSENT_TAG, unsentFolder, writerOfThisProcess } from "./unsent.ts";

export interface SendOptions {
  /** The tree of what waits; MLRUNS_UNSENT_DIR, else `./mlruns-unsent`. */
  readonly folder?: string;
  /** Sends all to this server, wherever it was meant to go. */
  readonly trackingUri?: string;
}

/** What became of a run or trace that waited. */
export interface SentReport {
  readonly kind: "run" | "trace";
  /** In the tree of what waits. */
  readonly id: string;
  readonly server: string;
  /** Its id on the server; undefined when it could not be sent. */
  readonly sentAs: string | undefined;
  /** Why it stays: the server is away or has refused it, or a process still writes to it. */
  readonly problem: string | undefined;
}

/**
 * Sends what runs have logged while their server was away, and removes what has arrived from the tree of what waits. Doing so
 * again after it was cut off is safe: points that the server has are not sent twice.
 */
export async function* sendUnsent(options: SendOptions = {}): AsyncGenerator<SentReport> {
  const folder = options.folder ?? unsentFolder();
  if (!existsSync(folder)) return;
  const sender = new Sender(new MlrunsClient(folder), options.trackingUri);
  yield* sender.sendRuns();
  yield* sender.sendTraces();
}

class Sender {
  readonly #tree: MlrunsClient;
  readonly #trackingUri: string | undefined;
  readonly #servers = new Map<string, RestClient>();
  /** Ids on the server, by ids in the tree. */
  readonly #sent = new Map<string, string>();
  readonly #serversOfRuns = new Map<string, string>();

  constructor(tree: MlrunsClient, trackingUri: string | undefined) {
    this.#tree = tree;
    this.#trackingUri = trackingUri;
  }

  async *sendRuns(): AsyncGenerator<SentReport> {
    const { experiments } = await this.#tree.scanExperiments("ACTIVE_ONLY");
    const scans = await Promise.all(
      experiments.map(({ experimentId }) => this.#tree.scanRuns(experimentId)),
    );
    const runs = scans
      .flatMap(({ records }) => records.map(({ run }) => run))
      .filter(({ info }) => info.lifecycleStage === "active");
    const lineOf = lineages(runs);
    const waiting = runs.map((run) => ({ run, line: lineOf(run) }));
    // A parent comes before its children.
    waiting.sort((a, b) => a.line.length - b.line.length);
    for (const { run, line } of waiting) {
      const { runId } = run.info;
      const server = this.#serverOf(...line.map(({ data }) => data.tags));
      if (server === undefined) continue;
      this.#serversOfRuns.set(runId, server);
      yield await this.#reporting("run", runId, server, async () => {
        if (isBeingWritten(run)) throw new Error("it is still being written");
        return this.#sendRun(run, this.#clientOf(server));
      });
    }
  }

  async *sendTraces(): AsyncGenerator<SentReport> {
    const { experiments } = await this.#tree.scanExperiments("ACTIVE_ONLY");
    for (const { experimentId } of experiments) {
      const { traces } = await this.#tree.scanTraces(experimentId);
      for (const info of traces) {
        const sourceRun = info.traceMetadata[SOURCE_RUN] ?? "";
        const server = this.#serverOf(info.tags) ?? this.#serversOfRuns.get(sourceRun);
        if (server === undefined) continue;
        yield await this.#reporting("trace", info.traceId, server, () =>
          this.#sendTrace(info, this.#clientOf(server)),
        );
      }
    }
  }

  async #sendRun(run: Run, server: RestClient): Promise<string> {
    const { runId, status, endTime } = run.info;
    const target = run.data.tags[UNSENT_TAG.runId] ?? (await this.#createRun(run, server));
    this.#sent.set(runId, target);
    await this.#sendMetrics(run, server, target);
    server.logParams(target, run.data.params);
    server.setTags(target, this.#tagsOf(run));
    const { datasetInputs, modelInputs } = run.inputs;
    if (datasetInputs.length + modelInputs.length > 0) {
      server.logInputs(target, datasetInputs, modelInputs);
    }
    const { modelOutputs } = run.outputs;
    if (modelOutputs.length > 0) server.logOutputs(target, modelOutputs);
    await this.#sendFiles(run, server, target);
    if (status === "RUNNING") await server.drain();
    else await server.setTerminated(target, status, endTime === null ? {} : { endTime });
    await this.#tree.deleteRun(runId);
    await this.#tree.gc({ ids: [runId] });
    return target;
  }

  /** Notes the id at once: a run that is cut off is gone on with. */
  async #createRun(run: Run, server: RestClient): Promise<string> {
    const { runName, startTime, userId, experimentId } = run.info;
    const created = await server.createRun(await this.#experimentFor(experimentId, server), {
      runName,
      startTime,
      userId,
      tags: this.#tagsOf(run),
    });
    this.#tree.setTag(run.info.runId, UNSENT_TAG.runId, created.info.runId);
    return created.info.runId;
  }

  async #experimentFor(experimentId: string, server: RestClient): Promise<string> {
    const { name, tags } = await this.#tree.getExperiment(experimentId);
    return tags[UNSENT_TAG.experimentId] ?? chooseExperiment(server, { experimentName: name });
  }

  async #sendMetrics(run: Run, server: RestClient, target: string): Promise<void> {
    for (const key of Object.keys(run.data.metrics)) {
      const points = await this.#tree.getMetricHistory(run.info.runId, key);
      const missing = without(points, await server.getMetricHistory(target, key));
      for (let i = 0; i < missing.length; i += 1_000) {
        server.logBatch(target, { metrics: missing.slice(i, i + 1_000) });
      }
      await server.drain();
    }
  }

  async #sendFiles(run: Run, server: RestClient, target: string): Promise<void> {
    const { runId } = run.info;
    const place = await this.#tree.findArtifactPlace(runId);
    if (place.kind !== "folder") return;
    const artifacts = await server.openRunArtifacts(target);
    for await (const { path } of this.#tree.iterateArtifacts(runId)) {
      if (path !== CALLS_FILE) await artifacts.upload(join(place.folder, path), path);
    }
    await this.#sendCalls(join(place.folder, CALLS_FILE), run, server, target);
  }

  async #sendCalls(file: string, run: Run, server: RestClient, target: string): Promise<void> {
    const lines = await readFile(file, "utf8").catch(() => "");
    for (const line of lines.split("\n").filter((each) => each !== "")) {
      const { path, json } = JSON.parse(line) as Call;
      const isSetAgain = path === "runs/delete-tag" && String(json.key) in run.data.tags;
      if (!isSetAgain) await server.repeatCall({ path, json: { ...json, run_id: target } });
    }
  }

  async #sendTrace(info: TraceInfo, server: RestClient): Promise<string> {
    const { traceId, experimentId } = info;
    const { assessments: _, ...trace } = info;
    const sent = await server.logTrace(
      {
        ...trace,
        experimentId: await this.#experimentFor(experimentId, server),
        tags: withoutMarks(info.tags),
        traceMetadata: this.#metadataOf(info),
      },
      await this.#tree.getSpans(traceId),
    );
    await this.#tree.deleteTraces(experimentId, { traceIds: [traceId] });
    return sent.traceId;
  }

  async #reporting(
    kind: SentReport["kind"],
    id: string,
    server: string,
    send: () => Promise<string>,
  ): Promise<SentReport> {
    try {
      return { kind, id, server, sentAs: await send(), problem: undefined };
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error);
      return { kind, id, server, sentAs: undefined, problem };
    }
  }

  /** Tags as they are meant, with the parent's id on the server. */
  #tagsOf(run: Run): Record<string, string> {
    const tags = withoutMarks(run.data.tags);
    const parent = tags[MLFLOW_TAG.parentRunId];
    // The part of a run that began on the server has a made-up name.
    if (run.data.tags[UNSENT_TAG.runId] !== undefined) delete tags[MLFLOW_TAG.runName];
    const sentParent = parent === undefined ? undefined : this.#sent.get(parent);
    return sentParent === undefined ? tags : { ...tags, [MLFLOW_TAG.parentRunId]: sentParent };
  }

  #metadataOf({ traceMetadata }: TraceInfo): Record<string, string> {
    const sourceRun = this.#sent.get(traceMetadata[SOURCE_RUN] ?? "");
    return { ...traceMetadata, ...(sourceRun !== undefined && { [SOURCE_RUN]: sourceRun }) };
  }

  /** @param tags - of a run, and of those that it is nested in: a child that began while the server was away has no mark */
  #serverOf(...tags: readonly Readonly<Record<string, string>>[]): string | undefined {
    const server = tags.find((each) => UNSENT_TAG.server in each)?.[UNSENT_TAG.server];
    return server === undefined ? undefined : (this.#trackingUri ?? server);
  }

  #clientOf(server: string): RestClient {
    const known = this.#servers.get(server);
    if (known !== undefined) return known;
    const client = new RestClient(server, { keepsUnsent: false });
    this.#servers.set(server, client);
    return client;
  }
}

/** A run, the run that it is nested in, and so on. */
function lineages(runs: readonly Run[]): (run: Run) => readonly Run[] {
  const byId = new Map(runs.map((run) => [run.info.runId, run]));
  return (run) => {
    const line = [run];
    for (let parent: Run | undefined = run; parent !== undefined; ) {
      parent = byId.get(parent.data.tags[MLFLOW_TAG.parentRunId] ?? "");
      if (parent === undefined || line.includes(parent)) return line;
      line.push(parent);
    }
    return line;
  };
}

function isBeingWritten({ info, data }: Run): boolean {
  if (info.status !== "RUNNING") return false;
  const [host, pid] = (data.tags[UNSENT_TAG.writer] ?? "").split(":");
  return host === writerOfThisProcess().split(":")[0] && isProcessAlive(Number(pid));
}

/** The points that are not among those the server has; equal ones count as often as they occur. */
function without(points: readonly Metric[], known: readonly Metric[]): Metric[] {
  const spell = ({ step, timestamp, value }: Metric): string => `${step} ${timestamp} ${value}`;
  const counts = new Map<string, number>();
  for (const point of known) counts.set(spell(point), (counts.get(spell(point)) ?? 0) + 1);
  return points.filter((point) => {
    const count = counts.get(spell(point)) ?? 0;
    counts.set(spell(point), count - 1);
    return count <= 0;
  });
}

function withoutMarks(tags: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(tags).filter(
      ([key]) => !key.startsWith("mlruns.unsent.") && key !== MLFLOW_TAG.artifactLocation,
    ),
  );
}
