import { RUN_STATUSES } from "../../lib/entities/run.ts";
import type { Accessor, Read } from "../../lib/search/accessor.ts";
import { plainId } from "../../lib/wire/rooted-id.ts";
import type { RunsTable, TextColumn } from "../data/runs-table.ts";

/** Lets the filter language read a table by column: a row is its number. */
export function searchAccessor(table: RunsTable): Accessor<number> {
  const tagColumns = [...table.tags.values()];
  return {
    attribute: (name) => attributeReader(table, name),
    metric: (key) => {
      const metric = table.metrics.get(key);
      if (metric === undefined) return nothing;
      return (row) => ((metric.count[row] ?? 0) > 0 ? metric.last[row] : null);
    },
    param: (key) => textReader(table.params.get(key)),
    tag: (key) => textReader(table.tags.get(key)),
    dataset: (field) => (row) => {
      const text = textReader(table.datasets)(row);
      return (text ?? "").split(", ").flatMap((name) => datasetField(name, field));
    },
    *tagValues(row) {
      for (const { values, codes } of tagColumns) {
        const value = values[codes[row] ?? -1];
        if (value !== undefined) yield value;
      }
    },
  };
}

const nothing = (): undefined => undefined;

function textReader(column: TextColumn | undefined): Read<number, string> {
  if (column === undefined) return nothing;
  const { values, codes } = column;
  return (row) => values[codes[row] ?? -1];
}

function attributeReader(table: RunsTable, name: string): Read<number, string | number> {
  switch (name) {
    case "run_id":
      return (row) => plainId(table.runIds[row] ?? "");
    case "run_name":
      return (row) => table.names[row];
    case "status":
      return (row) => RUN_STATUSES[table.status[row] ?? -1];
    case "user_id":
      return textReader(table.user);
    case "experiment":
      return textReader(table.experimentName);
    case "root":
      return textReader(table.root);
    case "start_time":
      return (row) => orNull(table.startTime[row]);
    case "end_time":
      return (row) => orNull(table.endTime[row]);
    default:
      return nothing;
  }
}

function orNull(time: number | undefined): number | null {
  return time === undefined || Number.isNaN(time) ? null : time;
}

/** A dataset is written `name (digest)` in the runs file; what it was used for is only in the run's own file. */
function datasetField(text: string, field: "name" | "digest" | "context"): string[] {
  const [, name = text, digest = ""] = /^(.*) \(([^()]*)\)$/.exec(text) ?? [];
  const value = { name, digest, context: "" }[field];
  return value === "" ? [] : [value];
}
