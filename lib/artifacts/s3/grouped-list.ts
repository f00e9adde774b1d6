import pMap from "p-map";
import type { StoredObject } from "../object-store.ts";
import type { ListPage } from "./lean-list.ts";

/** Listings under way at a time. */
const AT_ONCE = 6;
/** Folders in one another, each alone in the one above, that are looked into for some that are beside one another. */
const DEEPEST = 4;

/** How a store is asked for its objects. */
export interface Asker {
  /** A page of all objects whose keys begin with a prefix. */
  page(prefix: string, token: string | undefined): Promise<ListPage>;
  /** Keys, and folders with a `/` at the end, right below a prefix; undefined when they are more than a page, or not told. */
  children(prefix: string): Promise<readonly string[] | undefined>;
}

/**
 * Every object whose key begins with a prefix, in no order. A store makes one page of a listing after the other: where there
 * are several, what begins with one letter is asked for beside what begins with another.
 */
export async function listInGroups(asker: Asker, prefix: string): Promise<StoredObject[]> {
  const first = await asker.page(prefix, undefined);
  if (first.next === undefined) return [...first.objects];
  const groups = await findGroups(asker, prefix);
  if (groups === undefined) return listOn(asker, prefix, first);
  const found = await pMap(
    groups,
    async (group) => listOn(asker, group, await asker.page(group, undefined)),
    { concurrency: AT_ONCE },
  );
  return found.flat();
}

async function listOn(asker: Asker, prefix: string, first: ListPage): Promise<StoredObject[]> {
  const all = [...first.objects];
  for (let { next } = first; next !== undefined; ) {
    const page = await asker.page(prefix, next);
    for (const object of page.objects) all.push(object);
    next = page.next;
  }
  return all;
}

/** Prefixes that share no object and have all of them; undefined when there are no two. */
async function findGroups(asker: Asker, prefix: string): Promise<readonly string[] | undefined> {
  let names = await asker.children(prefix);
  for (let depth = 1; depth < DEEPEST && names?.length === 1; depth++) {
    const [only = ""] = names;
    if (!only.endsWith("/") || only === prefix) return undefined;
    names = await asker.children(only);
  }
  return names && groupsOf(names);
}

/** @returns the names up to the first letter in which they differ; undefined for one that ends before */
export function groupsOf(names: readonly string[]): readonly string[] | undefined {
  if (names.length < 2) return undefined;
  const letters = names.map((name) => [...name]);
  const [one = []] = letters;
  let shared = 0;
  while (shared < one.length && letters.every((each) => each[shared] === one[shared])) shared++;
  if (letters.some((each) => each.length <= shared)) return undefined;
  return [...new Set(letters.map((each) => each.slice(0, shared + 1).join("")))];
}
