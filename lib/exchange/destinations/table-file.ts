import { join } from "node:path";
import fs from "fs-extra";
import { isLater, type Metric } from "../../entities/metric.ts";
import { compareText } from "../../entities/record.ts";
import { makeFolderBeside } from "../../state/temporary-folder.ts";
import type { CarriedRun, Destination, Item, Outcome } from "../items.ts";
import type { Report } from "../report.ts";
import type { Cell, Column, TableRow, TableWriter } from "./table-file/cell.ts";
import { TABLE_WRITERS } from "./table-file/writers.ts";

/** `runs`: a row a run, with its latest metrics. `histories`: a row a point. */
export type TableContent = "runs" | "histories";

/** Under the names of MLflow's `search_runs`. */
const ATTRIBUTES: readonly Column[] = [
  { name: "run_id", type: "text" },
  { name: "run_name", type: "text" },
  { name: "experiment_id", type: "text" },
  { name: "experiment_name", type: "text" },
  { name: "status", type: "text" },
  { name: "lifecycle_stage", type: "text" },
  { name: "start_time", type: "time" },
  { name: "end_time", type: "time" },
  { name: "user_id", type: "text" },
  { name: "artifact_uri", type: "text" },
];

const POINTS: readonly Column[] = [
  { name: "run_id", type: "text" },
  { name: "key", type: "text" },
  { name: "step", type: "integer" },
  { name: "timestamp", type: "time" },
  { name: "value", type: "number" },
  { name: "dataset_name", type: "text" },
  { name: "dataset_digest", type: "text" },
];

/** A CSV, JSON or Parquet file: it is there when all is in it, and replaces one that was there. */
export class TableFile implements Destination {
  readonly #file: string;
  readonly #folder: string;
  readonly #temporary: string;
  readonly #content: TableContent;
  readonly #report: Report;
  readonly #names = new Map<string, string>();
  /** The columns of a table of runs are known when all runs are. */
  readonly #rows: TableRow[] = [];
  #writer: TableWriter | undefined;

  constructor(file: string, content: TableContent, report: Report) {
    this.#file = file;
    this.#folder = makeFolderBeside(file);
    this.#temporary = join(this.#folder, "table");
    this.#content = content;
    this.#report = report;
  }

  async take(item: Item): Promise<Outcome> {
    if (item.kind === "experiment") this.#names.set(item.id, item.experiment.name);
    else if (item.kind === "run") await this.#takeRun(await item.read());
    else this.#report.note("a table holds runs: models, traces and the registry are not in it");
    return "carried";
  }

  async finish(): Promise<void> {
    const columns = this.#content === "runs" ? columnsOf(this.#rows) : POINTS;
    const writer = this.#writer ?? (await this.#open(columns));
    writer.write(this.#rows);
    writer.end();
    await fs.move(this.#temporary, this.#file, { overwrite: true });
  }

  async close(): Promise<void> {
    await fs.remove(this.#folder);
  }

  async #takeRun(run: CarriedRun): Promise<void> {
    if (this.#content === "histories") {
      this.#writer ??= await this.#open(POINTS);
      for await (const points of run.metrics()) {
        this.#writer.write(points.map((point) => pointRow(run.info.runId, point)));
        this.#report.metricPoints += points.length;
      }
      return;
    }
    const { info } = run;
    this.#rows.push({
      run_id: info.runId,
      run_name: info.runName,
      experiment_id: info.experimentId,
      experiment_name: this.#names.get(info.experimentId) ?? "",
      status: info.status,
      lifecycle_stage: info.lifecycleStage,
      start_time: info.startTime,
      end_time: info.endTime,
      user_id: info.userId,
      artifact_uri: info.artifactUri,
      ...prefixed("metrics", await latestOf(run)),
      ...prefixed("params", run.params),
      ...prefixed("tags", run.tags),
    });
  }

  async #open(columns: readonly Column[]): Promise<TableWriter> {
    const ending = this.#file.split(".").at(-1)?.toLowerCase() ?? "";
    const open = TABLE_WRITERS[ending];
    if (open === undefined) throw new Error(`No writer of tables for '${ending}'`);
    return open(this.#temporary, columns);
  }
}

function columnsOf(rows: readonly TableRow[]): readonly Column[] {
  const names = new Set(rows.flatMap((row) => Object.keys(row)));
  for (const { name } of ATTRIBUTES) names.delete(name);
  const rank = (name: string): number => ["m", "p", "t"].indexOf(name.charAt(0));
  const keys = [...names].sort((a, b) => rank(a) - rank(b) || compareText(a, b));
  return [
    ...ATTRIBUTES,
    ...keys.map(
      (name): Column => ({ name, type: name.startsWith("metrics.") ? "number" : "text" }),
    ),
  ];
}

function pointRow(runId: string, point: Metric): TableRow {
  const { key, step, timestamp, value, datasetName, datasetDigest } = point;
  const dataset = { dataset_name: datasetName, dataset_digest: datasetDigest };
  return { run_id: runId, key, step, timestamp, value, ...dataset };
}

async function latestOf({ metrics }: CarriedRun): Promise<Record<string, number>> {
  const latest = new Map<string, Metric>();
  for await (const points of metrics()) {
    for (const point of points) {
      const before = latest.get(point.key);
      if (before === undefined || isLater(point, before)) latest.set(point.key, point);
    }
  }
  return Object.fromEntries([...latest].map(([key, { value }]) => [key, value]));
}

function prefixed(prefix: string, entries: Readonly<Record<string, Cell>>): TableRow {
  return Object.fromEntries(
    Object.entries(entries).map(([key, value]) => [`${prefix}.${key}`, value]),
  );
}
