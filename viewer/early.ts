/**
 * The script that comes first: it asks for the data files that the address needs, draws the first rows when these are runs,
 * and then loads the rest of the viewer. It is a chunk of its own, which the rest shares.
 */

import { DATA_PATH } from "../lib/wire/data-paths.ts";
import { drawFirstTable, hasFirstTable } from "./components/first-table.ts";
import { askAhead, runsAhead } from "./data/ahead.ts";
import { firstExperiments, firstFiles } from "./state/first-files.ts";
import { readStored } from "./state/stored.ts";
import { storedColumns } from "./state/stored-columns.ts";
import { isTheme, putTheme } from "./state/theme.ts";
import { type Address, formatHash, parseHash, withQuery } from "./state/url.ts";

/** Rows that do not come sooner are left to the viewer, ms. */
const PATIENCE_MS = 150;

void start();

async function start(): Promise<void> {
  // What goes wrong here is for the viewer to say, which reads the same again.
  await goAhead().catch(() => undefined);
  await import(/* @vite-ignore */ mainScript());
}

/** Resolves when the first rows stand, or are not to be waited for. */
async function goAhead(): Promise<void> {
  askAhead(firstFiles(location.hash));
  const stored = readStored("theme");
  if (isTheme(stored)) putTheme(stored);
  const place = withStoredColumns(parseHash(location.hash));
  if (!hasFirstTable(place)) return;
  const patience = new Promise((resolve) => setTimeout(resolve, PATIENCE_MS));
  await Promise.race([drawRows(place), patience]);
}

/** Resolves when a frame has shown the rows. */
async function drawRows({ path, query }: Address): Promise<void> {
  const [id = ""] = firstExperiments(path);
  const chunk = await runsAhead(DATA_PATH.runs(id));
  if (chunk === null) return;
  await styled();
  const main = document.querySelector<HTMLElement>(".app-main");
  if (main === null || !drawFirstTable(main, chunk.table, query)) return;
  const { port1, port2 } = new MessageChannel();
  const shown = new Promise((resolve) => {
    port1.onmessage = resolve;
  });
  // A message that is sent in a frame comes after its picture has been made. A hidden page makes none.
  requestAnimationFrame(() => port2.postMessage(null));
  if (!document.hidden) await shown;
}

/** An address without columns gets those that its reader chose, so that the first rows have them. */
function withStoredColumns(place: Address): Address {
  const { path, query } = place;
  const columns = firstExperiments(path).length > 0 ? storedColumns(path[1] ?? "", query) : null;
  if (columns === null) return place;
  const full = withQuery(place, { c: columns.c, o: columns.o });
  history.replaceState(history.state, "", formatHash(full));
  return full;
}

/** Resolves when the page is whole and has its styles: what is measured before is wrong. */
async function styled(): Promise<void> {
  if (document.readyState === "loading") await once(document, "DOMContentLoaded");
  const links = document.querySelectorAll<HTMLLinkElement>("link[rel=stylesheet]");
  await Promise.all([...links].map((link) => (link.sheet === null ? once(link, "load") : null)));
}

function once(target: EventTarget, type: string): Promise<unknown> {
  return new Promise((resolve) => target.addEventListener(type, resolve, { once: true }));
}

/** Named by the page, which has it preloaded. */
function mainScript(): string {
  return document.querySelector<HTMLLinkElement>("link[data-main]")?.href ?? "";
}
