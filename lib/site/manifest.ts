import { DATA_SCHEMA_VERSION, type Manifest, type RootEntry } from "../wire/data-files.ts";
import type { Site, SiteContext } from "./context.ts";
import { findCopies } from "./copies.ts";
import { askRoots } from "./roots.ts";
import { lastWrite } from "./runs.ts";
import { problemsElsewhere, readTree, type WholeTree } from "./tree.ts";

/** Base of the REST API, relative to the page. */
const API_BASE = "ajax-api";

/** `data/manifest.json`. Live it is the first answer that everything waits for, so it reads no run. */
export async function makeManifest(site: Site): Promise<Manifest> {
  const { mode, roots, unopened } = site;
  const { answers, problems } = await askRoots(site, lookAt);
  const parts = answers.map(({ answer }) => answer);
  const isStatic = mode === "static";
  return {
    schemaVersion: DATA_SCHEMA_VERSION,
    version: site.version,
    mode,
    readOnly: site.readOnly,
    title: site.title,
    roots: [
      ...roots.map((root) => toEntry(root)),
      ...unopened.map(({ label, problem }) => ({ label, key: "", problem })),
    ],
    generation: isStatic ? "static" : parts.map(({ generation }) => generation).join("/"),
    readAt: isStatic ? Math.max(0, ...parts.map(({ changed }) => changed)) : Date.now(),
    rawBase: site.rawBase,
    ...(mode === "live" && { apiBase: API_BASE }),
    features: {
      events: mode === "live",
      registry: parts.some(({ features }) => features.registry),
      loggedModels: parts.some(({ features }) => features.loggedModels),
      traces: parts.some(({ features }) => features.traces),
    },
    problemCount:
      parts.reduce((sum, { problemCount }) => sum + problemCount, 0) +
      problems.length +
      unopened.length +
      (await findCopies(site)).byRunId.size,
  };
}

/** Where the REST API and the pages of one root of several are, relative to those of all. */
export function ownPath({ key, root }: SiteContext): string {
  return root === 0 ? "" : `roots/${key}/`;
}

function toEntry(context: SiteContext): RootEntry {
  const { label, key, mode } = context;
  return { label, key, ...(mode === "live" && { apiBase: ownPath(context) + API_BASE }) };
}

interface Look {
  readonly features: Awaited<ReturnType<SiteContext["client"]["findFeatures"]>>;
  readonly generation: string;
  readonly problemCount: number;
  readonly changed: number;
}

async function lookAt(context: SiteContext): Promise<Look> {
  const { client, mode, scope } = context;
  const features = await client.findFeatures();
  const { experiments, problems } = await client.scanExperiments("ALL");
  const tree = mode === "static" ? await readTree(context) : undefined;
  const ids = experiments.map(({ experimentId }) => experimentId);
  const versions = ids.map((id) => client.runsVersion(id));
  return {
    features: { ...features, registry: features.registry && scope.includesRegistry },
    generation: [experiments.length, ...versions].join("."),
    problemCount: tree
      ? tree.problems.length
      : problems.length + client.countKnownProblems(ids) + problemsElsewhere(client),
    changed: tree ? lastChange(tree) : 0,
  };
}

/** When the newest run was last written to: a static export of an unchanged tree has unchanged bytes. */
function lastChange({ runs }: WholeTree): number {
  return runs.reduce((last, record) => {
    const { startTime, endTime } = record.run.info;
    return Math.max(last, startTime, endTime ?? 0, lastWrite(record) ?? 0);
  }, 0);
}
