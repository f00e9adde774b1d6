import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useId, useMemo, useRef } from "preact/hooks";
import { EMPTY_TABLE } from "../data/runs-table.ts";
import { formatAgo } from "../format.ts";
import { useNow } from "../state/now.ts";
import { rootOf } from "../state/roots.ts";
import { loadSearch, searchEngine } from "../state/search-engine.ts";
import { useRuns } from "../state/use-runs.ts";
import { nameOf } from "../table/row-names.ts";
import { COMPARE_TEXTS } from "../texts/compare.ts";
import { Popover } from "./Popover.tsx";
import { RunMark } from "./RunMark.tsx";
import { SearchInput } from "./SearchInput.tsx";
import "./CompareAdd.css";

const MOST = 12;

interface CompareAddProps {
  /** Experiments that are offered: those of the runs that are compared. */
  readonly experimentIds: readonly string[];
  /** Run ids that are compared already. */
  readonly present: readonly string[];
  readonly onAdd: (runId: string) => void;
}

/** Finds more runs with the filter language of the runs page. */
export function CompareAdd({ experimentIds, present, onAdd }: CompareAddProps): JSX.Element {
  const text = useSignal("");
  const isOpen = useSignal(false);
  const active = useSignal(0);
  const anchor = useRef<HTMLDivElement>(null);
  const listId = useId();
  const now = useNow();
  // Only whoever looks for runs has to read them.
  const { data } = useRuns(isOpen.value ? experimentIds : []);
  const table = data ?? EMPTY_TABLE;
  const engine = searchEngine.value;
  useEffect(() => {
    if (isOpen.value) void loadSearch();
  }, [isOpen.value]);

  const found = useMemo(() => {
    const all = Int32Array.from(table.runIds.keys()).filter(
      (row) => table.deleted[row] === 0 && !present.includes(table.runIds[row] ?? ""),
    );
    if (text.value.trim() === "" || engine === null) return all.slice(0, MOST);
    return engine.filterRows(table, all, text.value, null).rows.slice(0, MOST);
  }, [table, text.value, engine, present.join()]);

  const add = (row: number | undefined): void => {
    const runId = table.runIds[row ?? -1];
    if (runId === undefined) return;
    text.value = "";
    onAdd(runId);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined) active.value = (active.value + step + found.length) % found.length;
    else if (event.key === "Enter") add(found[active.value]);
    else if (event.key === "Escape") isOpen.value = false;
    else return;
    event.preventDefault();
  };
  return (
    <div
      ref={anchor}
      class="compare-add"
      onFocusIn={() => {
        isOpen.value = true;
      }}
      onFocusOut={() => {
        isOpen.value = false;
      }}
    >
      <SearchInput
        small
        label={COMPARE_TEXTS.addRuns}
        value={text.value}
        onInput={(value) => {
          text.value = value;
          active.value = 0;
          isOpen.value = true;
        }}
        onKeyDown={onKeyDown}
      />
      {isOpen.value && found.length > 0 && (
        <Popover
          anchor={anchor}
          mode="manual"
          role="listbox"
          id={listId}
          label={COMPARE_TEXTS.addRuns}
          class="compare-add-list"
          onClose={() => undefined}
        >
          {[...found].map((row, i) => (
            <div
              key={table.runIds[row]}
              class="compare-add-option"
              {...optionProps(i === active.value, () => add(row))}
            >
              <RunMark runId={table.runIds[row] ?? ""} status={table.status[row] ?? 0} />
              <span class="cut">{nameOf(table, row)}</span>
              <span class="spacer" />
              {table.root.values.length > 1 && (
                <span class="faint">{rootOf(table.runIds[row] ?? "")}</span>
              )}
              <span class="faint">{formatAgo(table.startTime[row] ?? 0, now)}</span>
            </div>
          ))}
        </Popover>
      )}
    </div>
  );
}

/** The field keeps the focus: the mouse chooses on its way down. */
function optionProps(isActive: boolean, onChoose: () => void): object {
  return {
    role: "option",
    "aria-selected": isActive,
    onMouseDown: (event: MouseEvent) => {
      event.preventDefault();
      onChoose();
    },
  };
}
