import type { Metric } from "../../../entities/metric.ts";
import type { CarriedModel, Item } from "../../items.ts";
import { once } from "../../once.ts";
import type { ArtifactFinder } from "./artifacts.ts";
import { type Database, groupBy, marks, type Row, text } from "./database.ts";
import { toLoggedModel, toModelMetric } from "./rows.ts";

type Groups = ReadonlyMap<string, readonly Row[]>;

/** Some logged models of an experiment, read as `RunRows` reads runs. */
export class ModelRows {
  readonly #database: Database;
  readonly #finder: ArtifactFinder;
  readonly #rows: readonly Row[];
  readonly #belongings: () => Promise<{ readonly params: Groups; readonly tags: Groups }>;

  constructor(database: Database, finder: ArtifactFinder, rows: readonly Row[]) {
    this.#database = database;
    this.#finder = finder;
    this.#rows = rows;
    const ids = rows.map((row) => text(row, "model_id"));
    const query = async (table: string): Promise<Groups> =>
      groupBy(
        await database.all(`SELECT * FROM ${table} WHERE model_id IN (${marks(ids)})`, ids),
        "model_id",
      );
    this.#belongings = once(async () => ({
      params: await query("logged_model_params"),
      tags: await query("logged_model_tags"),
    }));
  }

  *items(): Generator<Item> {
    for (const row of this.#rows) {
      const id = text(row, "model_id");
      const experimentId = text(row, "experiment_id");
      yield { kind: "loggedModel", id, experimentId, read: () => this.#read(row, id) };
    }
  }

  async #read(row: Row, id: string): Promise<CarriedModel> {
    const { params, tags } = await this.#belongings();
    const model = toLoggedModel(row, params.get(id) ?? [], tags.get(id) ?? []);
    const tail = `${model.experimentId}/models/${id}/artifacts`;
    return {
      model,
      metrics: () => this.#metrics(id),
      artifacts: this.#finder.find(model.artifactLocation, tail),
    };
  }

  async *#metrics(id: string): AsyncGenerator<readonly Metric[]> {
    const portions = this.#database.portions(
      "SELECT * FROM logged_model_metrics WHERE model_id = ? ORDER BY metric_name, metric_timestamp_ms, metric_step",
      [id],
    );
    for await (const rows of portions) yield rows.map(toModelMetric);
  }
}
