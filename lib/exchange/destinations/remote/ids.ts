import type { RunStatus } from "../../../entities/run.ts";

/** Tags with which what was exported says what it was: a server gives ids of its own. */
export const SOURCE_TAG = {
  experiment: "mlruns.source.experimentId",
  run: "mlruns.source.runId",
  model: "mlruns.source.modelId",
  /** Of an experiment, followed by the id of a logged model: it was sent and then deleted, so a server shows it no more. */
  deletedModel: "mlruns.source.deletedModel.",
} as const;

/** A run as the server has it. */
export interface SentRun {
  readonly id: string;
  readonly artifactUri: string;
  readonly status: RunStatus;
  readonly endTime: number | null;
  readonly isDeleted: boolean;
  readonly parentRunId: string | undefined;
  readonly modelIds: ReadonlySet<string>;
}

/** Something of ours at the server. */
export interface SentModel {
  readonly id: string;
  readonly artifactUri: string;
}

/** Ids of the tree to what the server has for them. */
export class SentIds {
  readonly experiments: Map<string, string> = new Map();
  readonly runs: Map<string, SentRun> = new Map();
  readonly models: Map<string, SentModel> = new Map();

  /** The place of a model version at the server: what it names of runs and models is sent under other ids. */
  placeOf(uri: string): string {
    const named = uri
      .replace(/^runs:\/+([^/]+)/, (all, id: string) => {
        const run = this.runs.get(id);
        return run === undefined ? all : `runs:/${run.id}`;
      })
      .replace(/^models:\/+(m-[^/]+)/, (all, id: string) => {
        const model = this.models.get(id);
        return model === undefined ? all : `models:/${model.id}`;
      });
    const match = /(?:^|\/)(m-[0-9a-f]{32}|[0-9a-f]{32})\/artifacts(\/.*)?$/.exec(named);
    const [, id = "", rest = ""] = match ?? [];
    const owner = this.models.get(id) ?? this.runs.get(id);
    return owner === undefined ? named : `${owner.artifactUri}${rest}`;
  }
}
