import { MLFLOW_TAG } from "../../lib/entities/tag.ts";
import { decodeNumber, type RunFile } from "../../lib/wire/data-files.ts";
import { plainId } from "../../lib/wire/rooted-id.ts";
import { formatDuration, formatNumber, formatTime, fullNumber } from "../format.ts";
import { column, compareMetricKeys } from "./columns.ts";
import { type Direction, usualDirection } from "./directions.ts";
import { compareNatural } from "./natural.ts";

/** A value of one run, beside those of the others. */
export interface ComparedCell {
  /** Undefined where the run has none. */
  readonly text: string | undefined;
  readonly full: string | undefined;
  /** Not equal to the baseline. */
  readonly isDifferent: boolean;
  readonly isBest: boolean;
  /** Of metrics: how much more than the baseline, and as a share of it. */
  readonly delta?: { readonly value: number; readonly share: number; readonly isBetter?: boolean };
}

export interface ComparedRow {
  readonly key: string;
  /** Cells that differ from one another. */
  readonly differs: boolean;
  readonly cells: readonly ComparedCell[];
}

export type ComparedKind = "metrics" | "params" | "attributes" | "tags" | "datasets" | "models";

export interface ComparedGroup {
  readonly kind: ComparedKind;
  readonly rows: readonly ComparedRow[];
  readonly differing: number;
}

/** A value of a run before it is compared. */
interface Value {
  readonly text: string;
  readonly full: string;
  readonly number?: number;
}

type Reader = (run: RunFile) => ReadonlyMap<string, Value>;

const KINDS: readonly (readonly [ComparedKind, Reader])[] = [
  ["metrics", metricsOf],
  ["params", (run) => textsOf(run.params)],
  ["attributes", attributesOf],
  ["tags", (run) => textsOf(run.tags, (key) => !key.startsWith("mlflow."))],
  ["datasets", datasetsOf],
  ["models", modelsOf],
];

/**
 * Puts the values of runs beside one another, in groups.
 *
 * @param baseline - index of the run that the others are measured by
 */
export function compareRuns(runs: readonly RunFile[], baseline: number): ComparedGroup[] {
  return KINDS.map(([kind, read]) => {
    const columns = runs.map(read);
    const keys = [...new Set(columns.flatMap((values) => [...values.keys()]))].sort(
      kind === "metrics" ? compareMetricKeys : compareNatural,
    );
    const rows = keys.map((key) => {
      const values = columns.map((values) => values.get(key));
      const direction = kind === "metrics" ? usualDirection(column("metrics", key)) : undefined;
      return compareValues(key, values, baseline, direction);
    });
    return { kind, rows, differing: rows.filter((row) => row.differs).length };
  }).filter(({ rows }) => rows.length > 0);
}

function compareValues(
  key: string,
  values: readonly (Value | undefined)[],
  baseline: number,
  direction: Direction | undefined,
): ComparedRow {
  const base = values[baseline];
  const best = bestOf(values, direction);
  const cells = values.map((value): ComparedCell => {
    const delta = value === base ? undefined : deltaOf(value, base, direction);
    return {
      text: value?.text,
      full: value?.full,
      isDifferent: value?.full !== base?.full,
      isBest: best !== undefined && value?.number === best,
      ...(delta === undefined ? {} : { delta }),
    };
  });
  return { key, cells, differs: cells.some((cell) => cell.isDifferent) };
}

function bestOf(
  values: readonly (Value | undefined)[],
  direction: Direction | undefined,
): number | undefined {
  const numbers = values.flatMap((value) =>
    value?.number === undefined || !Number.isFinite(value.number) ? [] : [value.number],
  );
  if (direction === undefined || new Set(numbers).size < 2) return undefined;
  return direction === "higher" ? Math.max(...numbers) : Math.min(...numbers);
}

function deltaOf(
  value: Value | undefined,
  base: Value | undefined,
  direction: Direction | undefined,
): ComparedCell["delta"] {
  if (value?.number === undefined || base?.number === undefined) return undefined;
  const difference = value.number - base.number;
  if (!Number.isFinite(difference)) return undefined;
  const share = base.number === 0 ? Number.NaN : difference / Math.abs(base.number);
  if (direction === undefined || difference === 0) return { value: difference, share };
  return { value: difference, share, isBetter: (direction === "higher") === difference > 0 };
}

function metricsOf(run: RunFile): Map<string, Value> {
  return new Map(
    run.metrics.map(({ key, last }) => {
      const number = decodeNumber(last);
      return [key, { text: formatNumber(number), full: fullNumber(number), number }];
    }),
  );
}

function textsOf(
  texts: { readonly [key: string]: string },
  isWanted: (key: string) => boolean = () => true,
): Map<string, Value> {
  const wanted = Object.entries(texts).filter(([key]) => isWanted(key));
  return new Map(wanted.map(([key, text]) => [key, { text, full: text }]));
}

function attributesOf({ info, tags, experimentName, rootKey }: RunFile): Map<string, Value> {
  const took = info.endTime === null ? undefined : info.endTime - info.startTime;
  const commit = tags[MLFLOW_TAG.gitCommit];
  const texts: Record<string, string | undefined> = {
    experiment: experimentName,
    root: rootKey,
    state: info.status.toLowerCase(),
    user: info.userId === "" ? undefined : info.userId,
    source: tags[MLFLOW_TAG.sourceName],
    "git branch": tags[MLFLOW_TAG.gitBranch],
    lifecycle: info.lifecycleStage,
  };
  const values = new Map<string, Value>();
  for (const [key, text] of Object.entries(texts)) {
    if (text !== undefined) values.set(key, { text, full: text });
  }
  values.set("started", { text: formatTime(info.startTime), full: String(info.startTime) });
  if (took !== undefined) values.set("took", { text: formatDuration(took), full: String(took) });
  if (commit !== undefined) values.set("git commit", { text: commit.slice(0, 7), full: commit });
  return values;
}

function datasetsOf({ inputs }: RunFile): Map<string, Value> {
  return new Map(
    inputs.datasetInputs.map(({ dataset, tags }) => {
      const context = tags["mlflow.data.context"];
      const key = context === undefined ? dataset.name : `${dataset.name} (${context})`;
      return [key, { text: dataset.digest, full: dataset.digest }];
    }),
  );
}

function modelsOf({ loggedModels, modelVersions }: RunFile): Map<string, Value> {
  return new Map([
    ...loggedModels.map(({ name, modelId }): [string, Value] => [
      name,
      { text: plainId(modelId), full: plainId(modelId) },
    ]),
    ...modelVersions.map(({ name, version }): [string, Value] => [
      name,
      { text: `version ${version}`, full: version },
    ]),
  ]);
}
