import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useId, useMemo } from "preact/hooks";
import type { ChartRun } from "../charts/chart-run.ts";
import { type CustomChart, changedChart, customQuery, titleOf } from "../charts/custom.ts";
import { metricFilter } from "../charts/sections.ts";
import { query, setQuery } from "../state/route.ts";
import { CHART_TEXTS } from "../texts/charts.ts";
import { TEXTS } from "../texts.ts";
import { Button } from "./Button.tsx";
import { Checkbox } from "./Checkbox.tsx";
import { Dialog } from "./Dialog.tsx";
import { SearchInput } from "./SearchInput.tsx";
import { Segmented } from "./Segmented.tsx";
import { VirtualList } from "./VirtualList.tsx";
import "./EditDialog.css";
import "./TextInput.css";
import "./CustomDialog.css";

interface CustomDialogProps {
  /** The chart to change; null makes one. */
  readonly chart: CustomChart | null;
  readonly others: readonly CustomChart[];
  readonly metrics: readonly string[];
  readonly runs: readonly Pick<ChartRun, "runId" | "name">[];
  readonly onClose: () => void;
}

/** Asks which lines a chart has: some metrics, of the runs that are drawn or of some chosen for it. */
export function CustomDialog(props: CustomDialogProps): JSX.Element {
  const { chart, runs, onClose } = props;
  const metrics = useSignal<readonly string[]>(chart?.metrics ?? []);
  const runIds = useSignal<readonly string[]>(chart?.runIds ?? []);
  const hasOwnRuns = useSignal((chart?.runIds ?? null) !== null);
  const taken = useMemo(
    () => new Set([...props.metrics, ...props.others.map(({ title }) => title)]),
    [props.metrics, props.others],
  );
  const ownRuns = hasOwnRuns.value ? runIds.value : null;
  const suggested = titleOf(metrics.value, ownRuns?.length ?? null, taken);
  const isSuggested =
    chart === null || chart.title === titleOf(chart.metrics, chart.runIds?.length ?? null, taken);
  const typed = useSignal(isSuggested ? "" : chart.title);
  const title = typed.value.trim() || suggested;
  const isTaken = taken.has(title);
  const isReady = metrics.value.length > 0 && !isTaken && ownRuns?.length !== 0;
  const save = (): void => {
    if (!isReady) return;
    const made: CustomChart = { title, metrics: metrics.value, runIds: ownRuns };
    setQuery(chart === null ? customQuery(made) : changedChart(query.value, chart, made));
    onClose();
  };
  return (
    <Dialog
      title={CHART_TEXTS.editTitle}
      class="custom-dialog"
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{TEXTS.cancel}</Button>
          <Button kind="primary" disabled={!isReady} onClick={save}>
            {chart === null ? CHART_TEXTS.addChart : CHART_TEXTS.save}
          </Button>
        </>
      }
    >
      <div class="edit-form">
        <Choice
          label={CHART_TEXTS.chartMetrics}
          find={CHART_TEXTS.findMetric}
          items={props.metrics.map((metric) => ({ id: metric, name: metric }))}
          chosen={metrics.value}
          onChoose={(chosen) => (metrics.value = chosen)}
        />
        {runs.length > 1 && (
          <div class="custom-runs">
            {CHART_TEXTS.chartRuns}
            <Segmented
              label={CHART_TEXTS.chartRuns}
              value={hasOwnRuns.value ? "own" : "panel"}
              segments={(["panel", "own"] as const).map((value) => ({
                value,
                label: CHART_TEXTS.runsOf[value],
              }))}
              onChange={(value) => (hasOwnRuns.value = value === "own")}
            />
          </div>
        )}
        {hasOwnRuns.value && (
          <Choice
            label={CHART_TEXTS.chartRuns}
            find={CHART_TEXTS.findRun}
            items={runs.map(({ runId, name }) => ({ id: runId, name }))}
            chosen={runIds.value}
            onChoose={(chosen) => (runIds.value = chosen)}
          />
        )}
        <label class="edit-field">
          {CHART_TEXTS.chartTitle}
          <input
            class="text-input"
            value={typed.value}
            placeholder={suggested}
            autocomplete="off"
            aria-invalid={isTaken}
            onInput={(event) => (typed.value = event.currentTarget.value)}
            onKeyDown={(event) => {
              if (event.key === "Enter") save();
            }}
          />
        </label>
        {isTaken && (
          <p class="edit-failure" role="alert">
            {CHART_TEXTS.titleTaken}
          </p>
        )}
      </div>
    </Dialog>
  );
}

interface ChoiceProps {
  readonly label: string;
  readonly find: string;
  readonly items: readonly { readonly id: string; readonly name: string }[];
  /** Ids in the order in which they were chosen. */
  readonly chosen: readonly string[];
  readonly onChoose: (chosen: readonly string[]) => void;
}

const ROW_HEIGHT = 28;

/** A list of boxes with a field that narrows it down. */
function Choice({ label, find, items, chosen, onChoose }: ChoiceProps): JSX.Element {
  const search = useSignal("");
  const labelId = useId();
  const found = useMemo(() => {
    const fits = metricFilter(search.value);
    return items.filter(({ name }) => fits(name));
  }, [items, search.value]);
  return (
    <fieldset class="custom-choice" aria-labelledby={labelId}>
      <div id={labelId} class="custom-choice-label">
        {label}
        <span class="faint">{CHART_TEXTS.chosen(chosen.length)}</span>
      </div>
      <SearchInput
        small
        label={find}
        value={search.value}
        onInput={(text) => {
          search.value = text;
        }}
      />
      <VirtualList
        class="custom-choice-list"
        count={found.length}
        rowHeight={ROW_HEIGHT}
        renderRow={(index) => {
          const item = found[index];
          if (item === undefined) return null;
          const { id, name } = item;
          return (
            <div key={id} class="custom-choice-line" title={name}>
              <Checkbox
                isChecked={chosen.includes(id)}
                label={name}
                showLabel
                onChange={(isOn) =>
                  onChoose(isOn ? [...chosen, id] : chosen.filter((one) => one !== id))
                }
              />
            </div>
          );
        }}
      />
      {found.length === 0 && <p class="faint">{CHART_TEXTS.noMatch}</p>}
    </fieldset>
  );
}
