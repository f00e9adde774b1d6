import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { canEdit } from "../data/edits.ts";
import { plural } from "../format.ts";
import { findExperiment } from "../state/experiments.ts";
import { useKeys } from "../state/keys.ts";
import { loggedModelsHref, tracesHref } from "../state/links.ts";
import { navigate, setQuery } from "../state/route.ts";
import type { RunsView } from "../state/runs-view.ts";
import type { Views } from "../state/views.ts";
import { RUNS_TEXTS } from "../texts/runs.ts";
import { exportItems, exportRuns } from "./export-runs.ts";
import { lazyComponent } from "./lazy.tsx";
import { MenuButton, type MenuItem } from "./Menu.tsx";
import { RootLabel } from "./RootLabel.tsx";
import { RunningNote } from "./RunsFoot.tsx";
import { Segmented } from "./Segmented.tsx";
import { copyText } from "./Toast.tsx";

const SaveViewDialog = lazyComponent(
  async () => (await import("./SaveViewDialog.tsx")).SaveViewDialog,
);

interface RunsHeadProps {
  readonly title: string;
  readonly view: RunsView;
  readonly experimentIds: readonly string[];
  readonly views: Views;
  readonly mode: string;
}

/** Which experiment this is, how it is shown, and what can be taken away from it. */
export function RunsHead(props: RunsHeadProps): JSX.Element {
  const { title, view, experimentIds, mode } = props;
  const isSaving = useSignal(false);
  const [only] = experimentIds;
  const experiment =
    experimentIds.length === 1 && only !== undefined ? findExperiment(only) : undefined;
  useKeys({ e: () => exportRuns("csv", title, view, view.rows) });

  const viewItems: MenuItem[] = [
    ...props.views.views.map(({ name, hash }) => ({
      label: name,
      onChoose: () => navigate(hash),
    })),
    {
      label: RUNS_TEXTS.copyLink,
      startsGroup: props.views.views.length > 0,
      icon: "link",
      onChoose: () => void copyText(location.href, RUNS_TEXTS.linkCopied),
    },
    ...(canEdit() && experiment !== undefined
      ? [
          {
            label: RUNS_TEXTS.saveView,
            icon: "bookmark" as const,
            onChoose: () => {
              isSaving.value = true;
            },
          },
        ]
      : []),
  ];
  return (
    <header class="page-head">
      <RootLabel root={experiment?.root} />
      <h1 title={title}>{title}</h1>
      <RunningNote view={view} />
      {experiment !== undefined && experiment.loggedModelCount > 0 && (
        <a class="runs-extra runs-wide" href={loggedModelsHref(experiment.experimentId)}>
          {plural(experiment.loggedModelCount, "model")}
        </a>
      )}
      {experiment !== undefined && experiment.traceCount > 0 && (
        <a class="runs-extra runs-wide" href={tracesHref(experiment.experimentId)}>
          {plural(experiment.traceCount, "trace")}
        </a>
      )}
      <span class="spacer" />
      <Segmented
        label={RUNS_TEXTS.mode}
        value={mode}
        segments={[
          { value: "table", label: RUNS_TEXTS.modes.table, icon: "table" },
          { value: "charts", label: RUNS_TEXTS.modes.charts, icon: "chart" },
          { value: "images", label: RUNS_TEXTS.modes.images, icon: "image" },
        ]}
        onChange={(value) => setQuery({ mode: value === "table" ? undefined : value })}
      />
      <MenuButton items={viewItems} icon="bookmark" label={RUNS_TEXTS.views} align="end">
        <span class="runs-wide">{RUNS_TEXTS.views}</span>
      </MenuButton>
      <MenuButton
        icon="download"
        label={RUNS_TEXTS.export}
        align="end"
        class="runs-wide"
        items={exportItems(title, view, view.rows)}
      >
        {RUNS_TEXTS.export}
      </MenuButton>
      {isSaving.value && experiment !== undefined && (
        <SaveViewDialog
          experimentId={experiment.experimentId}
          onClose={() => {
            isSaving.value = false;
          }}
        />
      )}
    </header>
  );
}
