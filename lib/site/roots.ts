import { basename, dirname } from "node:path";
import type { MlrunsClient } from "../client/client.ts";
import type { RootsClient, UnopenedRoot } from "../client/roots-client.ts";
import { MlrunsError, type TreeProblem } from "../errors.ts";
import { plainId, rootedId, rootKeyOf } from "../wire/rooted-id.ts";
import type { Site, SiteContext, SiteSettings } from "./context.ts";
import { KeptFiles } from "./kept-files.ts";

/** A tree, or several that are shown as one. */
export type Trees = MlrunsClient | RootsClient;

/** What differs from root to root. */
export interface RootSettings extends Pick<SiteContext, "scope" | "isPublished"> {
  readonly label: string;
}

/** A tree of a site: its client, its short name, and how the site spells its ids. */
type NamedRoot = Pick<SiteContext, "client" | "root" | "key" | "id">;

/**
 * Makes a site of trees.
 *
 * @param of - how a root is shown
 * @param unopenedOf - how one is shown that could not be opened
 */
export function toSite(
  trees: Trees,
  settings: SiteSettings,
  of: (root: NamedRoot) => RootSettings,
  unopenedOf: (root: UnopenedRoot) => Site["unopened"][number],
): Site {
  const kept = settings.kept ?? new KeptFiles();
  const roots = nameRoots(trees).map((root) => ({ ...settings, kept, ...root, ...of(root) }));
  return { ...settings, roots, unopened: unopenedIn(trees).map(unopenedOf) };
}

/**
 * Gives each root a short name, unlike the others: the name of its folder, or of the one around a folder `mlruns`. It stays
 * the same as long as the roots do, so that addresses with it can be kept. A single root needs none.
 */
export function nameRoots(trees: Trees): NamedRoot[] {
  const clients = "clients" in trees ? trees.clients : [trees];
  const isSingle = clients.length + unopenedIn(trees).length === 1;
  const keys = isSingle ? [""] : rootKeys(clients.map(({ root }) => root));
  return clients.map((client, root) => {
    const key = keys[root] ?? "";
    return { client, root, key, id: (id) => rootedId(id, root === 0 ? "" : key) };
  });
}

function unopenedIn(trees: Trees): readonly UnopenedRoot[] {
  return "unopened" in trees ? trees.unopened : [];
}

function rootKeys(roots: readonly string[]): string[] {
  const keys = new Set<string>();
  for (const root of roots) keys.add(keyOf(root, keys));
  return [...keys];
}

function keyOf(root: string, taken: ReadonlySet<string>): string {
  let key = "";
  for (let path = root; path !== dirname(path); path = dirname(path)) {
    const name = basename(path)
      .replace(/[^a-zA-Z0-9-]+/g, "-")
      .replace(/^-+|-+$/g, "");
    if (name === "" || (name === "mlruns" && key === "")) continue;
    key = key === "" ? name : `${name}-${key}`;
    if (!taken.has(key)) return key;
  }
  const stem = key || "mlruns";
  for (let n = 1; ; n++) {
    const numbered = n === 1 ? stem : `${stem}-${n}`;
    if (!taken.has(numbered)) return numbered;
  }
}

/**
 * Makes something of the root that an id belongs to. An id that names no root, as MLflow's clients print them, is the first
 * root's that has it.
 *
 * @param make - is handed the id as the tree has it
 * @throws MlrunsError RESOURCE_DOES_NOT_EXIST when no root has it
 */
export async function inRootOf<Made>(
  { roots }: Site,
  id: string,
  make: (context: SiteContext, id: string) => Promise<Made>,
): Promise<Made> {
  const key = rootKeyOf(id);
  const named = key === "" ? undefined : roots.find((root) => root.key === key);
  if (named !== undefined) return make(named, plainId(id));
  let first: unknown;
  for (const root of roots) {
    try {
      return await make(root, id);
    } catch (error) {
      const isMissing =
        error instanceof MlrunsError && error.errorCode === "RESOURCE_DOES_NOT_EXIST";
      if (!isMissing) throw error;
      first ??= error;
    }
  }
  throw first;
}

/** Asks every root. One that can no longer be read does not hide the others: why is among the problems. */
export async function askRoots<Answer>(
  { roots }: Site,
  ask: (context: SiteContext) => Promise<Answer>,
): Promise<{
  readonly answers: readonly { readonly context: SiteContext; readonly answer: Answer }[];
  readonly problems: readonly (TreeProblem & { readonly root: number })[];
}> {
  const [only] = roots;
  if (roots.length === 1 && only !== undefined) {
    return { answers: [{ context: only, answer: await ask(only) }], problems: [] };
  }
  const settled = await Promise.allSettled(
    roots.map(async (context) => {
      context.client.checkRoot();
      return ask(context);
    }),
  );
  if (settled.every(({ status }) => status === "rejected")) await Promise.all(settled.map(rethrow));
  return {
    answers: settled.flatMap((each, root) => {
      const context = roots[root];
      return each.status === "fulfilled" && context ? [{ context, answer: each.value }] : [];
    }),
    problems: settled.flatMap((each, root) =>
      each.status === "rejected"
        ? [{ root, path: roots[root]?.label ?? "", message: messageOf(each.reason, roots[root]) }]
        : [],
    ),
  };
}

function rethrow(settled: PromiseSettledResult<unknown>): void {
  if (settled.status === "rejected") throw settled.reason;
}

function messageOf(reason: unknown, root: SiteContext | undefined): string {
  const message = reason instanceof Error ? reason.message : String(reason);
  return root === undefined ? message : message.replaceAll(root.client.root, root.label);
}
