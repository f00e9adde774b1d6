import { compareText } from "../entities/record.ts";
import { VIEW_TAG_PREFIX } from "../entities/tag.ts";
import type { ViewsFile } from "../wire/data-files.ts";
import type { SiteContext } from "./context.ts";

/** `data/views.json`: the views that were saved in the tree, by name. They are tags of experiments, so MLflow leaves them alone. */
export async function makeViews({ client, scope }: SiteContext): Promise<ViewsFile> {
  const { experiments } = await client.scanExperiments("ACTIVE_ONLY");
  const shown = experiments.filter(({ experimentId }) => scope.includes(experimentId));
  const views = shown.flatMap(({ tags }) =>
    Object.entries(tags)
      .filter(([key]) => key.startsWith(VIEW_TAG_PREFIX))
      .map(([key, hash]) => ({ name: key.slice(VIEW_TAG_PREFIX.length), hash })),
  );
  return { views: views.sort((a, b) => compareText(a.name, b.name)) };
}
