import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import {
  decodeNumber,
  type LoggedModelEntry,
  type LoggedModelsFile,
} from "../../lib/wire/data-files.ts";
import { plainId } from "../../lib/wire/rooted-id.ts";
import { ExperimentCrumb } from "../components/ExperimentCrumb.tsx";
import { ListPage } from "../components/ListPage.tsx";
import type { PageProps } from "../components/page-source.ts";
import { type VirtualColumn, VirtualTable } from "../components/VirtualTable.tsx";
import { getLoggedModels } from "../data/client.ts";
import { useData } from "../data/use-data.ts";
import { formatAgo, formatNumber, formatTimeFull, fullNumber, shortId } from "../format.ts";
import { findExperiment } from "../state/experiments.ts";
import { loggedModelHref, runHref } from "../state/links.ts";
import { useNow } from "../state/now.ts";
import { useTitle } from "../state/title.ts";
import { MODEL_TEXTS } from "../texts/models.ts";

/** The logged models of an experiment, with their metrics and params as columns. */
export function LoggedModelList({ params }: PageProps): JSX.Element {
  const experimentId = params.id ?? "";
  useTitle(MODEL_TEXTS.loggedModels, findExperiment(experimentId)?.name);
  const { data, error } = useData<LoggedModelsFile>(
    `logged models ${experimentId}`,
    (signal) => getLoggedModels(experimentId, { signal }),
    (change) => change.experimentId === experimentId,
  );
  return (
    <ListPage
      crumb={<ExperimentCrumb experimentId={experimentId} />}
      title={MODEL_TEXTS.loggedModels}
      items={data?.models ?? null}
      error={error}
      noun="model"
      textOf={textOf}
      searchLabel={MODEL_TEXTS.findLogged}
      noMatch={MODEL_TEXTS.noMatch}
      empty={{ title: MODEL_TEXTS.noLogged, hint: MODEL_TEXTS.noLoggedHint, icon: "box" }}
    >
      {(found) => <Table models={found} />}
    </ListPage>
  );
}

interface Column extends VirtualColumn {
  readonly cell: (model: LoggedModelEntry) => JSX.Element | string;
  readonly title?: (model: LoggedModelEntry) => string | undefined;
}

/** More metrics and params than these are on the model's own page. */
const MOST_COLUMNS = 12;

function Table({ models }: { models: readonly LoggedModelEntry[] }): JSX.Element {
  const now = useNow();
  const columns = useMemo(() => columnsOf(models, now), [models, now]);
  return (
    <VirtualTable
      label={MODEL_TEXTS.loggedModels}
      columns={columns}
      count={models.length}
      cell={(row, column) => {
        const model = models[row];
        return model === undefined ? "" : columns[column]?.cell(model);
      }}
      title={(row, column) => {
        const model = models[row];
        return model && columns[column]?.title?.(model);
      }}
    />
  );
}

function columnsOf(models: readonly LoggedModelEntry[], now: number): Column[] {
  const metrics = new Set(models.flatMap((model) => model.metrics.map(({ key }) => key)));
  const params = new Set(models.flatMap((model) => Object.keys(model.params)));
  return [
    {
      name: MODEL_TEXTS.name,
      width: 200,
      cell: nameCell,
      title: (model) => plainId(model.modelId),
    },
    { name: MODEL_TEXTS.status, width: 88, cell: (model) => model.status.toLowerCase() },
    { name: MODEL_TEXTS.type, width: 104, cell: (model) => model.modelType ?? "" },
    { name: MODEL_TEXTS.run, width: 96, cell: runCell },
    {
      name: MODEL_TEXTS.created,
      width: 96,
      cell: (model) => formatAgo(model.creationTimestamp, now),
      title: (model) => formatTimeFull(model.creationTimestamp),
    },
    ...[...metrics].slice(0, MOST_COLUMNS).map(metricColumn),
    ...[...params].slice(0, MOST_COLUMNS).map(
      (key): Column => ({
        name: key,
        width: 112,
        cell: (model) => model.params[key] ?? "",
        title: (model) => model.params[key],
      }),
    ),
  ];
}

function metricColumn(key: string): Column {
  const metricOf = (model: LoggedModelEntry): number | undefined => {
    const metric = model.metrics.find((one) => one.key === key);
    return metric && decodeNumber(metric.value);
  };
  return {
    name: key,
    width: 96,
    isNumber: true,
    cell: (model) => {
      const value = metricOf(model);
      return value === undefined ? "" : formatNumber(value);
    },
    title: (model) => {
      const value = metricOf(model);
      return value === undefined ? undefined : fullNumber(value);
    },
  };
}

function nameCell(model: LoggedModelEntry): JSX.Element {
  return (
    <a class="table-link" href={loggedModelHref(model.experimentId, model.modelId)}>
      {model.name}
    </a>
  );
}

function runCell({ sourceRunId, experimentId }: LoggedModelEntry): JSX.Element | string {
  if (sourceRunId === null) return "";
  return (
    <a class="link mono" href={runHref(experimentId, sourceRunId)}>
      {shortId(sourceRunId)}
    </a>
  );
}

function textOf(model: LoggedModelEntry): string {
  return [
    model.name,
    model.modelId,
    model.status,
    model.modelType,
    ...Object.entries(model.params).flat(),
  ].join("\n");
}
