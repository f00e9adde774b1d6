import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { query, setQuery } from "../state/route.ts";
import { setGroupBy, setLifecycle } from "../state/runs-actions.ts";
import type { RunsView } from "../state/runs-view.ts";
import { allColumns, type Column } from "../table/columns.ts";
import { AGGREGATES } from "../table/groups.ts";
import { LIFECYCLES, lifecycleOf } from "../table/shown.ts";
import { RUNS_TEXTS } from "../texts/runs.ts";
import { Checkbox } from "./Checkbox.tsx";
import { SearchInput } from "./SearchInput.tsx";
import "./GroupPanel.css";

/** By what runs are gathered, how groups are summed up, and which runs there are. */
export function GroupPanel({ view }: { view: RunsView }): JSX.Element {
  const search = useSignal("");
  const wanted = search.value.toLowerCase();
  const chosen = new Set(view.groupBy.map(({ id }) => id));
  const candidates = allColumns(view.table).filter(
    ({ kind, key }) =>
      (kind === "params" || kind === "tags" || isGroupAttribute(key, kind)) &&
      key.toLowerCase().includes(wanted),
  );
  const toggle = (column: Column): void =>
    setGroupBy(
      chosen.has(column.id)
        ? view.groupBy.filter(({ id }) => id !== column.id)
        : [...view.groupBy, column],
    );
  const life = lifecycleOf(query.value);
  return (
    <div class="group-panel">
      <h2>{RUNS_TEXTS.groupBy}</h2>
      <SearchInput
        small
        label={RUNS_TEXTS.findColumns}
        value={search.value}
        onInput={(value) => {
          search.value = value;
        }}
      />
      <div class="group-list">
        {candidates.map((column) => (
          <Checkbox
            key={column.id}
            showLabel
            label={column.key}
            isChecked={chosen.has(column.id)}
            onChange={() => toggle(column)}
          />
        ))}
      </div>
      {chosen.size > 0 && (
        <label class="group-line">
          {RUNS_TEXTS.aggregate}
          <select
            class="select"
            value={view.aggregate}
            onChange={(event) =>
              setQuery(
                {
                  agg: event.currentTarget.value === "mean" ? undefined : event.currentTarget.value,
                },
                { replace: true },
              )
            }
          >
            {AGGREGATES.map((aggregate) => (
              <option key={aggregate} value={aggregate}>
                {RUNS_TEXTS.aggregates[aggregate]}
              </option>
            ))}
          </select>
        </label>
      )}
      <h2>{RUNS_TEXTS.runs}</h2>
      <label class="group-line">
        {RUNS_TEXTS.lifecycle}
        <select
          class="select"
          value={life}
          onChange={(event) => {
            const value = LIFECYCLES.find((known) => known === event.currentTarget.value);
            if (value !== undefined) setLifecycle(value);
          }}
        >
          {LIFECYCLES.map((value) => (
            <option key={value} value={value}>
              {RUNS_TEXTS.lifecycles[value]}
            </option>
          ))}
        </select>
      </label>
      {view.isNested && (
        <Checkbox
          showLabel
          label={RUNS_TEXTS.flat}
          isChecked={query.value.get("flat") === "1"}
          onChange={(isFlat) => setQuery({ flat: isFlat ? "1" : undefined }, { replace: true })}
        />
      )}
    </div>
  );
}

function isGroupAttribute(key: string, kind: Column["kind"]): boolean {
  const keys = ["experiment", "root", "status", "user", "source", "commit", "dataset"];
  return kind === "attributes" && keys.includes(key);
}
