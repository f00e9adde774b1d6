import type { RunsTable } from "../data/runs-table.ts";
import { shortId } from "../format.ts";

/** Name of a row's run; the start of its id when it has none. */
export function nameOf(table: RunsTable, row: number): string {
  const name = table.names[row] ?? "";
  return name === "" ? shortId(table.runIds[row] ?? "") : name;
}

/** Id of the experiment of a row's run. */
export function experimentOf(table: RunsTable, row: number): string {
  return table.experiment.values[table.experiment.codes[row] ?? -1] ?? "";
}
