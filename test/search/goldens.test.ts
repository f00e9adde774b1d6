import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { ViewType } from "../../lib/entities/lifecycle.ts";
import { MLFLOW_TAG } from "../../lib/entities/tag.ts";
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
import { fixturesTrees } from "../helpers/paths.ts";
import {
  type Golden,
  type GoldenQuery,
  golden,
  TREE_NAMES,
  type TreeName,
} from "../helpers/tree.ts";
import {
  type Entities,
  goldenEntities,
  toModelVersion,
  toRegisteredModel,
} from "./golden-entities.ts";

interface Answer {
  readonly ids: readonly string[];
  readonly nextPageToken: string | null;
}

test.each(TREE_NAMES)("every search of %s finds what MLflow found, in its order", async (name) => {
  const tree = await golden(name);
  const entities = await entitiesOf(name, tree);

  for (const query of tree.queries) {
    const shown = JSON.stringify(query);
    if (query.error !== undefined) {
      expectError(() => answer(query, entities), query.error, shown);
    } else if (query.all_pages) {
      expect(allPages(query, entities), shown).toEqual(query.result?.pages);
    } else {
      expect(answer(query, entities), shown).toEqual({
        ids: query.result?.ids,
        nextPageToken: query.result?.next_page_token ?? null,
      });
    }
  }
});

test("the goldens hold 549 searches", async () => {
  const counts = await Promise.all(
    TREE_NAMES.map(async (name) => (await golden(name)).queries.length),
  );

  expect(counts.reduce((sum, count) => sum + count)).toBe(549);
});

/** What a golden's lists do not tell: which experiments lie in the trash, and prompts, which its queries ask for. */
async function entitiesOf(name: TreeName, tree: Golden): Promise<Entities> {
  const trash = await readdir(join(fixturesTrees, name, "mlruns/.trash")).catch((): string[] => []);
  const listed = goldenEntities(tree);
  const entities = {
    ...listed,
    experiments: listed.experiments.map((experiment) => {
      const isTrashed = trash.includes(experiment.experimentId);
      return isTrashed ? { ...experiment, lifecycleStage: "deleted" as const } : experiment;
    }),
  };
  if (name !== "v3-registry") return entities;
  const prompt = await readPrompt("greeting");
  const versions = [await readPrompt("greeting", "1"), await readPrompt("greeting", "2")];
  return {
    ...entities,
    registeredModels: [...entities.registeredModels, toRegisteredModel(prompt)],
    modelVersions: [...entities.modelVersions, ...versions.map(toModelVersion)],
  };
}

async function readPrompt(name: string, version = "") {
  const folder = join(
    fixturesTrees,
    "v3-registry/mlruns/models",
    name,
    version && `version-${version}`,
  );
  const meta = await readFile(join(folder, "meta.yaml"), "utf8");
  const isPrompt = await readFile(join(folder, "tags", MLFLOW_TAG.isPrompt), "utf8");
  const number = (key: string): number =>
    Number(new RegExp(`^${key}: (\\d+)$`, "m").exec(meta)?.[1]);
  return {
    name,
    version,
    current_stage: "None",
    source: null,
    run_id: null,
    creation_timestamp: number("creation_timestamp"),
    last_updated_timestamp: number("last_updated_timestamp"),
    tags: { [MLFLOW_TAG.isPrompt]: isPrompt },
  } as const;
}

function allPages(query: GoldenQuery, entities: Entities): (readonly string[])[] {
  const pages: (readonly string[])[] = [];
  let token: string | null = null;
  do {
    const page: Answer = answer(token === null ? query : { ...query, page_token: token }, entities);
    pages.push(page.ids);
    token = page.nextPageToken;
  } while (token !== null);
  return pages;
}

/** An absent part of a golden's query is the default of MLflow's client. */
function answer(query: GoldenQuery, entities: Entities): Answer {
  const common = {
    ...(query.filter == null ? {} : { filter: query.filter }),
    ...(query.max_results == null ? {} : { maxResults: query.max_results }),
    ...(query.page_token == null ? {} : { pageToken: query.page_token }),
    ...(query.order_by == null ? {} : { orderBy: query.order_by as string[] }),
  };
  const viewType = (query.view ?? "ACTIVE_ONLY") as ViewType;
  const experimentIds = query.experiment_ids ?? [];
  switch (query.kind) {
    case "runs": {
      const page = searchRuns(entities.runs, { ...common, viewType, experimentIds });
      return toAnswer(
        page.runs.map(({ info }) => info.runId),
        page,
      );
    }
    case "experiments": {
      const page = searchExperiments(entities.experiments, { ...common, viewType });
      return toAnswer(
        page.experiments.map(({ experimentId }) => experimentId),
        page,
      );
    }
    case "registered_models": {
      const page = searchRegisteredModels(entities.registeredModels, common);
      return toAnswer(
        page.registeredModels.map(({ name }) => name),
        page,
      );
    }
    case "model_versions": {
      const page = searchModelVersions(entities.modelVersions, common);
      return toAnswer(
        page.modelVersions.map(({ name, version }) => `${name}/${version}`),
        page,
      );
    }
    case "logged_models": {
      const page = searchLoggedModels(entities.loggedModels, {
        ...common,
        experimentIds,
        orderBy: (query.order_by ?? []).map(toOrderBy),
        datasets: (query.datasets ?? []).map(toCamelCase) as MetricDataset[],
      });
      return toAnswer(
        page.loggedModels.map(({ modelId }) => modelId),
        page,
      );
    }
    case "traces": {
      const page = searchTraces(entities.traces, { ...common, experimentIds });
      return toAnswer(
        page.traces.map(({ traceId }) => traceId),
        page,
      );
    }
    default:
      throw new Error(`No search of kind ${query.kind}`);
  }
}

function toAnswer(ids: readonly string[], page: { nextPageToken: string | undefined }): Answer {
  return { ids, nextPageToken: page.nextPageToken ?? null };
}

/** Golden queries also hold entries of a wrong shape. */
function toOrderBy(entry: unknown): LoggedModelOrderBy {
  return (
    typeof entry === "object" && entry !== null ? toCamelCase(entry) : entry
  ) as LoggedModelOrderBy;
}

function toCamelCase(from: object): object {
  const camel = (key: string): string => key.replace(/_(\w)/g, (_, letter) => letter.toUpperCase());
  return Object.fromEntries(Object.entries(from).map(([key, value]) => [camel(key), value]));
}

/** Where MLflow crashes with an exception of Python's, all that counts is that we do not answer. */
function expectError(
  act: () => unknown,
  error: { readonly code: string; readonly type: string; readonly message: string },
  shown: string,
): void {
  let found: unknown;
  try {
    act();
  } catch (thrown) {
    found = thrown;
  }
  expect(found, shown).toBeInstanceOf(MlrunsError);
  if (error.type !== "MlflowException" || !(found instanceof MlrunsError)) return;
  expect({ code: found.errorCode, message: found.message }, shown).toEqual({
    code: error.code,
    message: error.message,
  });
}
