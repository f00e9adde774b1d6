import type { ArtifactEntry } from "../../lib/wire/data-files.ts";
import { nameOf } from "./tree-rows.ts";

/** An image that was logged at a step. */
export interface StepImage {
  readonly entry: ArtifactEntry;
  /** What the image is of, such as `val/samples`. */
  readonly key: string;
  readonly step: number;
  readonly timestamp: number;
}

/**
 * @see `MlflowClient.log_image`: MLflow 3 writes `key+step+1+timestamp+1700+uuid.png`, `~` for the slashes of the key;
 *   MLflow 2 `%` and `#` instead
 */
const NAME = /^(.+)([+%])step\2(-?\d+)\2timestamp\2(\d+)\2[^+%]+\.\w+$/;
/** A small copy that MLflow keeps beside an image. */
const COPY = /([+%])step\1-?\d+\1timestamp\1\d+\1[^+%]+\1compressed\.\w+$/;

export function isSmallCopy({ path }: ArtifactEntry): boolean {
  return COPY.test(path);
}

export function parseStepImage(entry: ArtifactEntry): StepImage | undefined {
  const [, key, sign, step, timestamp] = NAME.exec(nameOf(entry.path)) ?? [];
  if (key === undefined) return undefined;
  return {
    entry,
    key: key.replaceAll(sign === "+" ? "~" : "#", "/"),
    step: Number(step),
    timestamp: Number(timestamp),
  };
}

/** Images of the same thing, by step; the small copies that MLflow keeps beside them are left out. */
export function stepSeries(entry: ArtifactEntry, siblings: readonly ArtifactEntry[]): StepImage[] {
  const own = parseStepImage(entry);
  if (own === undefined) return [];
  return siblings
    .map(parseStepImage)
    .filter((image) => image?.key === own.key)
    .map((image) => image as StepImage)
    .sort((a, b) => a.step - b.step || a.timestamp - b.timestamp);
}
