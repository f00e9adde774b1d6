/** The contract's client: one function a data file; histories are in `histories.ts`. Nothing else in the viewer knows where data comes from. */

import type {
  ArtifactsFile,
  ExperimentsFile,
  LoggedModelsFile,
  Manifest,
  RegistryFile,
  RunFile,
  RunsFile,
  TreeFile,
  ViewsFile,
} from "../../lib/wire/data-files.ts";
import { DATA_PATH, rawPath } from "../../lib/wire/data-paths.ts";
import type { TraceFile, TracesFile } from "../../lib/wire/trace-files.ts";
import { takeDecoded, WORKER_ABOVE_BYTES } from "./ahead.ts";
import { embeddedUrl, isEmbedded } from "./embedded.ts";
import { parseJson, type ReadOptions, readFile, readJson } from "./files.ts";
import { joinTables } from "./join-tables.ts";
import { decodeChunk, type RunsChunk, type RunsTable } from "./runs-table.ts";
import { parseInWorker } from "./worker.ts";

export function getExperiments(options?: ReadOptions): Promise<ExperimentsFile> {
  return readJson(DATA_PATH.experiments, options);
}

export function getRun(runId: string, options?: ReadOptions): Promise<RunFile> {
  return readJson(DATA_PATH.run(runId), options);
}

/** @param ownerId - a run id or a logged model id; `folder` is empty for the root */
export function getArtifacts(
  ownerId: string,
  folder: string,
  options?: ReadOptions,
): Promise<ArtifactsFile> {
  return readJson(DATA_PATH.artifacts(ownerId, folder), options);
}

export function getRegistry(options?: ReadOptions): Promise<RegistryFile> {
  return readJson(DATA_PATH.registry, options);
}

export function getLoggedModels(
  experimentId: string,
  options?: ReadOptions,
): Promise<LoggedModelsFile> {
  return readJson(DATA_PATH.loggedModels(experimentId), options);
}

export function getTraces(experimentId: string, options?: ReadOptions): Promise<TracesFile> {
  return readJson(DATA_PATH.traces(experimentId), options);
}

export function getTrace(traceId: string, options?: ReadOptions): Promise<TraceFile> {
  return readJson(DATA_PATH.trace(traceId), options);
}

export function getTree(options?: ReadOptions): Promise<TreeFile> {
  return readJson(DATA_PATH.tree, options);
}

export function getViews(options?: ReadOptions): Promise<ViewsFile> {
  return readJson(DATA_PATH.views, options);
}

/** URL of an artifact's bytes, for `fetch`, `<img>`, `<iframe>` and links. */
export function artifactUrl(manifest: Manifest, ownerId: string, path: string): string {
  const raw = rawPath(manifest.rawBase, ownerId, path);
  return isEmbedded() ? embeddedUrl(raw) : `./${raw}`;
}

/** Rows are shown again when there are so many times as many: to put them together takes a while each time. */
const GROWTH = 8;

/**
 * Reads the runs of experiments into one table, newest first within each.
 *
 * @param onPart - called with what is there so far: when the first files are, and then when there is much more
 */
export async function getRuns(
  experimentIds: readonly string[],
  options: ReadOptions & { readonly onPart?: (table: RunsTable) => void } = {},
): Promise<RunsTable> {
  const parts: RunsTable[][] = experimentIds.map(() => []);
  let told = 0;
  const readAll = experimentIds.map(async (experimentId, i) => {
    let path: string | null = DATA_PATH.runs(experimentId);
    while (path !== null) {
      let chunk: RunsChunk = await getRunsChunk(path, options);
      if (chunk.isFirstGlance) {
        parts[i] = [chunk.table];
        options.onPart?.(joinTables(parts.flat()));
        chunk = await getRunsChunk(path, { ...options, isAnew: true });
        parts[i] = [];
      }
      parts[i]?.push(chunk.table);
      path = chunk.next;
      if (path === null) break;
      const rows = parts.flat().reduce((sum, { length }) => sum + length, 0);
      if (rows < told * GROWTH) continue;
      told = rows;
      options.onPart?.(joinTables(parts.flat()));
      await drawn();
    }
  });
  await Promise.all(readAll);
  return joinTables(parts.flat());
}

/** After the next picture: what is read next need not keep it waiting. A hidden page makes none. */
function drawn(): Promise<void> {
  return new Promise((resolve) => {
    if (document.hidden) resolve();
    else requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(resolve)));
  });
}

function getRunsChunk(path: string, options: ReadOptions): Promise<RunsChunk> {
  const decode = (bytes: ArrayBuffer): RunsChunk | Promise<RunsChunk> => {
    if (bytes.byteLength > WORKER_ABOVE_BYTES) return parseInWorker({ kind: "runs", bytes });
    return takeDecoded(path) ?? decodeChunk(parseJson<RunsFile>(path, bytes));
  };
  return readFile(path, decode, options);
}
