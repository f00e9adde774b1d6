import { encodeNumber, type LoggedModelsFile } from "../wire/data-files.ts";
import { chosenModels } from "./chosen.ts";
import type { SiteContext } from "./context.ts";

/** `data/models/<experiment>.json`: the logged models of an experiment, newest first. */
export async function makeLoggedModels(
  context: SiteContext,
  experimentId: string,
): Promise<LoggedModelsFile> {
  const loggedModels = await chosenModels(context, experimentId);
  const newestFirst = [...loggedModels].sort((a, b) => b.creationTimestamp - a.creationTimestamp);
  return {
    models: newestFirst.map(({ artifactLocation: _, metrics, ...model }) => ({
      ...model,
      modelId: context.id(model.modelId),
      experimentId: context.id(model.experimentId),
      sourceRunId: model.sourceRunId === null ? null : context.id(model.sourceRunId),
      metrics: metrics.map(({ modelId: __, value, ...point }) => ({
        ...point,
        value: encodeNumber(value),
      })),
    })),
  };
}
