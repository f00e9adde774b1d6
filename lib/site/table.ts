import { MlrunsError, notFound } from "../errors.ts";
import { fileId, fromFileId, ROOT_FOLDER_ID } from "../wire/data-paths.ts";
import { makeArtifacts } from "./artifacts.ts";
import { chosenFamily } from "./chosen.ts";
import { binary, type DataFile, json, type Site, type SiteContext, text } from "./context.ts";
import { findCopies } from "./copies.ts";
import { makeExperiments } from "./experiments.ts";
import { makeHistory, makeHistoryText, makePyramid } from "./history.ts";
import { makeLoggedModels } from "./logged-models.ts";
import { makeManifest } from "./manifest.ts";
import { openOwner } from "./owner.ts";
import { makeRegistry } from "./registry.ts";
import { inRootOf } from "./roots.ts";
import { makeRun } from "./run.ts";
import { makeRuns } from "./runs.ts";
import { makeTrace, makeTraces } from "./traces.ts";
import { makeTree } from "./tree.ts";
import { makeViews } from "./views.ts";

interface Maker {
  /** The path below `data/`; its groups are handed to `make`. */
  readonly path: RegExp;
  readonly make: (site: Site, ...parts: string[]) => Promise<DataFile>;
}

/** A file of one thing, which the first group of its path names by its `fileId`. */
function ofOne(
  path: RegExp,
  make: (context: SiteContext, id: string, part: string, site: Site) => Promise<DataFile>,
): Maker {
  return {
    path,
    make: (site, id = "", part = "") =>
      inRootOf(site, named(id), (context, ownId) => make(context, ownId, part, site)),
  };
}

/** One entry a kind of data file. */
const MAKERS: readonly Maker[] = [
  { path: /^manifest\.json$/, make: async (site) => json(await makeManifest(site)) },
  { path: /^experiments\.json$/, make: async (site) => json(await makeExperiments(site)) },
  { path: /^views\.json$/, make: async (site) => json(await makeViews(site)) },
  { path: /^registry\.json$/, make: async (site) => json(await makeRegistry(site)) },
  { path: /^tree\.json$/, make: async (site) => json(await makeTree(site)) },
  ofOne(/^runs\/([^/.]+)(?:\.(\d+))?\.json$/, async (context, id, chunk, site) =>
    makeRuns(context, id, Number(chunk), await findCopies(site)),
  ),
  ofOne(/^run\/([^/]+)\.json$/, async (context, id, _, site) =>
    json(await makeRun(context, id, await findCopies(site))),
  ),
  ofOne(/^models\/([^/]+)\.json$/, async (context, id) =>
    json(await makeLoggedModels(context, id)),
  ),
  ofOne(/^traces\/([^/]+)\.json$/, async (context, id) => json(await makeTraces(context, id))),
  ofOne(/^trace\/([^/]+)\.json$/, async (context, id) => json(await makeTrace(context, id))),
  ofOne(/^artifacts\/([^/]+)\/([^/]+)\.json$/, async (context, id, folder) =>
    json(await makeArtifacts(context, id, await findFolder(context, id, folder))),
  ),
  ofOne(/^history\/([^/]+)\/([^/]+)\.txt$/, async (context, id, metric) =>
    text(await makeHistoryText(context, id, await findMetric(context, id, metric))),
  ),
  ofOne(/^history\/([^/]+)\/([^/]+)\.mm\.bin$/, async (context, id, metric) =>
    binary(await makePyramid(context, id, await findMetric(context, id, metric))),
  ),
  ofOne(/^history\/([^/]+)\/([^/]+)\.bin$/, async (context, id, metric) =>
    binary(await makeHistory(context, id, await findMetric(context, id, metric))),
  ),
];

/**
 * Makes one data file of the viewer.
 *
 * @param path - below `data/`, such as `runs/0.json`
 * @returns undefined when no data file has such a path
 * @throws MlrunsError RESOURCE_DOES_NOT_EXIST when no root has such an experiment, run or metric
 */
export async function makeDataFile(site: Site, path: string): Promise<DataFile | undefined> {
  for (const { path: pattern, make } of MAKERS) {
    const match = pattern.exec(path);
    if (match !== null) return make(site, ...match.slice(1));
  }
  return undefined;
}

function named(id: string): string {
  const name = fromFileId(id);
  if (name === undefined) throw notFound(`'${id}' stands for no name`);
  return name;
}

async function findMetric(context: SiteContext, runId: string, id: string): Promise<string> {
  const short = fromFileId(id);
  if (short !== undefined) return short;
  const { record } = await chosenFamily(context, runId);
  const key = Object.keys(record.summaries).find((key) => fileId(key) === id);
  if (key === undefined) throw notFound(`Run '${runId}' has no such metric`);
  return key;
}

async function findFolder(context: SiteContext, ownerId: string, id: string): Promise<string> {
  if (id === ROOT_FOLDER_ID) return "";
  const short = fromFileId(id);
  if (short !== undefined) return short;
  const { artifacts } = await openOwner(context, ownerId);
  for await (const { path } of artifacts.list("")) {
    const folders = path.split("/").map((_, depth, parts) => parts.slice(0, depth).join("/"));
    const found = folders.find((folder) => fileId(folder) === id);
    if (found !== undefined) return found;
  }
  throw new MlrunsError("RESOURCE_DOES_NOT_EXIST", `'${ownerId}' has no such artifact folder`);
}
