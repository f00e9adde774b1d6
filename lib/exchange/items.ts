import type { ArtifactRepository } from "../artifacts/artifact-repository.ts";
import type { Experiment } from "../entities/experiment.ts";
import type { LoggedModel } from "../entities/logged-model.ts";
import type { Metric } from "../entities/metric.ts";
import type { ModelVersion } from "../entities/model-version.ts";
import type { ReadonlyDictionary } from "../entities/record.ts";
import type { RegisteredModel } from "../entities/registered-model.ts";
import type { RunInfo, RunInputs, RunOutputs } from "../entities/run.ts";
import type { Span, TraceInfo } from "../entities/trace.ts";

/** What travels from a source to a destination. Ids are those of the source. */
export type Item =
  | { readonly kind: "experiment"; readonly id: string; readonly experiment: Experiment }
  | Lazy<"run", CarriedRun>
  | Lazy<"loggedModel", CarriedModel>
  | Lazy<"trace", CarriedTrace>
  | Lazy<"registeredModel", CarriedRegisteredModel>;

export type Kind = Item["kind"];

/** Something that is read only when the destination does not have it yet. */
interface Lazy<Name extends string, Content> {
  readonly kind: Name;
  readonly id: string;
  /** Of registered models: none. */
  readonly experimentId: string;
  readonly read: () => Promise<Content>;
}

/** A run with all that belongs to it. */
export interface CarriedRun {
  readonly info: RunInfo;
  /** Milliseconds since the epoch. */
  readonly deletedTime: number | null;
  readonly params: ReadonlyDictionary<string>;
  readonly tags: ReadonlyDictionary<string>;
  readonly inputs: RunInputs;
  readonly outputs: RunOutputs;
  /** The latest value of each metric, where it is known without reading the points. */
  readonly latest?: ReadonlyDictionary<number>;
  /** All points, in portions; those of one metric in the order of their logging. */
  readonly metrics: () => AsyncIterable<readonly Metric[]>;
  readonly artifacts: Artifacts;
}

export interface CarriedModel {
  readonly model: LoggedModel;
  /** All points, each with the run that logged it. */
  readonly metrics: () => AsyncIterable<readonly Metric[]>;
  readonly artifacts: Artifacts;
}

export interface CarriedTrace {
  readonly info: TraceInfo;
  /** Undefined when they lie in the artifacts as `traces.json`. */
  readonly spans: readonly Span[] | undefined;
  readonly artifacts: Artifacts;
}

export interface CarriedRegisteredModel {
  readonly model: RegisteredModel;
  /** Ascending. */
  readonly versions: readonly ModelVersion[];
  /** Numbers that were given and must not be given again. */
  readonly deletedVersions: readonly string[];
}

/** The artifacts of a run, model or trace: to be copied, or to be left where they are, such as in a bucket. */
export type Artifacts =
  | { readonly kind: "copy"; readonly open: () => Promise<ArtifactRepository | undefined> }
  | { readonly kind: "stay"; readonly uri: string };

export const NO_ARTIFACTS: Artifacts = { kind: "copy", open: async () => undefined };

/** Where items come from. */
export interface Source {
  /**
   * Everything: each experiment before what belongs to it, runs before logged models, all of them before registered models.
   * What cannot be read is told to the report, and the others follow.
   */
  items(): AsyncIterable<Item>;
  /** How many items of each kind there are, where it is cheap to know. */
  count(): Promise<Partial<Readonly<Record<Kind, number>>>>;
  close(): Promise<void>;
}

export type Outcome = "carried" | "updated" | "there";

/** Where items go to. */
export interface Destination {
  /**
   * Takes an item, whole or not at all.
   *
   * @returns whether it was there already, as it is or in an earlier state
   * @throws MlrunsError when the item cannot be carried; the others can
   */
  take(item: Item): Promise<Outcome>;
  /** Does what must wait until all items are there. */
  finish(): Promise<void>;
  close(): Promise<void>;
}
