import { DATA_SCHEMA_VERSION, type Manifest } from "../wire/data-files.ts";
import type { SiteContext } from "./context.ts";
import { readTree } from "./tree.ts";

/** `data/manifest.json` */
export async function makeManifest(context: SiteContext): Promise<Manifest> {
  const { client, mode } = context;
  const { experiments, runs, counts, problems } = await readTree(client);
  const versions = experiments.map(({ experimentId }) => client.runsVersion(experimentId));
  return {
    schemaVersion: DATA_SCHEMA_VERSION,
    version: context.version,
    mode,
    readOnly: context.readOnly,
    title: context.title,
    roots: [{ label: context.rootLabel }],
    generation: [experiments.length, runs.length, ...Object.values(counts), ...versions].join("."),
    readAt: Date.now(),
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
