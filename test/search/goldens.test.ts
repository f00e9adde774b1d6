import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { MLFLOW_TAG } from "../../lib/entities/tag.ts";
import { fixturesTrees } from "../helpers/paths.ts";
import {
  type Golden,
  type GoldenQuery,
  golden,
  TREE_NAMES,
  type TreeName,
} from "../helpers/tree.ts";
import { ask } from "./ask.ts";
import { type Entities, goldenEntities, toModelVersion, toRegisteredModel } from "./entities.ts";

test.each(TREE_NAMES)("every search of %s finds what MLflow found, in its order", async (name) => {
  const tree = await golden(name);
  const entities = await entitiesOf(name, tree);

  for (const query of tree.queries) {
    const shown = JSON.stringify(query);
    const { error, result } = query;
    if (query.all_pages) {
      expect(allPages(query, entities), shown).toEqual(result?.pages);
    } else if (error === undefined) {
      expect(ask(query, entities), shown).toEqual(result);
    } else if (error.type === "MlflowException") {
      const { code, message } = error;
      expect(ask(query, entities), shown).toEqual({ error: { code, message } });
    } else {
      // MLflow crashes with an exception of Python's: all that counts is that we do not answer.
      expect(ask(query, entities).error, shown).toBeDefined();
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
  let page = ask(query, entities);
  for (;;) {
    pages.push(page.ids ?? []);
    if (!page.next_page_token) return pages;
    page = ask({ ...query, page_token: page.next_page_token }, entities);
  }
}
