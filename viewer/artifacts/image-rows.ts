import type { ArtifactEntry } from "../../lib/wire/data-files.ts";
import { isSmallCopy, parseStepImage } from "./step-images.ts";
import { nameOf } from "./tree-rows.ts";

/** The pictures of a run. */
export interface RunImages {
  readonly images: readonly ArtifactEntry[];
}

export interface ImageCell {
  readonly entry: ArtifactEntry;
  readonly step: number | null;
}

export interface ImageRow {
  /** What is pictured: a key of `log_image`, or a file's name. */
  readonly key: string;
  /** One a run; null where it has none up to the step. */
  readonly cells: readonly (ImageCell | null)[];
}

const byName = new Intl.Collator("en", { numeric: true }).compare;

/**
 * Pictures as a table: of those that were logged at steps, the last one up to `step` (the newest without one).
 * Small copies that MLflow keeps beside them are left out.
 */
export function imageRows(
  runs: readonly RunImages[],
  step: number | null,
): { readonly rows: readonly ImageRow[]; readonly steps: readonly number[] } {
  const steps = new Set<number>();
  const rows = new Map<string, (ImageCell | null)[]>();
  runs.forEach(({ images }, column) => {
    for (const entry of images) {
      const logged = parseStepImage(entry);
      if (isSmallCopy(entry)) continue;
      const key = logged?.key ?? nameOf(entry.path);
      const cells = rows.get(key) ?? runs.map(() => null);
      rows.set(key, cells);
      if (logged === undefined) {
        cells[column] = { entry, step: null };
        continue;
      }
      steps.add(logged.step);
      const now = cells[column]?.step ?? Number.NEGATIVE_INFINITY;
      if (logged.step >= now && (step === null || logged.step <= step)) {
        cells[column] = { entry, step: logged.step };
      }
    }
  });
  return {
    steps: [...steps].sort((a, b) => a - b),
    rows: [...rows].sort(([a], [b]) => byName(a, b)).map(([key, cells]) => ({ key, cells })),
  };
}
