import { MODEL_VERSION_STAGES } from "../../../entities/model-version.ts";
import { toDictionary } from "../../../entities/record.ts";
import { invalidParameter } from "../../../errors.ts";
import type { CarriedRegisteredModel, Item, Kind, Source } from "../../items.ts";
import type { Report } from "../../report.ts";
import type { ArtifactFinder } from "./artifacts.ts";
import { type Database, groupBy, integer, type Row, text } from "./database.ts";
import { ModelRows } from "./model-batch.ts";
import { toExperiment, toModelVersion, toValues } from "./rows.ts";
import { RunRows } from "./run-batch.ts";
import { NOT_CARRIED, TABLES_WITH_WORKSPACE } from "./schema.ts";
import { TraceRows } from "./trace-batch.ts";

/** Items whose further rows are read by one query a table. */
const BATCH = 100;

/** The database of an MLflow server, 2.0 or newer, read without one. */
export class DatabaseSource implements Source {
  readonly #database: Database;
  readonly #finder: ArtifactFinder;
  readonly #report: Report;
  #tables: ReadonlySet<string> = new Set();

  constructor(database: Database, finder: ArtifactFinder, report: Report) {
    this.#database = database;
    this.#finder = finder;
    this.#report = report;
  }

  /** @throws MlrunsError INVALID_PARAMETER_VALUE when it is no database of MLflow 2 or newer */
  async check(): Promise<void> {
    this.#tables = await this.#database.tables();
    const missing = [
      "experiments",
      "runs",
      "metrics",
      "params",
      "tags",
      "registered_models",
    ].filter((name) => !this.#tables.has(name));
    if (missing.length === 0) return;
    throw invalidParameter(`It is no database of MLflow 2 or newer: no table '${missing[0]}'.`);
  }

  async count(): Promise<Partial<Record<Kind, number>>> {
    const tables = {
      experiment: "experiments",
      run: "runs",
      loggedModel: "logged_models",
      trace: "trace_info",
      registeredModel: "registered_models",
    } as const;
    const counts: Partial<Record<Kind, number>> = {};
    for (const [kind, table] of Object.entries(tables)) {
      if (this.#tables.has(table)) counts[kind as Kind] = await this.#countOf(table);
    }
    return counts;
  }

  async *items(): AsyncGenerator<Item> {
    await this.#noteLeftovers();
    const tags = groupBy(
      await this.#database.all("SELECT * FROM experiment_tags"),
      "experiment_id",
    );
    const experiments = await this.#inDefaultWorkspace("experiments", "experiment_id");
    for (const row of experiments) {
      const id = text(row, "experiment_id");
      yield { kind: "experiment", id, experiment: toExperiment(row, tags.get(id) ?? []) };
      yield* this.#itemsOf(row.experiment_id);
    }
    yield* this.#registeredModels();
  }

  async close(): Promise<void> {
    await this.#database.close();
  }

  /** @param experimentId - as the database has it: PostgreSQL compares numbers with numbers only */
  async *#itemsOf(experimentId: unknown): AsyncGenerator<Item> {
    const database = this.#database;
    const runs = await database.all(
      "SELECT * FROM runs WHERE experiment_id = ? ORDER BY start_time, run_uuid",
      [experimentId],
    );
    for (const batch of inBatches(runs)) {
      yield* new RunRows(database, this.#tables, this.#finder, batch).items();
    }
    if (this.#tables.has("logged_models")) {
      const models = await database.all(
        "SELECT * FROM logged_models WHERE experiment_id = ? ORDER BY creation_timestamp_ms, model_id",
        [experimentId],
      );
      for (const batch of inBatches(models)) {
        yield* new ModelRows(database, this.#finder, batch).items();
      }
    }
    if (this.#tables.has("trace_info")) {
      const traces = await database.all(
        "SELECT request_id FROM trace_info WHERE experiment_id = ? ORDER BY timestamp_ms, request_id",
        [experimentId],
      );
      for (const batch of inBatches(traces)) {
        const ids = batch.map((row) => text(row, "request_id"));
        yield* new TraceRows(database, this.#tables, this.#finder, ids).items(String(experimentId));
      }
    }
  }

  async *#registeredModels(): AsyncGenerator<Item> {
    for (const row of await this.#inDefaultWorkspace("registered_models", "name")) {
      const name = text(row, "name");
      yield {
        kind: "registeredModel",
        id: name,
        experimentId: "",
        read: () => this.#readRegisteredModel(row, name),
      };
    }
  }

  async #readRegisteredModel(row: Row, name: string): Promise<CarriedRegisteredModel> {
    const rowsOf = (table: string, order = ""): Promise<Row[]> =>
      this.#database.all(`SELECT * FROM ${table} WHERE name = ?${this.#workspace(table)}${order}`, [
        name,
      ]);
    const versions = await rowsOf("model_versions", " ORDER BY version");
    const versionTags = groupBy(await rowsOf("model_version_tags"), "version");
    const aliases = this.#tables.has("registered_model_aliases")
      ? await rowsOf("registered_model_aliases")
      : [];
    const isThere = (version: Row): boolean =>
      MODEL_VERSION_STAGES.some((stage) => stage === version.current_stage);
    return {
      model: {
        name,
        creationTimestamp: integer(row, "creation_time"),
        lastUpdatedTimestamp: integer(row, "last_updated_time"),
        description: row.description === null ? null : text(row, "description"),
        tags: toValues(await rowsOf("registered_model_tags")),
        aliases: toDictionary(
          aliases.map((each) => [text(each, "alias"), text(each, "version")] as const),
        ),
        latestVersions: [],
      },
      versions: versions
        .filter(isThere)
        .map((version) =>
          toModelVersion(version, versionTags.get(text(version, "version")) ?? [], []),
        ),
      deletedVersions: versions
        .filter((version) => !isThere(version))
        .map((version) => text(version, "version")),
    };
  }

  /** Rows of the workspace that every server has; those of others are noted. */
  async #inDefaultWorkspace(table: string, order: string): Promise<Row[]> {
    const rows = await this.#database.all(`SELECT * FROM ${table} ORDER BY ${order}`);
    const own = rows.filter((row) => (row.workspace ?? "default") === "default");
    this.#report.note(
      `${table.replace("_", " ")} of other workspaces than "default" are not carried`,
      rows.length - own.length,
    );
    return own;
  }

  #workspace(table: string): string {
    return TABLES_WITH_WORKSPACE.has(table) && this.#tables.has("workspaces")
      ? " AND workspace = 'default'"
      : "";
  }

  async #noteLeftovers(): Promise<void> {
    for (const [table, what] of Object.entries(NOT_CARRIED)) {
      if (!this.#tables.has(table)) continue;
      this.#report.note(`${what}: a tree has no place for them`, await this.#countOf(table));
    }
  }

  async #countOf(table: string): Promise<number> {
    const [row] = await this.#database.all(`SELECT count(*) AS n FROM ${table}`);
    return integer(row ?? {}, "n");
  }
}

function* inBatches(rows: readonly Row[]): Generator<readonly Row[]> {
  for (let start = 0; start < rows.length; start += BATCH) yield rows.slice(start, start + BATCH);
}
