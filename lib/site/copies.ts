import type { RunRecord } from "../client/client.ts";
import type { TreeProblem } from "../errors.ts";
import type { Site, SiteContext } from "./context.ts";
import { askRoots } from "./roots.ts";

/** Runs whose id several roots have: copies of one run, or of one that has gone on in two places. */
export interface Copies {
  /** Run ids as their trees have them, with the roots. */
  readonly byRunId: ReadonlyMap<string, readonly SiteContext[]>;
  /** The other roots that have a run. */
  readonly of: (context: SiteContext, runId: string) => readonly SiteContext[];
  /** What there is to say of the runs of an experiment. */
  readonly problems: (
    context: SiteContext,
    experimentId: string,
    records: readonly RunRecord[],
  ) => readonly TreeProblem[];
}

/** The names of the runs may have been listed so long ago, ms: a copy is no news. */
const MAX_AGE_MS = 2_000;

const listed = new WeakMap<Site, { readonly at: number; readonly copies: Promise<Copies> }>();

/** Compares the names of all runs of several roots; nothing else of a run is read. */
export function findCopies(site: Site): Promise<Copies> {
  const known = listed.get(site);
  if (known !== undefined && Date.now() - known.at < MAX_AGE_MS) return known.copies;
  const copies = lookForCopies(site);
  listed.set(site, { at: Date.now(), copies });
  return copies;
}

async function lookForCopies(site: Site): Promise<Copies> {
  const byRunId = site.roots.length > 1 ? await findInSeveral(site) : new Map();
  const others: Copies["of"] = (context, runId) =>
    (byRunId.get(runId) ?? []).filter((other: SiteContext) => other !== context);
  return {
    byRunId,
    of: others,
    problems: (context, experimentId, records) =>
      byRunId.size === 0
        ? []
        : records.flatMap(({ run: { info } }) => {
            const where = others(context, info.runId).map(({ key }) => key);
            if (where.length === 0) return [];
            const path = `${experimentId}/${info.runId}`;
            return { path, message: `A run of this id is in ${where.join(" and in ")}, too` };
          }),
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
