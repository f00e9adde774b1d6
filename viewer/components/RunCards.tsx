import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import { UNREADABLE } from "../data/runs-table.ts";
import { formatAgo } from "../format.ts";
import { runHref } from "../state/links.ts";
import { useNow } from "../state/now.ts";
import { rootOf } from "../state/roots.ts";
import { clickHeading } from "../state/runs-actions.ts";
import type { RunsView } from "../state/runs-view.ts";
import { selection, toggleSelected } from "../state/selection.ts";
import { cellWriter } from "../table/cell.ts";
import type { Column } from "../table/columns.ts";
import { experimentOf, nameOf } from "../table/row-names.ts";
import { RUNS_TEXTS } from "../texts/runs.ts";
import { Checkbox } from "./Checkbox.tsx";
import { drawColumns } from "./drawn-columns.ts";
import { GroupLabel } from "./GroupLabel.tsx";
import { RunMark } from "./RunMark.tsx";
import { statusName } from "./run-mark.ts";
import { VirtualList } from "./VirtualList.tsx";
import "./RunCards.css";

const CARD_HEIGHT = 56;
const SHOWN_METRICS = 2;
const SHOWN_WORDS = 2;

/** The runs on a phone: a card each, with two metrics. */
export function RunCards({ view }: { view: RunsView }): JSX.Element {
  const now = useNow();
  const { table, display } = view;
  const [metrics, words] = useMemo(() => cardColumns(view), [view]);
  const drawn = useMemo(
    () =>
      drawColumns(
        view,
        metrics.map((column) => ({
          column,
          heading: { kind: "", prefix: "", label: column.key },
          left: 0,
          width: 0,
          isNumeric: true,
          hidden: 0,
          startsGroup: false,
        })),
        1,
        now,
      ),
    [view, metrics, now],
  );
  const writers = words.map((column) => cellWriter(table, column, now));

  const renderCard = (index: number): JSX.Element => {
    const row = display.rows[index] ?? 0;
    const group = row < 0 ? display.groups[-1 - row] : undefined;
    const depth = `run-card-depth-${Math.min(display.depth[index] ?? 0, 2)}`;
    if (group !== undefined) {
      return (
        <li key={group.id} class={`run-card ${depth}`}>
          <span />
          <span class="run-card-name">
            <GroupLabel group={group} by={view.groupBy} />
          </span>
          {drawn.map((column) => (
            <span key={column.placed.column.id} class="run-card-value">
              {column.ofGroup(group).text}
            </span>
          ))}
        </li>
      );
    }
    const runId = table.runIds[row] ?? "";
    const status = table.status[row] ?? UNREADABLE;
    const isSelected = selection.value.has(runId);
    const copies = table.copies.get(runId);
    const problem = table.problems.get(runId)?.[0];
    const notes = [
      status === 2 || status === UNREADABLE ? "" : statusName(status),
      ...(table.root.values.length > 1 ? [rootOf(runId)] : []),
      copies === undefined ? "" : RUNS_TEXTS.copyIn(copies),
      ...writers.map((writer) => writer.text(row)),
      formatAgo(table.startTime[row] ?? Number.NaN, now),
    ];
    return (
      <li
        key={runId}
        class={`run-card ${depth}${isSelected ? " run-card-selected" : ""}${status === UNREADABLE ? " run-card-broken" : ""}`}
      >
        <Checkbox
          isChecked={isSelected}
          label={RUNS_TEXTS.selectRun(nameOf(table, row))}
          onChange={(isChecked) => toggleSelected([runId], isChecked)}
        />
        <a class="run-card-link" href={runHref(experimentOf(table, row), runId)}>
          <span class="run-card-name">
            <RunMark runId={runId} status={status} />
            <span class="cut">{nameOf(table, row)}</span>
          </span>
          <span class="run-card-note cut">
            {status === UNREADABLE
              ? (problem?.message ?? RUNS_TEXTS.unreadable)
              : notes.filter((note) => note !== "").join(" · ")}
          </span>
        </a>
        {drawn.map((column) => (
          <span
            key={column.placed.column.id}
            class={column.isBest(row) ? "run-card-value run-cell-best" : "run-card-value"}
          >
            {column.writer.text(row)}
          </span>
        ))}
      </li>
    );
  };

  return (
    <div class="run-cards">
      <div class="run-cards-head">
        <span />
        <span>{RUNS_TEXTS.run}</span>
        {metrics.map((column) => {
          const key = view.sort.find((each) => each.column.id === column.id);
          return (
            <button
              key={column.id}
              type="button"
              class={key === undefined ? "run-cards-sort" : "run-cards-sort run-head-sorted"}
              onClick={() => clickHeading(view, column, true, false)}
            >
              <span class="run-head-label">{column.key}</span>
              {key !== undefined && (key.isDescending ? " ▼" : " ▲")}
            </button>
          );
        })}
      </div>
      <VirtualList
        class="run-cards-list"
        count={display.rows.length}
        rowHeight={CARD_HEIGHT}
        renderRow={renderCard}
      />
    </div>
  );
}

/** Two metrics, the sorted one first, and two words that tell runs apart. */
function cardColumns(view: RunsView): readonly [metrics: Column[], words: Column[]] {
  const sorted = view.sort.map(({ column }) => column).filter(({ kind }) => kind === "metrics");
  const shown = view.columns.filter(({ kind }) => kind === "metrics");
  const others = shown.filter(({ id }) => !sorted.some((column) => column.id === id));
  return [
    [...sorted, ...others].slice(0, SHOWN_METRICS),
    view.columns.filter(({ kind }) => kind === "params").slice(0, SHOWN_WORDS),
  ];
}
