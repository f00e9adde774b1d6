import { plainId, rootKeyOf } from "../../lib/wire/rooted-id.ts";
import { manifest } from "../data/live.ts";
import { type Address, formatHash, formatList, parseHash, parseIds, withQuery } from "./url.ts";

/** Short name of the root that a run, an experiment or another thing is of; empty when there is only one root. */
export function rootOf(id: string): string {
  return rootKeyOf(id) || (manifest.value?.roots[0]?.key ?? "");
}

/** Adds the root to names that runs of several roots have. */
export function tellApart<Run extends { readonly runId: string; readonly name: string }>(
  runs: readonly Run[],
): readonly Run[] {
  const rootsOfName = new Map<string, Set<string>>();
  for (const { runId, name } of runs) {
    rootsOfName.set(name, (rootsOfName.get(name) ?? new Set()).add(rootOf(runId)));
  }
  if ([...rootsOfName.values()].every(({ size }) => size === 1)) return runs;
  return runs.map((run) =>
    (rootsOfName.get(run.name)?.size ?? 0) > 1
      ? { ...run, name: `${run.name} (${rootOf(run.runId)})` }
      : run,
  );
}

/** Query keys of an address that hold ids, and those of charts that have runs of their own. */
const ID_KEYS = /^(sel|runs|experiments|base|runs@.*)$/s;

/**
 * An address as it is kept in a root: ids of that root are plain, so that they mean the same when the root is opened by
 * itself; all others name theirs.
 *
 * @param ownKey - of the root that keeps it; empty when there is only one
 */
export function storedHash(hash: string, ownKey: string): string {
  if (ownKey === "") return hash;
  return mapIds(hash, (id) =>
    rootOf(id) === ownKey ? plainId(id) : `${plainId(id)}~${rootOf(id)}`,
  );
}

/** The address that a root keeps, as the page spells it. */
export function readStoredHash(hash: string, ownKey: string): string {
  const first = manifest.value?.roots[0]?.key ?? "";
  if (ownKey === "") return hash;
  return mapIds(hash, (id) => {
    const key = rootKeyOf(id) || ownKey;
    return key === first ? plainId(id) : `${plainId(id)}~${key}`;
  });
}

function mapIds(hash: string, map: (id: string) => string): string {
  const parsed = parseHash(hash);
  const [page, ids = "", runs, runId, ...rest] = parsed.path;
  const path =
    page !== "experiments" || ids === "all"
      ? parsed.path
      : [
          page,
          ids.split(",").map(map).join(","),
          ...(runs === undefined ? [] : [runs]),
          ...(runId === undefined ? [] : [map(runId)]),
          ...rest,
        ];
  const changes = [...parsed.query]
    .filter(([key]) => ID_KEYS.test(key))
    .map(([key, text]) => [key, formatList(parseIds(text).map(map))] as const);
  const changed: Address = withQuery({ path, query: parsed.query }, Object.fromEntries(changes));
  return formatHash(changed);
}
