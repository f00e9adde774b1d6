import type { ModelVersion } from "../entities/model-version.ts";
import { compareText } from "../entities/record.ts";
import { MLFLOW_TAG } from "../entities/tag.ts";
import type { RegisteredModelEntry, RegistryFile } from "../wire/data-files.ts";
import type { Site, SiteContext } from "./context.ts";
import { askRoots } from "./roots.ts";

/** `data/registry.json`: registered models by name, prompts among them, each with its versions, highest first. */
export async function makeRegistry(site: Site): Promise<RegistryFile> {
  const { answers } = await askRoots(site, makeModels);
  const models = answers.flatMap(({ answer }) => answer);
  if (answers.length > 1) models.sort((a, b) => compareText(a.name, b.name) || a.root - b.root);
  return { models };
}

async function makeModels(context: SiteContext): Promise<RegisteredModelEntry[]> {
  const { client, mode, scope } = context;
  if (!scope.includesRegistry) return [];
  const { registeredModels } = await client.scanRegisteredModels();
  const { modelVersions } = await client.scanModelVersions();
  return registeredModels.map(({ latestVersions: _, ...model }) => ({
    ...model,
    id: context.id(model.name),
    root: context.root,
    isPrompt: model.tags[MLFLOW_TAG.isPrompt]?.toLowerCase() === "true",
    versions: modelVersions
      .filter(({ name }) => name === model.name)
      .sort((a, b) => Number(b.version) - Number(a.version))
      .map((version) => inSite(context, mode === "live" ? version : withoutPlaces(version))),
  }));
}

function inSite({ id }: SiteContext, version: ModelVersion): ModelVersion {
  const { runId, modelId } = version;
  return {
    ...version,
    runId: runId === null ? null : id(runId),
    modelId: modelId === null ? null : id(modelId),
  };
}

/** Sources and locations are URIs of the machine that registered the version. */
function withoutPlaces(version: ModelVersion): ModelVersion {
  return { ...version, source: null, storageLocation: null, userId: null, runLink: null };
}
