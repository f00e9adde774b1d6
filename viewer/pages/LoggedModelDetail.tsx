import type { JSX } from "preact";
import {
  type ArtifactsFile,
  decodeNumber,
  type LoggedModelEntry,
  type LoggedModelsFile,
} from "../../lib/wire/data-files.ts";
import { plainId } from "../../lib/wire/rooted-id.ts";
import { ArtifactBrowser } from "../components/ArtifactBrowser.tsx";
import { Block } from "../components/Block.tsx";
import { EmptyState, ErrorState } from "../components/EmptyState.tsx";
import { ExperimentCrumb } from "../components/ExperimentCrumb.tsx";
import { Fact, Facts } from "../components/Facts.tsx";
import { KeyValues } from "../components/KeyValues.tsx";
import { ParamTable } from "../components/ParamTable.tsx";
import type { PageProps } from "../components/page-source.ts";
import { Tabs } from "../components/Tabs.tsx";
import { getArtifacts, getLoggedModels } from "../data/client.ts";
import { useData } from "../data/use-data.ts";
import { formatNumber, formatTime, fullNumber, shortId } from "../format.ts";
import {
  loggedModelArtifactHref,
  loggedModelHref,
  loggedModelsHref,
  runHref,
} from "../state/links.ts";
import { useTitle } from "../state/title.ts";
import { MODEL_TEXTS } from "../texts/models.ts";
import "../components/RunOverview.css";

/** A logged model: where it comes from, its params and metrics, and its files. */
export function LoggedModelDetail({ params }: PageProps): JSX.Element {
  const experimentId = params.id ?? "";
  const modelId = params.modelId ?? "";
  const { data, error } = useData<LoggedModelsFile>(
    `logged models ${experimentId}`,
    (signal) => getLoggedModels(experimentId, { signal }),
    (change) => change.experimentId === experimentId,
  );
  const model = data?.models.find((one) => one.modelId === modelId);
  useTitle(model?.name, MODEL_TEXTS.loggedModels);
  if (data === null) {
    return error === null ? <div aria-busy="true" /> : <ErrorState error={error} />;
  }
  if (model === undefined) {
    return (
      <EmptyState title={MODEL_TEXTS.notFound(modelId)} icon="box" isPage>
        <a class="link" href={loggedModelsHref(experimentId)}>
          {MODEL_TEXTS.loggedModels}
        </a>
      </EmptyState>
    );
  }
  const [tab, ...path] = (params["*"] ?? "").split("/");
  const isArtifacts = tab === "artifacts";
  return (
    <>
      <header class="page-head">
        <ExperimentCrumb experimentId={experimentId} />
        <h1>{model.name}</h1>
        <span class="mono faint cut">{plainId(model.modelId)}</span>
      </header>
      {!isArtifacts && <ModelFacts model={model} />}
      <Tabs
        label={MODEL_TEXTS.loggedModel}
        tabs={[
          {
            label: MODEL_TEXTS.overview,
            href: loggedModelHref(experimentId, modelId),
            isCurrent: !isArtifacts,
          },
          {
            label: MODEL_TEXTS.artifacts,
            href: loggedModelArtifactHref(experimentId, modelId),
            isCurrent: isArtifacts,
          },
        ]}
      />
      {isArtifacts ? <Artifacts model={model} path={path.join("/")} /> : <Overview model={model} />}
    </>
  );
}

function ModelFacts({ model }: { model: LoggedModelEntry }): JSX.Element {
  return (
    <Facts>
      <Fact name={MODEL_TEXTS.status}>
        {model.status.toLowerCase()} {model.statusMessage}
      </Fact>
      {model.modelType !== null && model.modelType !== "" && (
        <Fact name={MODEL_TEXTS.type}>{model.modelType}</Fact>
      )}
      <Fact name={MODEL_TEXTS.created}>{formatTime(model.creationTimestamp)}</Fact>
      {model.sourceRunId !== null && (
        <Fact name={MODEL_TEXTS.run}>
          <a class="link mono" href={runHref(model.experimentId, model.sourceRunId)}>
            {shortId(model.sourceRunId)}
          </a>
        </Fact>
      )}
    </Facts>
  );
}

function Overview({ model }: { model: LoggedModelEntry }): JSX.Element {
  return (
    <div class="page-body run-overview">
      <div class="run-overview-columns">
        <Block title={MODEL_TEXTS.metrics} count={model.metrics.length}>
          {model.metrics.length === 0 && <p class="block-note">{MODEL_TEXTS.noMetrics}</p>}
          {model.metrics.length > 0 && (
            <table class="key-table">
              <thead>
                <tr>
                  <th scope="col">{MODEL_TEXTS.key}</th>
                  <th scope="col">{MODEL_TEXTS.dataset}</th>
                  <th scope="col" class="is-number">
                    {MODEL_TEXTS.value}
                  </th>
                  <th scope="col" class="is-number">
                    {MODEL_TEXTS.step}
                  </th>
                </tr>
              </thead>
              <tbody>
                {model.metrics.map((metric, i) => {
                  const value = decodeNumber(metric.value);
                  return (
                    <tr key={i}>
                      <td class="key-table-key">{metric.key}</td>
                      <td class="muted">{metric.datasetName}</td>
                      <td class="is-number" title={fullNumber(value)}>
                        {formatNumber(value)}
                      </td>
                      <td class="is-number muted">{metric.step}</td>
                    </tr>
                  );
                })}
              </tbody>
            </table>
          )}
        </Block>
        <ParamTable title={MODEL_TEXTS.params} empty={MODEL_TEXTS.noParams} values={model.params} />
        <aside class="run-aside">
          <KeyValues title={MODEL_TEXTS.tags} values={model.tags} />
        </aside>
      </div>
    </div>
  );
}

function Artifacts({ model, path }: { model: LoggedModelEntry; path: string }): JSX.Element {
  const { modelId, experimentId } = model;
  const { data, error } = useData<ArtifactsFile>(
    `artifacts ${modelId}`,
    (signal) => getArtifacts(modelId, "", { signal }),
    (change) => change.experimentId === experimentId,
  );
  if (data === null) {
    return error === null ? <div aria-busy="true" /> : <ErrorState error={error} />;
  }
  return (
    <ArtifactBrowser
      key={modelId}
      ownerId={modelId}
      root={data}
      path={path}
      hrefOf={(file) => loggedModelArtifactHref(experimentId, modelId, file)}
      uriOf={(file) => `models:/${plainId(modelId)}/${file}`}
    />
  );
}
