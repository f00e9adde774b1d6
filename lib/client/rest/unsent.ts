import { appendFileSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { hostname } from "node:os";
import { dirname, join, relative, resolve, sep } from "node:path";
import type { Run, RunStatus } from "../../entities/run.ts";
import type { Span, TraceInfo } from "../../entities/trace.ts";
import { MlrunsError } from "../../errors.ts";
import { createExperiment, findExperimentByName } from "../../store/experiments.ts";
import { deleteTag, logBatch } from "../../store/log.ts";
import { createRun, findRun, updateRun } from "../../store/runs.ts";
import { openStore, type Store } from "../../store/store.ts";
import { type NewTrace, startTrace } from "../../store/traces.ts";
import { runPaths } from "../../tree/layout.ts";
import { removeFolder } from "../../tree/write.ts";
import { variable } from "../environment.ts";
import { type Call, type Keeper, type Logged, toCall } from "./log-queue.ts";

/** Tags of what waits to be sent to a server. They are not sent themselves. */
export const UNSENT_TAG = {
  /** Of a run or trace: address of the server. */
  server: "mlruns.unsent.server",
  /** Of a run: the id of the run on the server that this one is a part of. */
  runId: "mlruns.unsent.runId",
  /** Of a run: `<host>:<process>` that may still add to it. */
  writer: "mlruns.unsent.writer",
  /** Of an experiment: its id on the server. One without goes by its name. */
  experimentId: "mlruns.unsent.experimentId",
} as const;

/** In the artifacts of a run that waits: calls that no tree can tell, one JSON a line. */
export const CALLS_FILE = ".mlruns-unsent-calls.jsonl";

/** Where runs wait for their server: MLRUNS_UNSENT_DIR, else `./mlruns-unsent`. It is a tree as every other. */
export function unsentFolder(): string {
  return resolve(variable("MLRUNS_UNSENT_DIR") ?? "mlruns-unsent");
}

/** Who writes to a run that waits. */
export function writerOfThisProcess(): string {
  return `${hostname()}:${process.pid}`;
}

/** What the user is told, once a run. */
export function unsentWarning(server: string): string {
  return (
    `${server} cannot be reached: what is logged is kept in ${unsentFolder()}.` +
    " `mlruns send` sends it when the server is there again."
  );
}

/** The tags with which a run waits for a server. */
export function unsentTags(server: string, runId?: string): Record<string, string> {
  return {
    [UNSENT_TAG.server]: server,
    [UNSENT_TAG.writer]: writerOfThisProcess(),
    ...(runId !== undefined && { [UNSENT_TAG.runId]: runId }),
  };
}

/**
 * What runs of a server have logged that has not arrived there: each is a run in a local tree, so a process that dies loses
 * nothing. Everything here is synchronous.
 */
export class Unsent implements Keeper {
  readonly #server: string;
  readonly #copies = new Map<string, Run>();
  #store: Store | undefined;

  constructor(server: string) {
    this.#server = server;
  }

  /** Writes down what was logged to a run of the server. */
  keep(runId: string, logged: readonly Logged[]): void {
    const { info } = this.#copyOf(runId);
    for (const one of logged) {
      try {
        this.#write(info.runId, one);
      } catch (error) {
        // Such as a param with two values: the server would have refused it as well.
        if (!(error instanceof MlrunsError)) throw error;
      }
    }
  }

  end(runId: string, status: RunStatus, endTime: number): void {
    const { info } = this.#copyOf(runId);
    updateRun(this.#open(), info.runId, { status, endTime });
  }

  /** Folder for artifacts of a run that cannot be sent. */
  artifactFolder(runId: string): string {
    const { info } = this.#copyOf(runId);
    return runPaths.artifacts(findRun(this.#open(), info.runId).folder);
  }

  /** Writes down a trace. */
  keepTrace(trace: NewTrace, spans: readonly Span[]): TraceInfo {
    const store = this.#open();
    const tags = { ...trace.tags, [UNSENT_TAG.server]: this.#server };
    const experimentId = experimentFor(store, this.#server, trace.experimentId);
    return startTrace(store, { ...trace, experimentId, tags }, spans);
  }

  /** Files of a run that were kept: their paths below `artifactFolder`. */
  filesOf(runId: string): readonly string[] {
    if (!this.#copies.has(runId)) return [];
    const folder = this.artifactFolder(runId);
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name !== CALLS_FILE)
      .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join("/"));
  }

  /** Forgets what has arrived. Files are kept until they have, too. */
  discard(runId: string): void {
    const copy = this.#copies.get(runId);
    if (copy === undefined) return;
    const store = this.#open();
    store.appender.close();
    const { folder } = findRun(store, copy.info.runId);
    if (this.filesOf(runId).length === 0) {
      this.#copies.delete(runId);
      removeFolder(store.root, folder);
      return;
    }
    rmSync(join(runPaths.artifacts(folder), CALLS_FILE), { force: true });
    for (const kind of ["metrics", "params"] as const) {
      rmSync(runPaths[kind](folder), { recursive: true });
      mkdirSync(runPaths[kind](folder));
    }
    for (const key of readdirSync(runPaths.tags(folder))) {
      if (!key.startsWith("mlruns.unsent.")) deleteTag(store, copy.info.runId, key);
    }
  }

  /** Forgets files that have arrived, and with them all that is left of a run. */
  discardFiles(runId: string): void {
    rmSync(this.artifactFolder(runId), { recursive: true });
    mkdirSync(this.artifactFolder(runId));
    this.discard(runId);
  }

  /** Whether anything of a run waits here. */
  has(runId: string): boolean {
    return this.#copies.has(runId);
  }

  #copyOf(runId: string): Run {
    const known = this.#copies.get(runId);
    if (known !== undefined) return known;
    const copy = createRun(this.#open(), experimentFor(this.#open(), this.#server), {
      tags: unsentTags(this.#server, runId),
    });
    this.#copies.set(runId, copy);
    return copy;
  }

  #write(runId: string, logged: Logged): void {
    const store = this.#open();
    if (logged.kind === "call") {
      this.#writeCall(runId, logged.call);
      // Set again later, the tag is to stay.
      const { path, json } = logged.call;
      if (path === "runs/delete-tag") deleteTag(store, runId, String(json.key));
    } else if (logged.kind === "param") logBatch(store, runId, { params: [logged.param] });
    else if (logged.kind === "tag") logBatch(store, runId, { tags: [logged.tag] });
    else if (logged.metric.modelId === undefined) {
      logBatch(store, runId, { metrics: [logged.metric] });
    } else this.#writeCall(runId, toCall("", [logged]));
  }

  #writeCall(runId: string, call: Call): void {
    const file = join(runPaths.artifacts(findRun(this.#open(), runId).folder), CALLS_FILE);
    mkdirSync(dirname(file), { recursive: true });
    appendFileSync(file, `${JSON.stringify(call)}\n`);
  }

  #open(): Store {
    this.#store ??= openStore(unsentFolder());
    return this.#store;
  }
}

/**
 * The experiment of the tree of what waits that stands for one of a server.
 *
 * @param experimentId - none for the parts of runs that the server has already
 * @returns its id in the tree
 */
export function experimentFor(store: Store, server: string, experimentId?: string): string {
  const name =
    experimentId === undefined
      ? `parts of runs at ${server}`
      : `experiment ${experimentId} at ${server}`;
  const known = findExperimentByName(store, name);
  if (known !== undefined) return known.experimentId;
  return createExperiment(
    store,
    name,
    experimentId === undefined ? {} : { tags: { [UNSENT_TAG.experimentId]: experimentId } },
  );
}
