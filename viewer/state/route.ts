import { computed, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import {
  type Address,
  deflateAddress,
  formatHash,
  inflateAddress,
  isDeflated,
  isLong,
  parseHash,
  type Query,
  withQuery,
} from "./url.ts";

/** Where the page is. Changes with the location, whoever changes it: links, Back, or a hash typed by hand. */
export const route: Signal<Address> = signal({ path: [], query: new Map() });

/** Names the history entry, so that Back finds its scroll positions. */
export const historyKey: Signal<string> = signal("");

export const query: ReadonlySignal<Query> = computed(() => route.value.query);

/** Query keys of the address. Each is explained where it is read. */
export type QueryKey =
  | "q" // filter
  | "s" // sort, `-metrics.loss,params.lr`
  | "c" // columns
  | "o" // options of columns: better end, pin, tint, width
  | "d" // 1: only differences
  | "g" // group by
  | "agg" // how groups are summed up
  | "sel" // selected runs
  | "life" // deleted, all
  | "flat" // 1: no tree of nested runs
  | "mode" // charts, images
  | "x" // charts: what the x axis shows
  | "y"
  | "sm" // charts: smoothing
  | `${"x" | "y" | "sm"}@${string}` // the same of one card: `y@loss`
  | `${"card" | "runs"}@${string}` // charts: metrics and runs of one that a reader put together
  | "ch" // charts that are shown
  | "f" // compare: the file that is compared
  | "ax" // axes of parallel coordinates, or x, y and colour of points
  | "base" // compare: baseline
  | "delta" // compare: value, share; both by default
  | "tab"
  | "runs"
  | "experiments";

export interface NavigateOptions {
  /** Typing replaces the history entry; choosing makes a new one. */
  readonly replace?: boolean;
}

let lastKey = 0;

/** Reads the location and follows it from then on. Resolves when the first address is known. */
export function startRouting(): Promise<void> {
  window.addEventListener("popstate", () => void readLocation());
  window.addEventListener("hashchange", () => void readLocation());
  return readLocation();
}

export function navigate(to: Address | string, options: NavigateOptions = {}): void {
  const target = typeof to === "string" ? parseHash(to) : to;
  const hash = formatHash(target);
  const isSame = hash === formatHash(route.peek());
  if (isSame) return;
  const key = options.replace === true ? historyKey.peek() : newKey();
  if (options.replace === true) history.replaceState({ key }, "", hash);
  else history.pushState({ key }, "", hash);
  historyKey.value = key;
  route.value = target;
  if (isLong(hash)) void shorten(target, key);
}

/** Changes keys of the query and leaves the rest of the address as it is. */
export function setQuery(
  changes: Readonly<Partial<Record<QueryKey, string | undefined>>>,
  options?: NavigateOptions,
): void {
  navigate(withQuery(route.peek(), changes), options);
}

async function shorten(target: Address, key: string): Promise<void> {
  const deflated = await deflateAddress(target);
  if (route.peek() === target) history.replaceState({ key }, "", formatHash(deflated));
}

async function readLocation(): Promise<void> {
  const hash = location.hash;
  const parsed = parseHash(hash);
  const read = isDeflated(parsed) ? await inflateAddress(parsed) : parsed;
  if (location.hash !== hash) return;
  historyKey.value = keyOfEntry();
  if (formatHash(read) !== formatHash(route.peek())) route.value = read;
}

/** A link makes an entry without a key. */
function keyOfEntry(): string {
  const known: unknown = history.state?.key;
  if (typeof known === "string") return known;
  const key = newKey();
  history.replaceState({ key }, "");
  return key;
}

function newKey(): string {
  return `${Date.now().toString(36)}.${++lastKey}`;
}
