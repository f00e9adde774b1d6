import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { loadSdk } from "../../artifacts/sdk.ts";
import type { Metric } from "../../entities/metric.ts";
import { toDictionary } from "../../entities/record.ts";
import { RUN_STATUSES } from "../../entities/run.ts";
import { invalidParameter, MlrunsError } from "../../errors.ts";
import { parsePythonFloat } from "../../format/python-float.ts";
import type { CarriedRun, Item, Source } from "../items.ts";
import { plainExperiment, plainExperimentId, plainRun } from "./plain.ts";

type CsvRow = Readonly<Record<string, string>>;

const ATTRIBUTES = new Set([
  "run_id",
  "run_name",
  "experiment_id",
  "experiment_name",
  "status",
  "lifecycle_stage",
  "start_time",
  "end_time",
  "user_id",
  "artifact_uri",
]);
const PREFIXED = /^(metrics|params|tags)\.(.+)$/s;

/**
 * Opens a table of runs: a row a run, columns as `mlruns export runs.csv` and MLflow's `search_runs` name them. A metric is one
 * point at step 0, at the end of the run.
 *
 * @throws MlrunsError INVALID_PARAMETER_VALUE for a column that has no meaning, with the line for a value that has none
 */
export async function openCsv(file: string): Promise<Source> {
  const { default: papa } = await loadSdk("Reading CSV", "papaparse", () => import("papaparse"));
  const text = readFileSync(file, "utf8").replace(/^\uFEFF/, "");
  const { data, meta } = papa.parse<CsvRow>(text, { header: true, skipEmptyLines: "greedy" });
  const columns = meta.fields ?? [];
  const strange = columns.find((name) => !ATTRIBUTES.has(name) && !PREFIXED.test(name));
  if (strange !== undefined) {
    throw invalidParameter(`'${file}' has a column '${strange}', which has no meaning.`, {
      hint: `Columns are ${[...ATTRIBUTES].join(", ")}, metrics.<key>, params.<key> and tags.<key>.`,
    });
  }
  const fallback = basename(file).replace(/\.csv$/i, "");
  const nameOf = (row: CsvRow): string => row.experiment_name || fallback;
  // Read at once: what is wrong in line 900 must not be found out after 899 runs.
  const runs = data.map((row, i) => toRun(row, i + 2, nameOf(row), basename(file)));
  return {
    async *items(): AsyncGenerator<Item> {
      for (const name of new Set(data.map(nameOf))) {
        yield {
          kind: "experiment",
          id: plainExperimentId(name),
          experiment: plainExperiment(name),
        };
        for (const run of runs) {
          const { runId, experimentId } = run.info;
          if (experimentId !== plainExperimentId(name)) continue;
          yield { kind: "run", id: runId, experimentId, read: async () => run };
        }
      }
    },
    count: async () => ({ run: runs.length }),
    close: async () => undefined,
  };
}

function toRun(row: CsvRow, line: number, experiment: string, file: string): CarriedRun {
  const at = <Value>(read: () => Value): Value => {
    try {
      return read();
    } catch (cause) {
      const message = cause instanceof Error ? cause.message : String(cause);
      throw new MlrunsError("INVALID_PARAMETER_VALUE", message, { cause, path: file, line });
    }
  };
  const startTime = at(() => timeOf(row.start_time)) ?? 0;
  const endTime = at(() => timeOf(row.end_time));
  const timestamp = endTime ?? startTime;
  const points: Metric[] = entriesOf(row, "metrics").map(([key, text]) => ({
    key,
    value: at(() => parsePythonFloat(text)),
    timestamp,
    step: 0,
  }));
  const status = RUN_STATUSES.find((each) => each === (row.status || "FINISHED").toUpperCase());
  if (status === undefined) return at(() => fail(`Unknown status '${row.status}'`));
  const runId =
    row.run_id ||
    createHash("md5")
      .update(JSON.stringify([file, line, row]))
      .digest("hex");
  return plainRun({
    runId,
    experiment,
    runName: row.run_name || runId.slice(0, 8),
    startTime,
    endTime,
    status,
    ...(row.user_id && { userId: row.user_id }),
    isDeleted: row.lifecycle_stage === "deleted",
    params: toDictionary(entriesOf(row, "params")),
    tags: toDictionary(entriesOf(row, "tags")),
    points,
  });
}

/** The keys of one kind that have a value in this row. */
function entriesOf(row: CsvRow, kind: string): [string, string][] {
  return Object.entries(row).flatMap(([name, value]): [string, string][] => {
    const [, prefix, key = ""] = PREFIXED.exec(name) ?? [];
    return prefix === kind && value !== "" && value !== undefined ? [[key, value]] : [];
  });
}

/** Milliseconds since the epoch, or a date in words such as `2026-01-31T12:00:00Z`. */
function timeOf(text: string | undefined): number | null {
  if (!text) return null;
  const time = /^\d+$/.test(text) ? Number(text) : Date.parse(text);
  return Number.isNaN(time) ? fail(`'${text}' is no time`) : time;
}

function fail(message: string): never {
  throw invalidParameter(message);
}
