import { useEffect, useMemo, useRef } from "preact/hooks";
import type { RunsTable } from "../data/runs-table.ts";
import { UNREADABLE } from "../data/runs-table.ts";
import { type OptionsById, parseOptions } from "../table/column-options.ts";
import type { Column } from "../table/columns.ts";
import type { FilterResult } from "../table/filter.ts";
import {
  type Aggregate,
  displayGroups,
  groupRows,
  isAggregate,
  sortGroups,
} from "../table/groups.ts";
import { type DisplayRows, hasNesting } from "../table/rows.ts";
import {
  columnsOf,
  differingOf,
  lifecycleOf,
  nestedRows,
  readableRows,
  rowsOfLifecycle,
  shownColumns,
} from "../table/shown.ts";
import { parseSort, type SortKey, sortRows } from "../table/sort.ts";
import { loadSearch, searchEngine } from "./search-engine.ts";
import type { Query } from "./url.ts";
import { useSame } from "./use-same.ts";

/** What the runs page shows of a table, as its address says. */
export interface RunsView {
  readonly table: RunsTable;
  readonly filter: FilterResult;
  /** The filter cannot be applied yet, because its language is still being loaded. */
  readonly isPending: boolean;
  /** Rows that match, sorted. */
  readonly rows: Int32Array;
  /** Runs of the chosen lifecycle: those that match are some of them. */
  readonly total: number;
  readonly columns: readonly Column[];
  readonly options: OptionsById;
  readonly sort: readonly SortKey[];
  readonly groupBy: readonly Column[];
  readonly aggregate: Aggregate;
  readonly display: DisplayRows;
  /** Whether the table has nested runs. */
  readonly isNested: boolean;
  /** How many metrics, params and tags differ, and how many there are. */
  readonly differing: number;
  readonly dataColumnCount: number;
  /** Rows that match and have something unreadable. */
  readonly warningCount: number;
}

/** What is folded, which no address needs to know. */
export interface Folding {
  readonly collapsed: ReadonlySet<string>;
  readonly openGroups: ReadonlySet<string>;
}

const NOT_FILTERED_YET: FilterResult = { rows: new Int32Array(0), filter: null, mistake: null };

export function useRunsView(table: RunsTable, query: Query, folding: Folding): RunsView {
  const life = lifecycleOf(query);
  const inLife = useMemo(() => rowsOfLifecycle(table, life), [table, life]);

  const lastGood = useRef<FilterResult | null>(null);
  const q = query.get("q") ?? "";
  const engine = searchEngine.value;
  const filter = useMemo<FilterResult>(() => {
    if (q.trim() === "") return { rows: inLife, filter: null, mistake: null };
    if (engine !== null) return engine.filterRows(table, inLife, q, lastGood.current);
    // Who begins to type sees what was there; an address with a filter has nothing to show yet.
    if (lastGood.current?.filter === null) return { rows: inLife, filter: null, mistake: null };
    return NOT_FILTERED_YET;
  }, [table, inLife, q, engine]);
  useEffect(() => {
    if (q !== "") void loadSearch();
  }, [q]);
  if (filter.mistake === null && filter !== NOT_FILTERED_YET) lastGood.current = filter;

  const matching = filter.rows;
  const readable = useMemo(() => readableRows(table, matching), [table, matching]);
  const differing = useMemo(() => differingOf(table, readable), [table, readable]);

  const columns = useMemo(
    () => shownColumns(table, query.get("c"), query.get("d") === "1", differing.ids),
    [table, query.get("c"), query.get("d"), differing],
  );
  const options = useMemo(() => parseOptions(query.get("o")), [query.get("o")]);

  const s = query.get("s");
  const sort = useMemo(() => parseSort(s), [s]);
  const rows = useMemo(() => sortRows(table, matching, sort), [table, matching, sort]);

  const g = query.get("g");
  const groupBy = useMemo(() => columnsOf(g), [g]);
  const agg = query.get("agg");
  const aggregate = isAggregate(agg) ? agg : "mean";
  const isNested = useMemo(() => hasNesting(table), [table]);
  const isFlat = query.get("flat") === "1" || !isNested;
  const display = useMemo(() => {
    if (groupBy.length > 0) {
      const isReadable = (row: number): boolean => table.status[row] !== UNREADABLE;
      const groups = groupRows(table, rows.filter(isReadable), groupBy);
      return displayGroups(
        sortGroups(table, groups, sort, aggregate),
        (group) => folding.openGroups.has(group.id),
        rows.filter((row) => !isReadable(row)),
      );
    }
    return nestedRows(table, rows, sort, isFlat, folding.collapsed);
  }, [table, rows, groupBy, aggregate, sort, isFlat, folding]);

  const warningCount = useMemo(
    () => matching.reduce((n, row) => n + (table.problems.has(table.runIds[row] ?? "") ? 1 : 0), 0),
    [table, matching],
  );
  return useSame({
    table,
    filter,
    isPending: filter === NOT_FILTERED_YET,
    rows,
    total: inLife.length,
    columns,
    options,
    sort,
    groupBy,
    aggregate,
    display,
    isNested,
    differing: differing.ids.size,
    dataColumnCount: differing.of,
    warningCount,
  });
}
