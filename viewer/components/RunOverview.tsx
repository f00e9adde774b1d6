import type { JSX } from "preact";
import { useMemo, useRef, useState } from "preact/hooks";
import { MLFLOW_TAG } from "../../lib/entities/tag.ts";
import type { RunFile } from "../../lib/wire/data-files.ts";
import { lineStyles } from "../charts/line-styles.ts";
import { readSettings } from "../charts/settings.ts";
import { makeSync } from "../charts/sync.ts";
import { canEdit, runTagEdits, setRunNote } from "../data/edits.ts";
import { chartRunOf, headlineMetrics } from "../run/facts.ts";
import { loggedModelHref, modelVersionHref } from "../state/links.ts";
import { query } from "../state/route.ts";
import { EDIT_TEXTS } from "../texts/edits.ts";
import { RUN_TEXTS } from "../texts/run.ts";
import { Block } from "./Block.tsx";
import { DatasetList } from "./DatasetList.tsx";
import { MetricChart } from "./MetricChart.tsx";
import { MetricTable } from "./MetricTable.tsx";
import { NoteBlock } from "./NoteBlock.tsx";
import { ParamTable } from "./ParamTable.tsx";
import { RunAnchor } from "./RunHeader.tsx";
import { TagBlock } from "./TagBlock.tsx";
import "./RunOverview.css";

/** What was logged, at a glance: a few curves, all metrics and params, and what people wrote about it. */
export function RunOverview({ run }: { run: RunFile }): JSX.Element {
  const { runId, lifecycleStage } = run.info;
  // MLflow takes no changes of deleted runs.
  const isEditable = canEdit() && lifecycleStage === "active";
  return (
    <div class="page-body run-overview">
      <HeadlineCharts run={run} />
      <div class="run-overview-columns">
        <MetricTable run={run} />
        <ParamTable title={RUN_TEXTS.params} empty={RUN_TEXTS.noParams} values={run.params} />
        <aside class="run-aside">
          <NoteBlock
            title={RUN_TEXTS.note}
            text={run.tags[MLFLOW_TAG.note] ?? ""}
            words={EDIT_TEXTS.note}
            save={isEditable ? (text) => setRunNote(runId, text) : null}
          />
          <TagBlock tags={run.tags} edits={isEditable ? runTagEdits(runId) : null} />
          {run.inputs.datasetInputs.length > 0 && (
            <Block title={RUN_TEXTS.datasets} count={run.inputs.datasetInputs.length}>
              <DatasetList inputs={run.inputs.datasetInputs} />
            </Block>
          )}
          <Models run={run} />
          <Children run={run} />
        </aside>
      </div>
    </div>
  );
}

const HEADLINES = 4;

function HeadlineCharts({ run }: { run: RunFile }): JSX.Element | null {
  const sync = useRef(makeSync());
  const metrics = useMemo(() => headlineMetrics(run.metrics, HEADLINES), [run]);
  const runs = useMemo(() => {
    const own = chartRunOf(run);
    const style = lineStyles([own.runId]).get(own.runId) ?? { color: 1, dash: 0 };
    return [{ ...own, style }];
  }, [run]);
  if (metrics.length === 0) return null;
  const settings = readSettings(query.value);
  return (
    <div class="run-headlines">
      {metrics.map((metric) => (
        <MetricChart
          key={metric}
          metric={metric}
          runs={runs}
          settings={settings}
          sync={sync.current}
          size="mini"
        />
      ))}
    </div>
  );
}

function Models({ run }: { run: RunFile }): JSX.Element | null {
  const { loggedModels, modelVersions, info } = run;
  if (loggedModels.length + modelVersions.length === 0) return null;
  return (
    <Block title={RUN_TEXTS.models} count={loggedModels.length}>
      <ul class="block-list">
        {loggedModels.map((model) => (
          <li key={model.modelId}>
            <a class="link" href={loggedModelHref(info.experimentId, model.modelId)}>
              {model.name}
            </a>
          </li>
        ))}
        {modelVersions.map(({ id, name, version }) => (
          <li key={`${name}/${version}`}>
            <span class="faint">{RUN_TEXTS.registered} </span>
            <a class="link" href={modelVersionHref(id, version)}>
              {name}
            </a>
            , {RUN_TEXTS.registeredAs(version)}
          </li>
        ))}
      </ul>
    </Block>
  );
}

const FEW_CHILDREN = 20;

function Children({ run }: { run: RunFile }): JSX.Element | null {
  const [showsAll, setShowsAll] = useState(false);
  if (run.children.length === 0) return null;
  const shown = showsAll ? run.children : run.children.slice(0, FEW_CHILDREN);
  return (
    <Block title={RUN_TEXTS.children} count={run.children.length}>
      <ul class="block-list">
        {shown.map((child) => (
          <li key={child.runId}>
            <RunAnchor run={child} />
          </li>
        ))}
      </ul>
      {shown.length < run.children.length && (
        <button type="button" class="link block-more" onClick={() => setShowsAll(true)}>
          {RUN_TEXTS.showMore}
        </button>
      )}
    </Block>
  );
}
