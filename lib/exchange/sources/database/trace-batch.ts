import type { Span } from "../../../entities/trace.ts";
import { MlrunsError } from "../../../errors.ts";
import { parseSpans } from "../../../format/spans.ts";
import { type CarriedTrace, type Item, NO_ARTIFACTS } from "../../items.ts";
import { once } from "../../once.ts";
import type { ArtifactFinder } from "./artifacts.ts";
import { type Database, groupBy, marks, type Row, text } from "./database.ts";
import { toTraceInfo } from "./trace-rows.ts";

type Groups = ReadonlyMap<string, readonly Row[]>;

interface TraceTables {
  readonly infos: Groups;
  readonly metadata: Groups;
  readonly tags: Groups;
  readonly assessments: Groups;
}

/** Some traces of an experiment, read as `RunRows` reads runs; the spans one trace at a time, as they are the bulk. */
export class TraceRows {
  readonly #database: Database;
  readonly #tables: ReadonlySet<string>;
  readonly #finder: ArtifactFinder;
  readonly #ids: readonly string[];
  readonly #rows: () => Promise<TraceTables>;

  constructor(
    database: Database,
    tables: ReadonlySet<string>,
    finder: ArtifactFinder,
    ids: readonly string[],
  ) {
    this.#database = database;
    this.#tables = tables;
    this.#finder = finder;
    this.#ids = ids;
    this.#rows = once(async () => ({
      infos: await this.#query("trace_info", "request_id"),
      metadata: await this.#query("trace_request_metadata", "request_id"),
      tags: await this.#query("trace_tags", "request_id"),
      assessments: await this.#query("assessments", "trace_id"),
    }));
  }

  *items(experimentId: string): Generator<Item> {
    for (const id of this.#ids) {
      yield { kind: "trace", id, experimentId, read: () => this.#read(id) };
    }
  }

  async #read(id: string): Promise<CarriedTrace> {
    const { infos, metadata, tags, assessments } = await this.#rows();
    const info = toTraceInfo(
      infos.get(id)?.[0] ?? {},
      metadata.get(id) ?? [],
      tags.get(id) ?? [],
      assessments.get(id) ?? [],
    );
    const place = info.tags["mlflow.trace.spansLocation"];
    if (place === "ARCHIVE_REPO") {
      const message = "Its spans are in MLflow's archive, which cannot be read here.";
      throw new MlrunsError("NOT_IMPLEMENTED", message);
    }
    const tail = `${info.experimentId}/traces/${id}/artifacts`;
    const location = info.tags["mlflow.artifactLocation"] ?? null;
    if (place !== "TRACKING_STORE") {
      return { info, spans: undefined, artifacts: this.#finder.find(location, tail) };
    }
    const artifacts = this.#finder.find(location, tail);
    // What lies in a bucket beside spans of the database are attachments at most.
    return {
      info,
      spans: await this.#spans(id),
      artifacts: artifacts.kind === "stay" ? NO_ARTIFACTS : artifacts,
    };
  }

  async #spans(id: string): Promise<readonly Span[]> {
    const rows = await this.#database.all(
      // Roots come first, as MLflow answers them.
      "SELECT content FROM spans WHERE trace_id = ? ORDER BY CASE WHEN parent_span_id IS NULL THEN 0 ELSE 1 END, start_time_unix_nano",
      [id],
    );
    const spans = rows.map((row) => text(row, "content")).join(",");
    return parseSpans(`{"spans": [${spans}]}`, `trace ${id}`);
  }

  async #query(table: string, column: string): Promise<Groups> {
    if (!this.#tables.has(table)) return new Map();
    const sql = `SELECT * FROM ${table} WHERE ${column} IN (${marks(this.#ids)})`;
    return groupBy(await this.#database.all(sql, this.#ids), column);
  }
}
