import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import type { ChartGroup } from "../charts/chart-run.ts";
import { ownerOf } from "../charts/line-id.ts";
import type { LineStyle } from "../charts/line-styles.ts";
import type { ChartSync } from "../charts/sync.ts";
import { formatCount, plural, shortId } from "../format.ts";
import { runHref } from "../state/links.ts";
import { rootOf } from "../state/roots.ts";
import { runColor } from "../state/run-color.ts";
import type { RunsView } from "../state/runs-view.ts";
import { select } from "../state/selection.ts";
import { cellWriter } from "../table/cell.ts";
import { experimentOf } from "../table/row-names.ts";
import { CHART_TEXTS } from "../texts/charts.ts";
import { Checkbox } from "./Checkbox.tsx";
import { LineSample } from "./LineSample.tsx";
import { VirtualList } from "./VirtualList.tsx";

interface RunLegendProps {
  readonly view: RunsView;
  /** Rows that have lines. */
  readonly drawn: Int32Array;
  readonly styles: ReadonlyMap<string, LineStyle>;
  readonly sync: ChartSync;
}

const ROW_HEIGHT = 28;

/** The runs that the filter left, with a box each that draws it. */
export function RunLegend({ view, drawn, styles, sync }: RunLegendProps): JSX.Element {
  const { table, rows } = view;
  const isDrawn = useMemo(() => new Set(drawn), [drawn]);
  // The value by which the runs are sorted first says why a run stands where it does.
  const sorted = view.sort[0]?.column;
  const value = sorted === undefined ? null : cellWriter(table, sorted, Date.now());
  const draw = (shown: Iterable<number>): void =>
    select(Array.from(shown, (row) => table.runIds[row] ?? ""));
  const hot = hotOwner(sync);
  const hasRoots = table.root.values.length > 1;
  return (
    <section class="run-legend" aria-label={CHART_TEXTS.runsDrawn}>
      <header class="run-legend-head">
        <Checkbox
          isChecked={drawn.length === rows.length}
          isMixed={drawn.length > 0 && drawn.length < rows.length}
          label={CHART_TEXTS.drawAll}
          onChange={(isOn) => draw(isOn ? rows : rows.slice(0, 1))}
        />
        <span>
          {formatCount(drawn.length)} of {formatCount(rows.length)} {CHART_TEXTS.drawn}
        </span>
        <span class="spacer" />
        {sorted !== undefined && <span class="faint cut">{sorted.key}</span>}
      </header>
      <VirtualList
        class="run-legend-rows"
        count={rows.length}
        rowHeight={ROW_HEIGHT}
        renderRow={(index) => {
          const row = rows[index] ?? 0;
          const runId = table.runIds[row] ?? "";
          const isOn = isDrawn.has(row);
          const name = table.names[row] || shortId(runId);
          const root = hasRoots ? rootOf(runId) : "";
          return (
            <div
              key={runId}
              class={rowClass(isOn, runId === hot)}
              {...pointing(sync, isOn ? runId : null)}
            >
              <Checkbox
                isChecked={isOn}
                label={`${CHART_TEXTS.draw} ${name}`}
                onChange={(on) => draw(on ? [...drawn, row] : drawn.filter((one) => one !== row))}
              />
              <LineSample
                style={styles.get(runId) ?? { color: runColor(runId), dash: 0 }}
                width={28}
              />
              <a
                class="cut"
                href={runHref(experimentOf(table, row), runId)}
                title={`${name} ${root}`}
              >
                {name}
                {root !== "" && value !== undefined && <span class="faint"> {root}</span>}
              </a>
              <span>{value?.text(row) ?? root}</span>
            </div>
          );
        }}
      />
      {drawn.length < rows.length && (
        <footer class="run-legend-foot">
          <button type="button" class="link" onClick={() => draw(rows)}>
            {CHART_TEXTS.drawAll} ({formatCount(rows.length)})
          </button>
        </footer>
      )}
    </section>
  );
}

/** The groups that are drawn, each with the number of its runs. */
export function GroupLegend(props: {
  groups: readonly ChartGroup[];
  sync: ChartSync;
}): JSX.Element {
  const { groups, sync } = props;
  const hot = hotOwner(sync);
  return (
    <section class="run-legend" aria-label={CHART_TEXTS.groups}>
      <header class="run-legend-head">{plural(groups.length, "group")}</header>
      <ul class="run-legend-rows run-legend-groups">
        {groups.map((group) => (
          <li key={group.id} class={rowClass(true, group.id === hot)} {...pointing(sync, group.id)}>
            <span />
            <LineSample style={group.style} width={28} />
            <span class="cut" title={group.name}>
              {group.name}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** The run, or the group, that is pointed at in a chart or here. */
function hotOwner(sync: ChartSync): string | null {
  const hot = sync.cursor.value?.hot ?? sync.pointedRun.value;
  return hot === null ? null : ownerOf(hot);
}

/** Pointing at a run here highlights its line there. */
function pointing(
  sync: ChartSync,
  id: string | null,
): { onMouseEnter: () => void; onMouseLeave: () => void } {
  return {
    onMouseEnter: () => {
      sync.pointedRun.value = id;
    },
    onMouseLeave: () => {
      sync.pointedRun.value = null;
    },
  };
}

function rowClass(isOn: boolean, isHot: boolean): string {
  return ["run-legend-row", !isOn && "is-off", isHot && "is-hot"].filter(Boolean).join(" ");
}
