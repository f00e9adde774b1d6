/** A tag of an experiment, run, model or trace. */
export interface Tag {
  readonly key: string;
  readonly value: string;
}

/** MLflow's name for the tag of a run. */
export type RunTag = Tag;

/** Keys of the tags that MLflow itself reads or writes. */
export const MLFLOW_TAG = {
  runName: "mlflow.runName",
  parentRunId: "mlflow.parentRunId",
  user: "mlflow.user",
  sourceName: "mlflow.source.name",
  sourceType: "mlflow.source.type",
  gitCommit: "mlflow.source.git.commit",
  gitBranch: "mlflow.source.git.branch",
  gitRepoUrl: "mlflow.source.git.repoURL",
  note: "mlflow.note.content",
  loggedArtifacts: "mlflow.loggedArtifacts",
  loggedImages: "mlflow.loggedImages",
  loggedModelHistory: "mlflow.log-model.history",
  artifactLocation: "mlflow.artifactLocation",
  traceName: "mlflow.traceName",
  isPrompt: "mlflow.prompt.is_prompt",
  /** On a logged model: the versions that were registered from it, as JSON. */
  modelVersions: "mlflow.modelVersions",
} as const;

/** Keys of the tags that hold a prompt in the registry. Those without dots can be stored by Unity Catalog, too. */
export const PROMPT_TAG = {
  text: "mlflow.prompt.text",
  type: "_mlflow_prompt_type",
  responseFormat: "_mlflow_prompt_response_format",
  modelConfig: "_mlflow_prompt_model_config",
  /** Ids between commas, such as `,0,12,`. */
  experimentIds: "_mlflow_experiment_ids",
} as const;

/** Tags of experiments with which the viewer keeps a named view: the name follows, the value is the hash route. */
export const VIEW_TAG_PREFIX = "mlruns.view.";
