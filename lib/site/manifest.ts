import type { RunRecord } from "../client/client.ts";
import { DATA_SCHEMA_VERSION, type Manifest } from "../wire/data-files.ts";
import type { SiteContext } from "./context.ts";
import { lastWrite } from "./runs.ts";
import { readTree } from "./tree.ts";

/** `data/manifest.json` */
export async function makeManifest(context: SiteContext): Promise<Manifest> {
  const { client, mode } = context;
  const { experiments, runs, counts, problems } = await readTree(context);
  const versions = experiments.map(({ experimentId }) => client.runsVersion(experimentId));
  return {
    schemaVersion: DATA_SCHEMA_VERSION,
    version: context.version,
    mode,
    readOnly: context.readOnly,
    title: context.title,
    roots: [{ label: context.rootLabel }],
    generation:
      mode === "live"
        ? [experiments.length, runs.length, ...Object.values(counts), ...versions].join(".")
        : "static",
    readAt: mode === "live" ? Date.now() : lastChange(runs),
    rawBase: context.rawBase,
    ...(mode === "live" && { apiBase: "ajax-api" }),
    features: {
      events: mode === "live",
      registry: counts.registeredModels > 0,
      loggedModels: counts.loggedModels > 0,
      traces: counts.traces > 0,
    },
    problemCount: problems.length,
  };
}

/** When the newest run was last written to: a static export of an unchanged tree has unchanged bytes. */
function lastChange(runs: readonly RunRecord[]): number {
  return runs.reduce((last, record) => {
    const { startTime, endTime } = record.run.info;
    return Math.max(last, startTime, endTime ?? 0, lastWrite(record) ?? 0);
  }, 0);
}
