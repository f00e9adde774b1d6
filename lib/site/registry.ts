import type { ModelVersion } from "../entities/model-version.ts";
import { MLFLOW_TAG } from "../entities/tag.ts";
import type { RegistryFile } from "../wire/data-files.ts";
import type { SiteContext } from "./context.ts";

/** `data/registry.json`: registered models by name, prompts among them, each with its versions, highest first. */
export async function makeRegistry({ client, mode, scope }: SiteContext): Promise<RegistryFile> {
  if (!scope.includesRegistry) return { models: [] };
  const { registeredModels } = await client.scanRegisteredModels();
  const { modelVersions } = await client.scanModelVersions();
  return {
    models: registeredModels.map(({ latestVersions: _, ...model }) => ({
      ...model,
      root: 0,
      isPrompt: model.tags[MLFLOW_TAG.isPrompt]?.toLowerCase() === "true",
      versions: modelVersions
        .filter(({ name }) => name === model.name)
        .sort((a, b) => Number(b.version) - Number(a.version))
        .map((version) => (mode === "live" ? version : withoutPlaces(version))),
    })),
  };
}

/** Sources and locations are URIs of the machine that registered the version. */
function withoutPlaces(version: ModelVersion): ModelVersion {
  return { ...version, source: null, storageLocation: null, userId: null, runLink: null };
}
