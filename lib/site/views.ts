import { compareText } from "../entities/record.ts";
import { VIEW_TAG_PREFIX } from "../entities/tag.ts";
import type { ViewsFile } from "../wire/data-files.ts";
import type { Site, SiteContext } from "./context.ts";
import { askRoots } from "./roots.ts";

/** `data/views.json`: the views that were saved in the trees, by name. They are tags of experiments, so MLflow leaves them alone. */
export async function makeViews(site: Site): Promise<ViewsFile> {
  const { answers } = await askRoots(site, makeEntries);
  const views = answers.flatMap(({ answer }) => answer);
  return { views: views.sort((a, b) => compareText(a.name, b.name)) };
}

async function makeEntries({ client, scope, root }: SiteContext): Promise<ViewsFile["views"]> {
  const { experiments } = await client.scanExperiments("ACTIVE_ONLY");
  const shown = experiments.filter(({ experimentId }) => scope.includes(experimentId));
  return shown.flatMap(({ tags }) =>
    Object.entries(tags)
      .filter(([key]) => key.startsWith(VIEW_TAG_PREFIX))
      .map(([key, hash]) => ({ name: key.slice(VIEW_TAG_PREFIX.length), hash, root })),
  );
}
