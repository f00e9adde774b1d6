import type { JSX } from "preact";
import { useContext, useRef } from "preact/hooks";
import { METRIC_FIELDS, type MetricField } from "../data/runs-table.ts";
import {
  hideColumns,
  moveColumn,
  replaceColumn,
  setColumnOptions,
  setSort,
} from "../state/runs-actions.ts";
import type { RunsView } from "../state/runs-view.ts";
import { directionOf } from "../table/column-options.ts";
import { type Column, column as makeColumn } from "../table/columns.ts";
import { groupOf, NARROWEST, type PlacedColumn, WIDEST } from "../table/layout.ts";
import { RUNS_TEXTS } from "../texts/runs.ts";
import { Icon } from "./Icon.tsx";
import { type MenuItem, MenuItems } from "./Menu.tsx";
import { Popover } from "./Popover.tsx";
import { TableContext } from "./table-context.ts";

const WIDTH_STEP = 24;

/** The heading's menu: everything that can be dragged or clicked, for the keyboard too. */
export function ColumnMenu({ placed }: { placed: PlacedColumn }): JSX.Element | null {
  const anchor = useRef<HTMLButtonElement>(null);
  const { view, openMenu, setOpenMenu, ...folding } = useContext(TableContext);
  if (view === null) return null;
  const { column, heading, width } = placed;
  const { label } = heading;
  const isOpen = openMenu === column.id;
  return (
    <>
      <button
        ref={anchor}
        type="button"
        class="run-head-more"
        tabIndex={-1}
        aria-label={RUNS_TEXTS.columnMenu(label)}
        aria-haspopup="menu"
        aria-expanded={isOpen}
        onClick={() => setOpenMenu(isOpen ? null : column.id)}
      >
        <Icon name="down" size={12} />
      </button>
      {isOpen && (
        <Popover
          anchor={anchor}
          role="menu"
          align="end"
          label={RUNS_TEXTS.columnMenu(label)}
          onClose={() => setOpenMenu(null)}
        >
          <MenuItems
            items={[...itemsOf(view, column, width), ...foldItems(placed, folding)]}
            onDone={() => setOpenMenu(null)}
          />
        </Popover>
      )}
    </>
  );
}

function itemsOf(view: RunsView, column: Column, width: number): MenuItem[] {
  const isName = column.id === "attributes.name";
  return [
    ...sortItems(view, column),
    ...(column.kind === "metrics" ? metricItems(view, column) : []),
    ...(isName ? [] : placeItems(view, column)),
    {
      label: RUNS_TEXTS.wider,
      startsGroup: true,
      onChoose: () =>
        setColumnOptions(view, column, { width: Math.min(WIDEST, width + WIDTH_STEP) }),
    },
    {
      label: RUNS_TEXTS.narrower,
      onChoose: () =>
        setColumnOptions(view, column, { width: Math.max(NARROWEST, width - WIDTH_STEP) }),
    },
    {
      label: RUNS_TEXTS.usualWidth,
      isDisabled: view.options.get(column.id)?.width === undefined,
      onChoose: () => setColumnOptions(view, column, { width: undefined }),
    },
  ];
}

function sortItems(view: RunsView, column: Column): MenuItem[] {
  return [
    {
      label: RUNS_TEXTS.sortAscending,
      icon: "up",
      onChoose: () => setSort([{ column, isDescending: false }]),
    },
    {
      label: RUNS_TEXTS.sortDescending,
      icon: "down",
      onChoose: () => setSort([{ column, isDescending: true }]),
    },
    ...(view.sort.length > 0
      ? [{ label: RUNS_TEXTS.sortClear, icon: "close" as const, onChoose: () => setSort([]) }]
      : []),
  ];
}

function metricItems(view: RunsView, column: Column): MenuItem[] {
  const direction = directionOf(column, view.options);
  const directions = [
    ["higher", RUNS_TEXTS.higherBetter],
    ["lower", RUNS_TEXTS.lowerBetter],
    ["none", RUNS_TEXTS.noDirection],
  ] as const;
  const show = (field: MetricField): MenuItem => ({
    label: RUNS_TEXTS.show(RUNS_TEXTS.fields[field]),
    isChecked: column.field === field,
    onChoose: () => replaceColumn(view, column, makeColumn("metrics", column.key, field)),
  });
  const hasTint = view.options.get(column.id)?.hasTint === true;
  return [
    ...METRIC_FIELDS.map((field) => ({ ...show(field), startsGroup: field === "last" })),
    ...directions.map(([value, label]) => ({
      label,
      startsGroup: value === "higher",
      isChecked: (direction ?? "none") === value,
      onChoose: () => setColumnOptions(view, column, { direction: value }),
    })),
    {
      label: RUNS_TEXTS.tint,
      isChecked: hasTint,
      onChoose: () => setColumnOptions(view, column, { hasTint: !hasTint }),
    },
  ];
}

function placeItems(view: RunsView, column: Column): MenuItem[] {
  const isPinned = view.options.get(column.id)?.isPinned === true;
  return [
    {
      label: RUNS_TEXTS.pin,
      startsGroup: true,
      isChecked: isPinned,
      onChoose: () => setColumnOptions(view, column, { isPinned: !isPinned }),
    },
    { label: RUNS_TEXTS.moveLeft, icon: "left", onChoose: () => moveColumn(view, column, -1) },
    { label: RUNS_TEXTS.moveRight, icon: "right", onChoose: () => moveColumn(view, column, 1) },
    { label: RUNS_TEXTS.hide, icon: "eye", onChoose: () => hideColumns(view, [column]) },
  ];
}

/** Shows only the first column of the group, or all of them. */
function foldItems(
  { column, heading }: PlacedColumn,
  { folded, foldColumns }: { folded: ReadonlySet<string>; foldColumns: (group: string) => void },
): MenuItem[] {
  if (column.kind === "attributes") return [];
  const group = groupOf(heading);
  const name = heading.prefix === "" ? heading.kind : heading.prefix;
  const label = folded.has(group) ? RUNS_TEXTS.unfoldGroup(name) : RUNS_TEXTS.foldGroup(name);
  return [{ label, startsGroup: true, onChoose: () => foldColumns(group) }];
}
