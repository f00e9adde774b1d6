import { isInView, type LifecycleStage } from "../entities/lifecycle.ts";
import type { Run, RunInputs } from "../entities/run.ts";
import {
  type Accessor,
  attributesBy,
  checkMaxResults,
  compileFilter,
  compileOrder,
  type Page,
  paginate,
  parseFilter,
  parseOrderBy,
  RUN_ACCESSOR,
  type RunQuery,
} from "../search/index.ts";
import type { TextColumn } from "./columns.ts";
import type { Shard } from "./shard.ts";

/**
 * Searches the rows of shards as `searchRuns` of `lib/search` searches runs, but makes objects only of what it returns.
 *
 * @throws MlrunsError INVALID_PARAMETER_VALUE, with `column` when a filter or order_by is wrong
 */
export function searchShards(
  shards: readonly Shard[],
  query: Omit<RunQuery, "experimentIds">,
): { runs: Run[]; nextPageToken: string | undefined } {
  const table = new Table(shards);
  const { rows, nextPageToken } = searchTable(table, query);
  return { runs: rows.map((row) => table.run(row)), nextPageToken };
}

function searchTable(table: Table, query: Omit<RunQuery, "experimentIds">): Page<number> {
  const maxResults = checkMaxResults("runs", query.maxResults);
  const accessor = accessorOf(table);
  const matches = compileFilter(parseFilter("runs", query.filter), accessor);
  const view = query.viewType ?? "ACTIVE_ONLY";
  const stages = table.text(({ texts }) => texts.lifecycleStage);
  const found: number[] = [];
  for (let row = 0; row < table.count; row++) {
    const stage = stages(row);
    // A row that cannot be read has none.
    if (stage === undefined || !isInView(stage as LifecycleStage, view)) continue;
    if (matches(row)) found.push(row);
  }
  const keys = compileOrder("runs", parseOrderBy("runs", query.orderBy), accessor);
  return paginate(found, keys, { ...query, maxResults });
}

/** Several shards as one: rows are numbered through. */
class Table {
  readonly count: number;
  readonly #shards: readonly Shard[];
  readonly #shardOf: Uint32Array;
  readonly #rowOf: Uint32Array;

  constructor(shards: readonly Shard[]) {
    this.#shards = shards;
    this.count = shards.reduce((sum, shard) => sum + shard.count, 0);
    this.#shardOf = new Uint32Array(this.count);
    this.#rowOf = new Uint32Array(this.count);
    let start = 0;
    for (const [index, { count }] of shards.entries()) {
      this.#shardOf.fill(index, start, start + count);
      for (let row = 0; row < count; row++) this.#rowOf[start + row] = row;
      start += count;
    }
  }

  run(row: number): Run {
    const run = this.at((shard, own) => shard.run(own))(row);
    if (run === undefined) throw new Error("A row that was found has a run");
    return run;
  }

  /** Reads a row of whichever shard it is in. */
  at<Value>(read: (shard: Shard, row: number) => Value): (row: number) => Value {
    return (row) =>
      read(this.#shards[this.#shardOf[row] as number] as Shard, this.#rowOf[row] as number);
  }

  /** Reads a column that is looked up once a shard. */
  column<Column, Value>(
    find: (shard: Shard) => Column | undefined,
    read: (column: Column, row: number) => Value,
  ): (row: number) => Value | undefined {
    const columns = this.#shards.map(find);
    return (row) => {
      const column = columns[this.#shardOf[row] as number];
      return column === undefined ? undefined : read(column, this.#rowOf[row] as number);
    };
  }

  text(find: (shard: Shard) => TextColumn | undefined): (row: number) => string | undefined {
    return this.column(find, (column, row) => column.get(row));
  }
}

function accessorOf(table: Table): Accessor<number> {
  const inputs = table.at(inputsReader());
  return {
    attribute: attributesBy({
      run_id: table.at((shard, row) => shard.runIds[row]),
      run_name: table.text(({ texts }) => texts.runName),
      status: table.text(({ texts }) => texts.status),
      user_id: table.text(({ texts }) => texts.userId),
      artifact_uri: table.at((shard, row) => shard.artifactUri(row)),
      start_time: table.column(
        ({ startTime }) => startTime,
        (column, row) => column.get(row),
      ),
      end_time: table.column(
        ({ endTime }) => endTime,
        (column, row) => (Number.isNaN(column.get(row)) ? undefined : column.get(row)),
      ),
    }),
    metric: (key) =>
      table.column(
        ({ metrics }) => metrics.get(key),
        (column, row) => column.value(row),
      ),
    param: (key) => table.text(({ keyed }) => keyed.params.get(key)),
    tag: (key) => table.text(({ keyed }) => keyed.tags.get(key)),
    dataset: (field) => {
      const read = RUN_ACCESSOR.dataset?.(field);
      return (row) => {
        const own = inputs(row);
        return own === undefined ? [] : (read?.({ inputs: own } as Run) ?? []);
      };
    },
    tagValues: table.at(function* ({ keyed }, row) {
      for (const column of keyed.tags.values()) {
        const value = column.get(row);
        if (value !== undefined) yield value;
      }
    }),
  };
}

/** Reads the inputs of a row; runs with the same inputs share a text, which is parsed once. */
function inputsReader(): (shard: Shard, row: number) => RunInputs | undefined {
  const parsed = new Map<string, RunInputs>();
  return ({ texts }, row) => {
    const text = texts.inputs.get(row);
    if (text === undefined) return undefined;
    const known = parsed.get(text) ?? (JSON.parse(text) as RunInputs);
    parsed.set(text, known);
    return known;
  };
}
