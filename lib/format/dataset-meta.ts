import type { Dataset } from "../entities/dataset.ts";
import type { ReadonlyDictionary } from "../entities/record.ts";
import {
  openMeta,
  readInteger,
  readName,
  readOptionalText,
  readText,
  readTexts,
} from "./meta-file.ts";
import { printYaml } from "./yaml.ts";

const INPUT_VERTICES = ["DATASET", "MODEL", "RUN"] as const;
const OUTPUT_VERTICES = ["RUN_OUTPUT", "MODEL_OUTPUT"] as const;

/** `RUN/inputs/INPUT/meta.yaml`: a dataset or a logged model that a run took in. */
export interface InputMeta {
  readonly sourceType: (typeof INPUT_VERTICES)[number];
  readonly sourceId: string;
  /** Should be the run, but MLflow writes the source here, too; nobody reads it. */
  readonly destinationId: string;
  readonly tags: ReadonlyDictionary<string>;
}

/** `RUN/outputs/MODEL/meta.yaml`: a logged model that a run made. */
export interface OutputMeta {
  /** Should be the run, but MLflow writes the model here, too. */
  readonly sourceId: string;
  /** The model. */
  readonly destinationId: string;
  readonly step: number;
  readonly tags: ReadonlyDictionary<string>;
}

/**
 * Reads `EXP/datasets/DATASET/meta.yaml`. The file is written once, so unknown keys need not be kept.
 *
 * @throws MlrunsError INTERNAL_ERROR when name, digest, source or source_type is missing
 */
export function parseDatasetMeta(text: string, path: string): Dataset {
  const file = openMeta(text, path);
  return {
    name: readText(file, "name"),
    digest: readText(file, "digest"),
    sourceType: readText(file, "source_type"),
    source: readText(file, "source"),
    schema: readOptionalText(file, "schema"),
    profile: readOptionalText(file, "profile"),
  };
}

export function printDatasetMeta(dataset: Dataset): string {
  return printYaml({
    digest: dataset.digest,
    name: dataset.name,
    profile: dataset.profile,
    schema: dataset.schema,
    source: dataset.source,
    source_type: dataset.sourceType,
  });
}

/** @throws MlrunsError INTERNAL_ERROR when a key other than tags is missing */
export function parseInputMeta(text: string, path: string): InputMeta {
  const file = openMeta(text, path);
  readName(file, "destination_type", INPUT_VERTICES);
  return {
    sourceType: readName(file, "source_type", INPUT_VERTICES),
    sourceId: readText(file, "source_id"),
    destinationId: readText(file, "destination_id"),
    tags: readTexts(file, "tags"),
  };
}

export function printInputMeta(input: InputMeta): string {
  return printYaml({
    destination_id: input.destinationId,
    destination_type: "RUN",
    source_id: input.sourceId,
    source_type: input.sourceType,
    tags: input.tags,
  });
}

/** @throws MlrunsError INTERNAL_ERROR when a key other than tags is missing */
export function parseOutputMeta(text: string, path: string): OutputMeta {
  const file = openMeta(text, path);
  readName(file, "source_type", OUTPUT_VERTICES);
  readName(file, "destination_type", OUTPUT_VERTICES);
  return {
    sourceId: readText(file, "source_id"),
    destinationId: readText(file, "destination_id"),
    step: readInteger(file, "step"),
    tags: readTexts(file, "tags"),
  };
}

export function printOutputMeta(output: OutputMeta): string {
  return printYaml({
    destination_id: output.destinationId,
    destination_type: "MODEL_OUTPUT",
    source_id: output.sourceId,
    source_type: "RUN_OUTPUT",
    step: output.step,
    tags: output.tags,
  });
}
