import {
  BINARY_ABOVE_POINTS,
  DATA_PATH,
  PYRAMID_ABOVE_POINTS,
  RUNS_PER_FILE,
} from "../wire/data-files.ts";
import { chosenModels, chosenRuns, chosenTraces } from "./chosen.ts";
import type { SiteContext } from "./context.ts";
import { openOwner } from "./owner.ts";

/** An artifact whose bytes belong to the site. */
export interface PublishedArtifact {
  readonly ownerId: string;
  readonly path: string;
  /** Bytes. */
  readonly size: number;
}

/** Every data file and artifact of a static site. Paths of data files are relative to the site. */
export async function listSite(
  context: SiteContext,
): Promise<{ readonly data: readonly string[]; readonly artifacts: readonly PublishedArtifact[] }> {
  const { client, scope } = context;
  const { manifest, experiments, registry, tree, views } = DATA_PATH;
  const data: string[] = [manifest, experiments, registry, tree, views];
  const artifacts: PublishedArtifact[] = [];
  const owners: string[] = [];
  for (const { experimentId } of (await client.scanExperiments("ALL")).experiments) {
    if (!scope.includes(experimentId)) continue;
    const { records } = await chosenRuns(context, experimentId);
    const chunks = Math.max(1, Math.ceil(records.length / RUNS_PER_FILE));
    for (let chunk = 0; chunk < chunks; chunk++) data.push(DATA_PATH.runs(experimentId, chunk));
    for (const { run, summaries } of records) {
      const { runId } = run.info;
      data.push(DATA_PATH.run(runId));
      owners.push(runId);
      for (const [key, { count }] of Object.entries(summaries))
        data.push(...historyPaths(runId, key, count));
    }
    const loggedModels = await chosenModels(context, experimentId);
    if (loggedModels.length > 0) data.push(DATA_PATH.loggedModels(experimentId));
    owners.push(...loggedModels.map(({ modelId }) => modelId));
    const traces = await chosenTraces(context, experimentId);
    if (traces.length > 0) data.push(DATA_PATH.traces(experimentId));
    data.push(...traces.map(({ traceId }) => DATA_PATH.trace(traceId)));
  }
  for (const ownerId of owners) {
    const { folders, files } = await walkOwner(context, ownerId);
    data.push(...folders.map((folder) => DATA_PATH.artifacts(ownerId, folder)));
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
  const { artifacts, place } = await openOwner(context.client, ownerId);
  const folders = new Set([""]);
  const files: PublishedArtifact[] = [];
  // What lies in another store stays there.
  if (place.kind === "remote") return { folders: [...folders], files };
  for await (const { path, fileSize } of artifacts.list("")) {
    for (let at = path.lastIndexOf("/"); at > 0; at = path.lastIndexOf("/", at - 1))
      folders.add(path.slice(0, at));
    const size = fileSize ?? 0;
    if (context.isPublished(ownerId, path, size)) files.push({ ownerId, path, size });
  }
  return { folders: [...folders].sort(), files: files.sort((a, b) => (a.path < b.path ? -1 : 1)) };
}
