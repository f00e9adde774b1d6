import { join } from "node:path";
import type { Experiment } from "../../entities/experiment.ts";
import type { ModelVersion } from "../../entities/model-version.ts";
import { adoptExperiment } from "../../store/adopt/adopt-experiment.ts";
import { adoptModel } from "../../store/adopt/adopt-model.ts";
import { adoptRegisteredModel } from "../../store/adopt/adopt-registry.ts";
import {
  type AdoptableRun,
  type Adopted,
  adoptRun,
  type Told,
} from "../../store/adopt/adopt-run.ts";
import { adoptTrace } from "../../store/adopt/adopt-trace.ts";
import { findExperiment } from "../../store/experiments.ts";
import { openStore, rootSegment, type Store } from "../../store/store.ts";
import { experimentPaths, META_FILE, tracePaths } from "../../tree/layout.ts";
import { isFile } from "../../tree/read.ts";
import { copyToFolder } from "../copy-artifacts.ts";
import type { Artifacts, CarriedRegisteredModel, Destination, Item, Outcome } from "../items.ts";
import { type Report, WORDS } from "../report.ts";

const OUTCOMES: Readonly<Record<Adopted, Outcome>> = {
  new: "carried",
  changed: "updated",
  there: "there",
};

/** An mlruns tree that takes items in. Ids and times stay; artifacts go into the tree unless they stay in a bucket. */
export class TreeDestination implements Destination {
  readonly #store: Store;
  readonly #report: Report;
  readonly #remembers: boolean;
  /** Id in the source to the experiment here. */
  readonly #experiments = new Map<string, { readonly id: string; readonly folder: string }>();

  /** @param remembers - whether later imports bring what is taken now up to date */
  constructor(root: string, report: Report, remembers = true) {
    this.#remembers = remembers;
    this.#store = openStore(root);
    this.#report = report;
  }

  async take(item: Item): Promise<Outcome> {
    switch (item.kind) {
      case "experiment":
        return this.#takeExperiment(item, item.experiment);
      case "run":
        return this.#takeRun(item);
      case "loggedModel":
        return this.#takeModel(item);
      case "trace":
        return this.#takeTrace(item);
      case "registeredModel":
        return this.#takeRegisteredModel(item, await item.read());
    }
  }

  async finish(): Promise<void> {}

  async close(): Promise<void> {}

  #takeExperiment(item: Item, experiment: Experiment): "carried" | "there" {
    const keepsLocation = isRemote(experiment.artifactLocation);
    const refused = this.#report.refused(item, "tag");
    const { experimentId, isNew } = adoptExperiment(
      this.#store,
      experiment,
      keepsLocation,
      refused,
    );
    const { folder } = findExperiment(this.#store, experimentId);
    this.#experiments.set(experiment.experimentId, { id: experimentId, folder });
    return isNew ? "carried" : "there";
  }

  async #takeRun(item: Extract<Item, { kind: "run" }>): Promise<Outcome> {
    const { id: experimentId } = this.#experimentOf(item);
    const { artifacts, info, ...run } = await item.read();
    const adopted = await adoptRun(
      this.#store,
      {
        ...run,
        info: {
          ...info,
          experimentId,
          artifactUri: artifacts.kind === "stay" ? artifacts.uri : null,
        },
        copyArtifacts: this.#copier(item, artifacts),
      },
      this.#told(item),
    );
    return OUTCOMES[adopted];
  }

  async #takeModel(item: Extract<Item, { kind: "loggedModel" }>): Promise<Outcome> {
    const { id: experimentId } = this.#experimentOf(item);
    const { model, metrics, artifacts } = await item.read();
    const adopted = await adoptModel(
      this.#store,
      {
        model: { ...model, experimentId },
        artifactsStay: artifacts.kind === "stay",
        metrics,
        copyArtifacts: this.#copier(item, artifacts),
      },
      this.#told(item),
    );
    return OUTCOMES[adopted];
  }

  async #takeTrace(item: Extract<Item, { kind: "trace" }>): Promise<"carried" | "there"> {
    const { id: experimentId, folder } = this.#experimentOf(item);
    if (isFile(tracePaths.info(join(experimentPaths.traces(folder), item.id)))) return "there";
    const { info, spans, artifacts } = await item.read();
    const isNew = await adoptTrace(
      this.#store,
      {
        info: { ...info, experimentId },
        spans,
        artifactsStay: artifacts.kind === "stay",
        copyArtifacts: async (target) => void (await this.#copier(item, artifacts)(target)),
      },
      this.#report.refused(item, "key"),
    );
    return isNew ? "carried" : "there";
  }

  #takeRegisteredModel(
    item: Item,
    { model, versions, deletedVersions }: CarriedRegisteredModel,
  ): "carried" | "there" {
    const placed = versions.map((version) => this.#place(version));
    const { isNew, newVersions, conflicts } = adoptRegisteredModel(
      this.#store,
      { model, versions: placed, deletedVersions },
      this.#report.refused(item, "tag or alias"),
    );
    for (const version of conflicts) {
      const message = "Another version has this number here; it stays as it is.";
      this.#report.failures.push({ kind: "modelVersion", id: `${model.name}/${version}`, message });
    }
    this.#report.counts.modelVersion.carried += newVersions;
    this.#report.counts.modelVersion.there += versions.length - newVersions - conflicts.length;
    return isNew ? "carried" : "there";
  }

  /** A version whose files came along names their place in this tree. */
  #place(version: ModelVersion): ModelVersion {
    const { source, storageLocation } = version;
    return {
      ...version,
      source: source && this.#placeUri(source),
      storageLocation: storageLocation && this.#placeUri(storageLocation),
    };
  }

  #placeUri(uri: string): string {
    if (isRemote(uri)) return uri;
    const match = /(?:^|\/)([^/]+)\/(models\/m-[0-9a-f]{32}|[0-9a-f]{32})\/artifacts(\/.*)?$/.exec(
      uri,
    );
    const [, experimentId = "", owner = "", rest = ""] = match ?? [];
    const experiment = this.#experiments.get(experimentId);
    if (experiment === undefined) return uri;
    if (!isFile(join(experiment.folder, ...owner.split("/"), META_FILE))) return uri;
    return `${rootSegment(this.#store)}/${experiment.id}/${owner}/artifacts${rest}`;
  }

  #copier(item: Item, artifacts: Artifacts): AdoptableRun["copyArtifacts"] {
    const owner = `${WORDS[item.kind]} ${item.id}`;
    return (folder, known) => copyToFolder(artifacts, folder, owner, this.#report, known);
  }

  #told(item: Item): Told {
    const { failures } = this.#report;
    const before = failures.length;
    return {
      refused: this.#report.refused(item, "key"),
      differs: this.#report.differs(item),
      isWhole: () => failures.length === before,
      wrote: (points) => {
        this.#report.metricPoints += points;
      },
      remembers: this.#remembers,
    };
  }

  #experimentOf({ experimentId }: { readonly experimentId: string }): {
    readonly id: string;
    readonly folder: string;
  } {
    const known = this.#experiments.get(experimentId);
    if (known !== undefined) return known;
    // The source has not told of it: its scan of experiments failed there.
    return { id: experimentId, folder: findExperiment(this.#store, experimentId).folder };
  }
}

/** Whether a URI names a place that stays reachable from here: a bucket, but no path and no server's own place. */
export function isRemote(uri: string): boolean {
  return /^(?!file:|mlflow-artifacts:|runs:|models:|[a-zA-Z]:)[a-zA-Z][a-zA-Z0-9+.-]+:/.test(uri);
}
