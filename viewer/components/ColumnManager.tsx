import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useMemo, useRef } from "preact/hooks";
import { moveColumn, resetColumns, setColumnOptions, setColumns } from "../state/runs-actions.ts";
import type { RunsView } from "../state/runs-view.ts";
import { allColumns, type Column, headingOf } from "../table/columns.ts";
import { hasValues } from "../table/differences.ts";
import { columnWidth, NARROWEST, WIDEST } from "../table/layout.ts";
import { RUNS_TEXTS } from "../texts/runs.ts";
import { Button } from "./Button.tsx";
import { Checkbox } from "./Checkbox.tsx";
import { Icon } from "./Icon.tsx";
import { SearchInput } from "./SearchInput.tsx";
import { VirtualList } from "./VirtualList.tsx";
import "./ColumnManager.css";

const ROW_HEIGHT = 28;
const NO_PREFIXES: ReadonlySet<string> = new Set();

/** A line of the list: a column, or the heading above those that are not shown. */
type Line = Column | "others";

/** Which columns are shown, in which order, and which stay at the left. */
export function ColumnManager({ view }: { view: RunsView }): JSX.Element {
  const search = useSignal("");
  const drag = useSignal<{ readonly id: string; readonly over: number } | null>(null);
  const list = useRef<HTMLDivElement>(null);
  const shownIds = useMemo(() => new Set(view.columns.map(({ id }) => id)), [view.columns]);
  const lines = useMemo<readonly Line[]>(() => {
    const wanted = search.value.toLowerCase();
    const fits = ({ key }: Column): boolean => key.toLowerCase().includes(wanted);
    const others = allColumns(view.table).filter(
      (column) => !shownIds.has(column.id) && fits(column),
    );
    const shown = view.columns.filter(fits);
    return others.length > 0 ? [...shown, "others", ...others] : shown;
  }, [view.table, view.columns, shownIds, search.value]);

  const toggle = (column: Column, isShown: boolean): void =>
    setColumns(
      isShown ? [...view.columns, column] : view.columns.filter(({ id }) => id !== column.id),
    );
  const drop = (): void => {
    if (drag.value === null) return;
    const { id, over } = drag.value;
    const from = view.columns.findIndex((column) => column.id === id);
    const column = view.columns[from];
    drag.value = null;
    if (column !== undefined && over !== from) moveColumn(view, column, over - from);
  };

  const renderLine = (index: number): JSX.Element => {
    const line = lines[index];
    if (line === undefined || line === "others") {
      return (
        <div key="others" class="column-line column-line-head">
          {RUNS_TEXTS.otherColumns}
        </div>
      );
    }
    const place = view.columns.indexOf(line);
    return (
      <ColumnLine
        key={line.id}
        view={view}
        column={line}
        isShown={place >= 0}
        isTarget={drag.value !== null && drag.value.over === place && drag.value.id !== line.id}
        onToggle={(isShown) => toggle(line, isShown)}
        onMove={(by) => moveColumn(view, line, by)}
        onGrab={() => {
          drag.value = { id: line.id, over: place };
        }}
      />
    );
  };

  return (
    <div
      ref={list}
      class="column-manager"
      onPointerMove={(event) => {
        const over = lineUnder(event);
        if (drag.value !== null && over !== null) drag.value = { ...drag.value, over };
      }}
      onPointerUp={drop}
    >
      <SearchInput
        small
        label={RUNS_TEXTS.findColumns}
        value={search.value}
        onInput={(value) => {
          search.value = value;
        }}
      />
      <VirtualList
        class="column-list"
        count={lines.length}
        rowHeight={ROW_HEIGHT}
        renderRow={renderLine}
      />
      <div class="column-buttons">
        <Button small onClick={resetColumns}>
          {RUNS_TEXTS.resetColumns}
        </Button>
        <Button
          small
          onClick={() =>
            setColumns(view.columns.filter((column) => hasValues(view.table, column, view.rows)))
          }
        >
          {RUNS_TEXTS.hideEmpty}
        </Button>
        <Button small onClick={() => setColumns(withAll(view))}>
          {RUNS_TEXTS.showAll}
        </Button>
        <Button small onClick={() => setColumns([])}>
          {RUNS_TEXTS.showNone}
        </Button>
      </div>
      <p class="column-help">{RUNS_TEXTS.columnsHelp}</p>
    </div>
  );
}

interface ColumnLineProps {
  readonly view: RunsView;
  readonly column: Column;
  readonly isShown: boolean;
  /** The dragged column would come here. */
  readonly isTarget: boolean;
  readonly onToggle: (isShown: boolean) => void;
  readonly onMove: (by: number) => void;
  readonly onGrab: () => void;
}

function ColumnLine(props: ColumnLineProps): JSX.Element {
  const { view, column, isShown, isTarget } = props;
  const isPinned = view.options.get(column.id)?.isPinned === true;
  const { kind, label } = headingOf(column, NO_PREFIXES);
  const onKeyDown = (event: KeyboardEvent): void => {
    if (!event.altKey || !isShown) return;
    const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    const wider = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (by === undefined && wider === undefined) return;
    event.preventDefault();
    if (by !== undefined) props.onMove(by);
    else if (wider !== undefined) widen(view, column, wider);
  };
  return (
    <div
      class={isTarget ? "column-line column-line-target" : "column-line"}
      data-place={isShown ? view.columns.indexOf(column) : undefined}
      {...{ onKeyDown }}
    >
      {isShown ? (
        <span
          class="column-grip"
          aria-hidden="true"
          onPointerDown={(event) => {
            event.preventDefault();
            props.onGrab();
          }}
        >
          <Icon name="grip" size={14} />
        </span>
      ) : (
        <span class="column-grip" />
      )}
      <Checkbox
        isChecked={isShown}
        label={label}
        showLabel
        onChange={(isChecked) => props.onToggle(isChecked)}
      />
      <span class="spacer" />
      <span class="faint column-kind">{kind.toLowerCase()}</span>
      {isShown && (
        <Button
          small
          kind="quiet"
          icon="pin"
          label={`${RUNS_TEXTS.pin} ${label}`}
          pressed={isPinned}
          onClick={() => setColumnOptions(view, column, { isPinned: !isPinned })}
        />
      )}
    </div>
  );
}

/** Pixels. */
const WIDTH_STEP = 24;

function widen(view: RunsView, column: Column, direction: number): void {
  const heading = headingOf(column, NO_PREFIXES);
  const now = columnWidth(view.table, column, heading, view.options, view.groupBy.length > 0);
  const width = Math.min(WIDEST, Math.max(NARROWEST, now + direction * WIDTH_STEP));
  setColumnOptions(view, column, { width });
}

/** Place among the shown columns of the line under the pointer. */
function lineUnder(event: PointerEvent): number | null {
  const element = document.elementFromPoint(event.clientX, event.clientY);
  const place = element?.closest<HTMLElement>("[data-place]")?.dataset.place;
  return place === undefined ? null : Number(place);
}

/** Everything with a value, what is shown already in its order first. */
function withAll(view: RunsView): Column[] {
  const ids = new Set(view.columns.map(({ id }) => id));
  const others = allColumns(view.table).filter(
    (column) => !ids.has(column.id) && hasValues(view.table, column, view.rows),
  );
  return [...view.columns, ...others];
}
