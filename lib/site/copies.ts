import type { Site, SiteContext } from "./context.ts";
import { askRoots } from "./roots.ts";

/** Runs whose id several roots have: copies of one run, or of one that has gone on in two places. */
export interface Copies {
  /** Run ids as their trees have them, with the roots. */
  readonly byRunId: ReadonlyMap<string, readonly SiteContext[]>;
  /** The other roots that have a run. */
  readonly of: (context: SiteContext, runId: string) => readonly SiteContext[];
}

/** The names of the runs may have been listed so long ago, ms: a copy is no news. */
const MAX_AGE_MS = 2_000;

const listed = new WeakMap<Site, { readonly at: number; readonly copies: Promise<Copies> }>();

/** Compares the names of all runs of several roots; nothing else of a run is read. As long as they do not change, the answer is the same object. */
export function findCopies(site: Site): Promise<Copies> {
  const known = listed.get(site);
  if (known !== undefined && Date.now() - known.at < MAX_AGE_MS) return known.copies;
  const copies = lookForCopies(site).then(async (found) => {
    const before = await known?.copies.catch(() => undefined);
    return before !== undefined && isSame(before, found) ? before : found;
  });
  listed.set(site, { at: Date.now(), copies });
  return copies;
}

function isSame({ byRunId: before }: Copies, { byRunId: now }: Copies): boolean {
  return (
    before.size === now.size &&
    [...now].every(([runId, having]) => {
      const others = before.get(runId);
      return others?.length === having.length && having.every((root, i) => root === others[i]);
    })
  );
}

async function lookForCopies(site: Site): Promise<Copies> {
  const byRunId: Copies["byRunId"] =
    site.roots.length > 1 ? await findInSeveral(site) : new Map<string, SiteContext[]>();
  return {
    byRunId,
    of: (context, runId) => (byRunId.get(runId) ?? []).filter((other) => other !== context),
  };
}

async function findInSeveral(site: Site): Promise<ReadonlyMap<string, readonly SiteContext[]>> {
  const { answers } = await askRoots(site, listRunIds);
  const roots = new Map<string, SiteContext[]>();
  for (const { context, answer } of answers) {
    for (const runId of answer) {
      const known = roots.get(runId);
      if (known === undefined) roots.set(runId, [context]);
      else known.push(context);
    }
  }
  return new Map([...roots].filter(([, having]) => having.length > 1));
}

async function listRunIds({ client, scope }: SiteContext): Promise<readonly string[]> {
  const { experiments } = await client.scanExperiments("ALL");
  const ids = experiments.map(({ experimentId }) => experimentId).filter(scope.includes);
  const { runIds } = scope;
  const names = ids.flatMap((id) => client.listRunFolders(id));
  return runIds === undefined ? names : names.filter((name) => runIds.has(name));
}
