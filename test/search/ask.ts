import type { ViewType } from "../../lib/entities/lifecycle.ts";
import { MlrunsError } from "../../lib/errors.ts";
import {
  type LoggedModelOrderBy,
  type MetricDataset,
  searchExperiments,
  searchLoggedModels,
  searchModelVersions,
  searchRegisteredModels,
  searchRuns,
  searchTraces,
} from "../../lib/search/index.ts";
import type { Entities } from "./entities.ts";

/** A search in MLflow's words, as goldens have it. What is null or absent has MLflow's default. */
export interface Query {
  readonly kind: string;
  readonly filter?: string | null;
  /** Maps for logged models, texts for all others. Goldens also hold wrong ones. */
  readonly order_by?: readonly unknown[] | null;
  readonly datasets?: readonly object[] | null;
  readonly view?: string | null;
  readonly experiment_ids?: readonly string[] | null;
  readonly max_results?: number | null;
  readonly page_token?: string | null;
}

export interface ModelOrderJson {
  readonly field_name: string;
  readonly ascending?: boolean;
  readonly dataset_name?: string;
  readonly dataset_digest?: string;
}

export interface Answer {
  readonly ids?: readonly string[];
  readonly next_page_token?: string | null;
  readonly error?: {
    /** MLflow's code; undefined when Python crashed. */
    readonly code?: string;
    readonly message: string;
  };
}

/** Our answer, an error included. */
export function ask(query: Query, entities: Entities): Answer {
  try {
    return search(query, entities);
  } catch (error) {
    if (!(error instanceof MlrunsError)) throw error;
    return { error: { code: error.errorCode, message: error.message } };
  }
}

function search(query: Query, entities: Entities): Answer {
  const page = {
    ...(query.filter == null ? {} : { filter: query.filter }),
    ...(query.max_results == null ? {} : { maxResults: query.max_results }),
    ...(query.page_token == null ? {} : { pageToken: query.page_token }),
  };
  const entries = query.order_by ?? [];
  const orderBy = entries as readonly string[];
  const viewType = (query.view ?? "ACTIVE_ONLY") as ViewType;
  const scope = query.experiment_ids == null ? {} : { experimentIds: query.experiment_ids };
  switch (query.kind) {
    case "runs": {
      const found = searchRuns(entities.runs, { ...page, ...scope, orderBy, viewType });
      return toAnswer(found.runs, ({ info }) => info.runId, found);
    }
    case "experiments": {
      const found = searchExperiments(entities.experiments, { ...page, orderBy, viewType });
      return toAnswer(found.experiments, ({ experimentId }) => experimentId, found);
    }
    case "registered_models": {
      const found = searchRegisteredModels(entities.registeredModels, { ...page, orderBy });
      return toAnswer(found.registeredModels, ({ name }) => name, found);
    }
    case "model_versions": {
      const found = searchModelVersions(entities.modelVersions, { ...page, orderBy });
      return toAnswer(found.modelVersions, ({ name, version }) => `${name}/${version}`, found);
    }
    case "logged_models": {
      const orderBy = entries.map(toCamelCase) as readonly LoggedModelOrderBy[];
      const datasets = (query.datasets ?? []).map(toCamelCase) as readonly MetricDataset[];
      const found = searchLoggedModels(entities.loggedModels, {
        ...page,
        ...scope,
        orderBy,
        datasets,
      });
      return toAnswer(found.loggedModels, ({ modelId }) => modelId, found);
    }
    case "traces": {
      const found = searchTraces(entities.traces, { ...page, ...scope, orderBy });
      return toAnswer(found.traces, ({ traceId }) => traceId, found);
    }
    default:
      throw new Error(`No search of kind ${query.kind}`);
  }
}

function toAnswer<Row>(
  rows: readonly Row[],
  id: (row: Row) => string,
  page: { readonly nextPageToken: string | undefined },
): Answer {
  return { ids: rows.map(id), next_page_token: page.nextPageToken ?? null };
}

/** Keys of a map from snake_case; what is no map stays. */
function toCamelCase(from: unknown): unknown {
  if (typeof from !== "object" || from === null) return from;
  const camel = (key: string): string => key.replace(/_(\w)/g, (_, letter) => letter.toUpperCase());
  return Object.fromEntries(Object.entries(from).map(([key, value]) => [camel(key), value]));
}
