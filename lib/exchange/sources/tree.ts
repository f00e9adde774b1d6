import { openArtifacts } from "../../artifacts/registry.ts";
import type { Experiment } from "../../entities/experiment.ts";
import type { ArtifactPlace } from "../../entities/file-info.ts";
import type { LoggedModel } from "../../entities/logged-model.ts";
import type { Metric } from "../../entities/metric.ts";
import type { TraceInfo } from "../../entities/trace.ts";
import { SOURCE_RUN } from "../../entities/trace.ts";
import type { TreeProblem } from "../../errors.ts";
import { DELETED_STAGE } from "../../format/registry-meta.ts";
import { artifactPlaceOfRun } from "../../store/artifact-location.ts";
import { listExperiments } from "../../store/experiments.ts";
import { readHistory } from "../../store/history.ts";
import {
  artifactPlaceOfModel,
  listLoggedModels,
  readLoggedModelHistory,
} from "../../store/logged-models.ts";
import {
  findRegisteredModel,
  listVersionNumbers,
  readModelVersionMeta,
  readModelVersions,
} from "../../store/read-registry.ts";
import { readRun, readRunMeta } from "../../store/read-run.ts";
import { listTraceInfos } from "../../store/read-trace.ts";
import { listRegisteredModels } from "../../store/registry.ts";
import { listRunPlaces } from "../../store/runs.ts";
import { openStore, type RunPlace, type Store } from "../../store/store.ts";
import { findTraceArtifacts } from "../../store/traces.ts";
import { registryPaths } from "../../tree/layout.ts";
import type {
  Artifacts,
  CarriedRegisteredModel,
  CarriedRun,
  Item,
  Kind,
  Source,
} from "../items.ts";
import type { Report } from "../report.ts";

/** What of a tree is meant; by default all of it. */
export interface Selection {
  readonly experimentIds?: ReadonlySet<string>;
  readonly runIds?: ReadonlySet<string>;
}

/** An mlruns tree. */
export class TreeSource implements Source {
  readonly #store: Store;
  readonly #selection: Selection;
  readonly #report: Report;
  readonly #told = new Set<string>();

  constructor(root: string, selection: Selection, report: Report) {
    this.#store = openStore(root);
    this.#selection = selection;
    this.#report = report;
  }

  async count(): Promise<Partial<Record<Kind, number>>> {
    const experiments = this.#experiments();
    const runs = experiments.map(({ experimentId }) => this.#places(experimentId).length);
    return { experiment: experiments.length, run: runs.reduce((sum, count) => sum + count, 0) };
  }

  async *items(): AsyncGenerator<Item> {
    const { runIds, experimentIds } = this.#selection;
    for (const experiment of this.#experiments()) {
      const { experimentId } = experiment;
      const places = this.#places(experimentId);
      if (runIds !== undefined && places.length === 0) continue;
      yield { kind: "experiment", id: experimentId, experiment };
      for (const place of places) {
        yield {
          kind: "run",
          id: place.runId,
          experimentId,
          read: async () => this.#readRun(place),
        };
      }
      yield* this.#models(experiment);
      yield* this.#traces(experiment);
    }
    if (runIds === undefined && experimentIds === undefined) yield* this.#registeredModels();
  }

  async close(): Promise<void> {}

  #experiments(): readonly Experiment[] {
    const { found, problems } = listExperiments(this.#store, "ALL");
    this.#tell(problems);
    const { experimentIds } = this.#selection;
    return found.filter(({ experimentId }) => experimentIds?.has(experimentId) ?? true);
  }

  #places(experimentId: string): readonly RunPlace[] {
    const { runIds } = this.#selection;
    return listRunPlaces(this.#store, experimentId).filter(
      ({ runId }) => runIds?.has(runId) ?? true,
    );
  }

  #readRun(place: RunPlace): CarriedRun {
    const { run, problems } = readRun(this.#store, place);
    this.#tell(problems);
    const { deletedTime = null } = readRunMeta(this.#store, place);
    const { runId, artifactUri } = run.info;
    return {
      info: run.info,
      deletedTime,
      params: run.data.params,
      tags: run.data.tags,
      latest: run.data.metrics,
      inputs: run.inputs,
      outputs: run.outputs,
      metrics: () => this.#histories(runId, Object.keys(run.data.metrics)),
      artifacts: artifactsAt(artifactPlaceOfRun(this.#store, place, artifactUri)),
    };
  }

  async *#histories(runId: string, keys: readonly string[]): AsyncGenerator<readonly Metric[]> {
    for (const key of keys) yield readHistory(this.#store, runId, key).found;
  }

  *#models({ experimentId }: Experiment): Generator<Item> {
    const { found, problems } = listLoggedModels(this.#store, experimentId, "ALL");
    this.#tell(problems);
    const { runIds } = this.#selection;
    for (const model of found) {
      if (runIds !== undefined && !runIds.has(model.sourceRunId ?? "")) continue;
      const place = artifactPlaceOfModel(this.#store, model.modelId);
      const metrics = (): AsyncGenerator<readonly Metric[]> => this.#modelHistories(model);
      const read = async () => ({ model, metrics, artifacts: artifactsAt(place) });
      yield { kind: "loggedModel", id: model.modelId, experimentId, read };
    }
  }

  async *#modelHistories({ modelId, metrics }: LoggedModel): AsyncGenerator<readonly Metric[]> {
    for (const key of new Set(metrics.map((metric) => metric.key))) {
      yield readLoggedModelHistory(this.#store, modelId, key).found;
    }
  }

  *#traces({ experimentId }: Experiment): Generator<Item> {
    const { found, problems } = listTraceInfos(this.#store, experimentId);
    this.#tell(problems);
    for (const info of found) {
      if (!this.#isMeant(info)) continue;
      const artifacts = artifactsAt(findTraceArtifacts(this.#store, info.traceId));
      const read = async () => ({ info, spans: undefined, artifacts });
      yield { kind: "trace", id: info.traceId, experimentId, read };
    }
  }

  #isMeant({ traceMetadata }: TraceInfo): boolean {
    const { runIds } = this.#selection;
    return runIds === undefined || runIds.has(traceMetadata[SOURCE_RUN] ?? "");
  }

  *#registeredModels(): Generator<Item> {
    const { found, problems } = listRegisteredModels(this.#store);
    this.#tell(problems);
    for (const model of found) {
      const read = async (): Promise<CarriedRegisteredModel> => {
        const folder = findRegisteredModel(this.#store, model.name);
        const versions = readModelVersions(this.#store, folder, []);
        const deletedVersions = listVersionNumbers(folder).filter((number) => {
          const version = registryPaths.version(folder, number);
          return readModelVersionMeta(this.#store, version).currentStage === DELETED_STAGE;
        });
        return { model, versions, deletedVersions };
      };
      yield { kind: "registeredModel", id: model.name, experimentId: "", read };
    }
  }

  /** Once each: what is counted first is listed again. */
  #tell(problems: readonly TreeProblem[]): void {
    for (const { path, message } of problems) {
      if (this.#told.has(path)) continue;
      this.#told.add(path);
      this.#report.failures.push({ kind: "file", id: path, message });
    }
  }
}

function artifactsAt(place: ArtifactPlace): Artifacts {
  return { kind: "copy", open: () => openArtifacts(place) };
}
