import type { DatasetInput } from "../../../entities/dataset.ts";
import type { Metric } from "../../../entities/metric.ts";
import { toDictionary } from "../../../entities/record.ts";
import type { CarriedRun, Item } from "../../items.ts";
import { once } from "../../once.ts";
import type { ArtifactFinder } from "./artifacts.ts";
import {
  type Database,
  groupBy,
  integer,
  marks,
  optionalNumber,
  optionalText,
  type Row,
  text,
} from "./database.ts";
import { toMetric, toRunInfo, toValues } from "./rows.ts";

type Groups = ReadonlyMap<string, readonly Row[]>;

/** What belongs to the runs of a batch, by run id. */
interface Belongings {
  readonly params: Groups;
  readonly latest: Groups;
  readonly tags: Groups;
  readonly datasets: Groups;
  /** By the id of an input. */
  readonly datasetTags: Groups;
  readonly modelInputs: Groups;
  readonly modelOutputs: Groups;
}

/** Some runs of an experiment. What belongs to them is read by one query a table, when the first of them is read. */
export class RunRows {
  readonly #database: Database;
  readonly #tables: ReadonlySet<string>;
  readonly #finder: ArtifactFinder;
  readonly #rows: readonly Row[];
  readonly #belongings: () => Promise<Belongings>;

  constructor(
    database: Database,
    tables: ReadonlySet<string>,
    finder: ArtifactFinder,
    rows: readonly Row[],
  ) {
    this.#database = database;
    this.#tables = tables;
    this.#finder = finder;
    this.#rows = rows;
    this.#belongings = once(() => this.#readBelongings());
  }

  *items(): Generator<Item> {
    for (const row of this.#rows) {
      const id = text(row, "run_uuid");
      const experimentId = text(row, "experiment_id");
      yield { kind: "run", id, experimentId, read: () => this.#read(row, id, experimentId) };
    }
  }

  async #read(row: Row, id: string, experimentId: string): Promise<CarriedRun> {
    const all = await this.#belongings();
    const tags = toValues(all.tags.get(id) ?? []);
    const info = toRunInfo(row, tags);
    return {
      info,
      deletedTime: optionalNumber(row, "deleted_time"),
      params: toValues(all.params.get(id) ?? []),
      tags,
      latest: toDictionary(
        (all.latest.get(id) ?? []).map(
          (each) => [text(each, "key"), toMetric(each).value] as const,
        ),
      ),
      inputs: {
        datasetInputs: (all.datasets.get(id) ?? []).map((each) => toDatasetInput(each, all)),
        modelInputs: (all.modelInputs.get(id) ?? []).map((each) => ({
          modelId: text(each, "destination_id"),
        })),
      },
      outputs: {
        modelOutputs: (all.modelOutputs.get(id) ?? []).map((each) => ({
          modelId: text(each, "destination_id"),
          step: integer(each, "step"),
        })),
      },
      metrics: () => this.#metrics(id),
      artifacts: this.#finder.find(info.artifactUri, `${experimentId}/${id}/artifacts`),
    };
  }

  async *#metrics(id: string): AsyncGenerator<readonly Metric[]> {
    const portions = this.#database.portions(
      "SELECT key, value, timestamp, step, is_nan FROM metrics WHERE run_uuid = ? ORDER BY key, timestamp, step, value",
      [id],
    );
    for await (const rows of portions) yield nanFirstWhereItCounts(rows.map(toMetric));
  }

  async #readBelongings(): Promise<Belongings> {
    const ids = this.#rows.map((row) => text(row, "run_uuid"));
    const query = async (sql: string, column: string): Promise<Groups> =>
      groupBy(await this.#database.all(sql.replace("(ids)", `(${marks(ids)})`), ids), column);
    const hasInputs = this.#tables.has("inputs");
    const inputs = (sql: string, column: string): Promise<Groups> =>
      hasInputs ? query(sql, column) : Promise.resolve(new Map());
    return {
      params: await query("SELECT * FROM params WHERE run_uuid IN (ids)", "run_uuid"),
      latest: await query("SELECT * FROM latest_metrics WHERE run_uuid IN (ids)", "run_uuid"),
      tags: await query("SELECT * FROM tags WHERE run_uuid IN (ids)", "run_uuid"),
      datasets: await inputs(
        "SELECT d.*, i.input_uuid, i.destination_id FROM inputs i JOIN datasets d ON i.source_id = d.dataset_uuid " +
          "WHERE i.source_type = 'DATASET' AND i.destination_type = 'RUN' AND i.destination_id IN (ids)",
        "destination_id",
      ),
      datasetTags: await inputs(
        "SELECT t.* FROM input_tags t JOIN inputs i ON t.input_uuid = i.input_uuid WHERE i.destination_id IN (ids)",
        "input_uuid",
      ),
      modelInputs: await inputs(linksTo("RUN_INPUT", "MODEL_INPUT"), "source_id"),
      modelOutputs: await inputs(linksTo("RUN_OUTPUT", "MODEL_OUTPUT"), "source_id"),
    };
  }
}

function linksTo(from: string, to: string): string {
  return `SELECT * FROM inputs WHERE source_type = '${from}' AND destination_type = '${to}' AND source_id IN (ids)`;
}

function toDatasetInput(row: Row, { datasetTags }: Belongings): DatasetInput {
  return {
    dataset: {
      name: text(row, "name"),
      digest: text(row, "digest"),
      sourceType: text(row, "dataset_source_type"),
      source: text(row, "dataset_source"),
      schema: optionalText(row, "dataset_schema"),
      profile: optionalText(row, "dataset_profile"),
    },
    tags: toValues(datasetTags.get(text(row, "input_uuid")) ?? [], "name"),
  };
}

/**
 * Among points of one step and time MLflow's database takes NaN for 0, and in a file NaN counts only when it comes first.
 * So such points are turned round where one of them is NaN: the largest comes first, and the latest value is the same.
 */
function nanFirstWhereItCounts(points: readonly Metric[]): readonly Metric[] {
  if (!points.some(({ value }) => Number.isNaN(value))) return points;
  const ordered = [...points];
  for (let start = 0; start < ordered.length; ) {
    let end = start + 1;
    while (end < ordered.length && isTie(ordered[start], ordered[end])) end++;
    const tied = ordered.slice(start, end);
    if (tied.some(({ value }) => Number.isNaN(value))) {
      ordered.splice(start, tied.length, ...tied.reverse());
    }
    start = end;
  }
  return ordered;
}

function isTie(a: Metric | undefined, b: Metric | undefined): boolean {
  return a?.key === b?.key && a?.timestamp === b?.timestamp && a?.step === b?.step;
}
