import { MlrunsError, notFound } from "../errors.ts";
import { fileId, fromFileId, ROOT_FOLDER_ID } from "../wire/data-files.ts";
import { makeArtifacts } from "./artifacts.ts";
import { chosenRun } from "./chosen.ts";
import { binary, type DataFile, json, type SiteContext, text } from "./context.ts";
import { makeExperiments } from "./experiments.ts";
import { makeHistory, makeHistoryText, makePyramid } from "./history.ts";
import { makeLoggedModels } from "./logged-models.ts";
import { makeManifest } from "./manifest.ts";
import { openOwner } from "./owner.ts";
import { makeRegistry } from "./registry.ts";
import { makeRun } from "./run.ts";
import { makeRuns } from "./runs.ts";
import { makeTrace, makeTraces } from "./traces.ts";
import { makeTree } from "./tree.ts";
import { makeViews } from "./views.ts";

interface Maker {
  /** The path below `data/`; its groups are handed to `make`. */
  readonly path: RegExp;
  readonly make: (context: SiteContext, ...parts: string[]) => Promise<DataFile>;
}

/** One entry a kind of data file. The ids in paths are `fileId`s. */
const MAKERS: readonly Maker[] = [
  { path: /^manifest\.json$/, make: async (context) => json(await makeManifest(context)) },
  { path: /^experiments\.json$/, make: async (context) => json(await makeExperiments(context)) },
  { path: /^views\.json$/, make: async (context) => json(await makeViews(context)) },
  { path: /^registry\.json$/, make: async (context) => json(await makeRegistry(context)) },
  { path: /^tree\.json$/, make: async (context) => json(await makeTree(context)) },
  {
    path: /^runs\/([^/.]+)(?:\.(\d+))?\.json$/,
    make: async (context, id = "", chunk = "0") =>
      json(await makeRuns(context, named(id), Number(chunk))),
  },
  {
    path: /^run\/([^/]+)\.json$/,
    make: async (context, id = "") => json(await makeRun(context, named(id))),
  },
  {
    path: /^models\/([^/]+)\.json$/,
    make: async (context, id = "") => json(await makeLoggedModels(context, named(id))),
  },
  {
    path: /^traces\/([^/]+)\.json$/,
    make: async (context, id = "") => json(await makeTraces(context, named(id))),
  },
  {
    path: /^trace\/([^/]+)\.json$/,
    make: async (context, id = "") => json(await makeTrace(context, named(id))),
  },
  {
    path: /^artifacts\/([^/]+)\/([^/]+)\.json$/,
    make: async (context, id = "", folder = "") =>
      json(await makeArtifacts(context, named(id), await findFolder(context, named(id), folder))),
  },
  {
    path: /^history\/([^/]+)\/([^/]+)\.txt$/,
    make: async (context, id = "", metric = "") =>
      text(await makeHistoryText(context, named(id), await findMetric(context, named(id), metric))),
  },
  {
    path: /^history\/([^/]+)\/([^/]+)\.mm\.bin$/,
    make: async (context, id = "", metric = "") =>
      binary(await makePyramid(context, named(id), await findMetric(context, named(id), metric))),
  },
  {
    path: /^history\/([^/]+)\/([^/]+)\.bin$/,
    make: async (context, id = "", metric = "") =>
      binary(await makeHistory(context, named(id), await findMetric(context, named(id), metric))),
  },
];

/**
 * Makes one data file of the viewer.
 *
 * @param path - below `data/`, such as `runs/0.json`
 * @returns undefined when no data file has such a path
 * @throws MlrunsError RESOURCE_DOES_NOT_EXIST when the tree has no such experiment, run or metric
 */
export async function makeDataFile(
  context: SiteContext,
  path: string,
): Promise<DataFile | undefined> {
  for (const { path: pattern, make } of MAKERS) {
    const match = pattern.exec(path);
    if (match !== null) return make(context, ...match.slice(1));
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
  const { summaries } = await chosenRun(context, runId);
  const key = Object.keys(summaries).find((key) => fileId(key) === id);
  if (key === undefined) throw notFound(`Run '${runId}' has no such metric`);
  return key;
}

async function findFolder(context: SiteContext, ownerId: string, id: string): Promise<string> {
  if (id === ROOT_FOLDER_ID) return "";
  const short = fromFileId(id);
  if (short !== undefined) return short;
  const { artifacts } = await openOwner(context.client, ownerId);
  for await (const { path } of artifacts.list("")) {
    const folders = path.split("/").map((_, depth, parts) => parts.slice(0, depth).join("/"));
    const found = folders.find((folder) => fileId(folder) === id);
    if (found !== undefined) return found;
  }
  throw new MlrunsError("RESOURCE_DOES_NOT_EXIST", `'${ownerId}' has no such artifact folder`);
}
