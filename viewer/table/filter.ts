import { invalidParameter, MlrunsError } from "../../lib/errors.ts";
import type { Filter, FilterNode } from "../../lib/search/ast.ts";
import { ENTITIES } from "../../lib/search/attributes.ts";
import { compileFilter } from "../../lib/search/evaluate.ts";
import { parseViewerFilter } from "../../lib/search/viewer/parse.ts";
import type { RunsTable } from "../data/runs-table.ts";
import { searchAccessor } from "./search-accessor.ts";

export interface FilterResult {
  /** Rows that match; with a mistake, those that matched before it. */
  readonly rows: Int32Array;
  /** The filter that `rows` match; null when there is none. */
  readonly filter: Filter | null;
  readonly mistake: MlrunsError | null;
}

/**
 * Rows that a filter lets through, in their order. A filter that cannot be understood keeps the last one that could.
 *
 * @param lastGood - the result before the mistake
 */
export function filterRows(
  table: RunsTable,
  rows: Int32Array,
  text: string,
  lastGood: FilterResult | null,
): FilterResult {
  try {
    const filter = parseViewerFilter("runs", text);
    checkFinished(filter.nodes, text);
    checkLast(filter.nodes, text);
    return { rows: matchingRows(table, rows, filter), filter, mistake: null };
  } catch (error) {
    if (!(error instanceof MlrunsError)) throw error;
    const filter = lastGood?.filter ?? null;
    return {
      rows: filter === null ? rows : matchingRows(table, rows, filter),
      filter,
      mistake: error,
    };
  }
}

/** `metrics.val` is the beginning of a condition, not a word that some run is called. */
function checkFinished(nodes: readonly FilterNode[], text: string): void {
  for (const node of nodes) {
    if (node.type === "and" || node.type === "or") checkFinished(node.nodes, text);
    if (node.type === "not") checkFinished([node.node], text);
    if (node.type !== "words" || !/^\w+\./.test(node.text)) continue;
    const [entity = ""] = node.text.split(".");
    if (!ENTITIES.runs.has(entity)) continue;
    throw invalidParameter(`A comparator is missing behind ${node.text}`, {
      column: node.span,
      hint: `Write what to compare with, such as ${node.text} = 'value'`,
    });
  }
}

/** Behind other conditions `par` is the beginning of one, too: to look for it in names would empty the table meanwhile. */
function checkLast(nodes: readonly FilterNode[], text: string): void {
  const last = nodes.at(-1);
  if (last?.type !== "words" || !nodes.some(({ type }) => type === "comparison")) return;
  const isQuoted = /['"]/.test(text.charAt(last.span.start - 1));
  const entities = [...ENTITIES.runs.keys()];
  const [entity] = entities.filter((name) => name.startsWith(last.text.toLowerCase()));
  if (isQuoted || entity === undefined) return;
  throw invalidParameter(`A condition is not finished: ${last.text}`, {
    column: last.span,
    hint: `Go on as in ${entity}.key = 'value', or write '${last.text}' in quotes to look for it in names`,
  });
}

function matchingRows(table: RunsTable, rows: Int32Array, filter: Filter): Int32Array {
  const matches = compileFilter(filter, searchAccessor(table));
  return rows.filter((row) => matches(row));
}
