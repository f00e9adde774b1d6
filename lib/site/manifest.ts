import { DATA_SCHEMA_VERSION, type Manifest } from "../wire/data-files.ts";
import type { SiteContext } from "./context.ts";
import { readTree } from "./tree.ts";

/** `data/manifest.json` */
export async function makeManifest(context: SiteContext): Promise<Manifest> {
  const { experiments, runs, problems } = await readTree(context.client);
  const versions = experiments.map(({ experimentId }) => context.client.runsVersion(experimentId));
  return {
    schemaVersion: DATA_SCHEMA_VERSION,
    version: context.version,
    mode: context.mode,
    readOnly: context.readOnly,
    title: context.title,
    roots: [{ label: context.rootLabel }],
    generation: `${experiments.length}.${runs.length}.${versions.reduce((sum, version) => sum + version, 0)}`,
    readAt: Date.now(),
    rawBase: context.rawBase,
    ...(context.mode === "live" && { apiBase: "ajax-api" }),
    features: {
      events: context.mode === "live",
      registry: false,
      loggedModels: false,
      traces: false,
    },
    problemCount: problems.length,
  };
}
