import { BINARY_ABOVE_POINTS, countRunsFiles, PYRAMID_ABOVE_POINTS } from "../wire/data-files.ts";
import { DATA_PATH } from "../wire/data-paths.ts";
import { chosenModels, chosenRuns, chosenTraces } from "./chosen.ts";
import type { Site, SiteContext } from "./context.ts";
import { openOwner } from "./owner.ts";

/** An artifact whose bytes belong to the site. */
export interface PublishedArtifact {
  /** As the site has it. */
  readonly ownerId: string;
  readonly path: string;
  /** Bytes. */
  readonly size: number;
}

interface Listing {
  readonly data: readonly string[];
  readonly artifacts: readonly PublishedArtifact[];
}

/** Every data file and artifact of a static site. Paths of data files are relative to the site. */
export async function listSite(site: Site): Promise<Listing> {
  const { manifest, experiments, registry, tree, views } = DATA_PATH;
  const data: string[] = [manifest, experiments, registry, tree, views];
  const artifacts: PublishedArtifact[] = [];
  for (const context of site.roots) {
    const ofRoot = await listRoot(context);
    for (const path of ofRoot.data) data.push(path);
    for (const artifact of ofRoot.artifacts) artifacts.push(artifact);
  }
  return { data, artifacts };
}

async function listRoot(context: SiteContext): Promise<Listing> {
  const { client, scope, id } = context;
  const data: string[] = [];
  const artifacts: PublishedArtifact[] = [];
  const owners: string[] = [];
  for (const { experimentId } of (await client.scanExperiments("ALL")).experiments) {
    if (!scope.includes(experimentId)) continue;
    const { records } = await chosenRuns(context, experimentId);
    const chunks = countRunsFiles(records.length);
    for (let chunk = 0; chunk < chunks; chunk++) data.push(DATA_PATH.runs(id(experimentId), chunk));
    for (const { run, summaries } of records) {
      const { runId } = run.info;
      data.push(DATA_PATH.run(id(runId)));
      owners.push(runId);
      for (const [key, { count }] of Object.entries(summaries))
        data.push(...historyPaths(id(runId), key, count));
    }
    // Empty ones too: the viewer asks for them, and a missing file would be an error.
    data.push(DATA_PATH.loggedModels(id(experimentId)), DATA_PATH.traces(id(experimentId)));
    const loggedModels = await chosenModels(context, experimentId);
    owners.push(...loggedModels.map(({ modelId }) => modelId));
    const traces = await chosenTraces(context, experimentId);
    data.push(...traces.map(({ traceId }) => DATA_PATH.trace(id(traceId))));
  }
  for (const ownerId of owners) {
    const { folders, files } = await walkOwner(context, ownerId);
    data.push(...folders.map((folder) => DATA_PATH.artifacts(id(ownerId), folder)));
    artifacts.push(...files);
  }
  return { data, artifacts };
}

/** The forms of a history that the viewer asks for, by its number of points. */
function historyPaths(runId: string, key: string, count: number): string[] {
  if (count <= BINARY_ABOVE_POINTS) return [DATA_PATH.historyText(runId, key)];
  const binary = DATA_PATH.historyBinary(runId, key);
  return count > PYRAMID_ABOVE_POINTS ? [binary, DATA_PATH.historyPyramid(runId, key)] : [binary];
}

/** Folders of artifacts, the root among them, and the files that are published. */
async function walkOwner(
  context: SiteContext,
  ownerId: string,
): Promise<{ folders: string[]; files: PublishedArtifact[] }> {
  const { artifacts, place } = await openOwner(context, ownerId);
  const folders = new Set([""]);
  const files: PublishedArtifact[] = [];
  // What lies in another store stays there.
  if (place.kind === "remote") return { folders: [...folders], files };
  for await (const { path, fileSize } of artifacts.list("")) {
    for (let at = path.lastIndexOf("/"); at > 0; at = path.lastIndexOf("/", at - 1))
      folders.add(path.slice(0, at));
    const size = fileSize ?? 0;
    const published = { ownerId: context.id(ownerId), path, size };
    if (context.isPublished(published.ownerId, path, size)) files.push(published);
  }
  return { folders: [...folders].sort(), files: files.sort((a, b) => (a.path < b.path ? -1 : 1)) };
}
