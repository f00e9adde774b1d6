import { DATA_SCHEMA_VERSION, type Manifest } from "../wire/data-files.ts";
import type { SiteContext } from "./context.ts";
import { lastWrite } from "./runs.ts";
import { problemsMet, readTree, type WholeTree } from "./tree.ts";

/** `data/manifest.json`. Live it is the first answer that everything waits for, so it reads no run. */
export async function makeManifest(context: SiteContext): Promise<Manifest> {
  const { client, mode, scope } = context;
  const features = await client.findFeatures();
  const { experiments, problems } = await client.scanExperiments("ALL");
  const tree = mode === "static" ? await readTree(context) : undefined;
  const versions = experiments.map(({ experimentId }) => client.runsVersion(experimentId));
  return {
    schemaVersion: DATA_SCHEMA_VERSION,
    version: context.version,
    mode,
    readOnly: context.readOnly,
    title: context.title,
    roots: [{ label: context.rootLabel }],
    generation: tree ? "static" : [experiments.length, ...versions].join("."),
    readAt: tree ? lastChange(tree) : Date.now(),
    rawBase: context.rawBase,
    ...(mode === "live" && { apiBase: "ajax-api" }),
    features: {
      ...features,
      events: mode === "live",
      registry: features.registry && scope.includesRegistry,
    },
    problemCount: tree ? tree.problems.length : Math.max(problems.length, problemsMet(client)),
  };
}

/** When the newest run was last written to: a static export of an unchanged tree has unchanged bytes. */
function lastChange({ runs }: WholeTree): number {
  return runs.reduce((last, record) => {
    const { startTime, endTime } = record.run.info;
    return Math.max(last, startTime, endTime ?? 0, lastWrite(record) ?? 0);
  }, 0);
}
