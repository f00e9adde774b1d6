import { type Signal, signal } from "@preact/signals";
import { type ChangeEvent, DATA_SCHEMA_VERSION, type Manifest } from "../../lib/wire/data-files.ts";
import { DATA_PATH } from "../../lib/wire/data-paths.ts";
import { DataError } from "./errors.ts";
import { fetchResponse, parseJson } from "./files.ts";
import { generation } from "./generation.ts";

/** How the page learns of changes. `lost` means that what is shown may be old. */
export type Connection = "starting" | "static" | "events" | "polling" | "lost";

export const connection: Signal<Connection> = signal("starting");
export const manifest: Signal<Manifest | null> = signal(null);
export const manifestError: Signal<DataError | null> = signal(null);

const POLL_VISIBLE_MS = 5_000;
const POLL_HIDDEN_MS = 60_000;
const FIRST_PAGE_MS = 1_000;
/** What is broken is counted again so long after a change: one that goes on need not be told of at once. */
const COUNT_AFTER_MS = 5_000;
/** A hidden page gives its connection back: browsers allow six per host, over all tabs. */
const LET_GO_AFTER_MS = 10_000;

/** `isAskedFor`: by the reader of the page, who waits for it. */
type Listener = (change: ChangeEvent, isAskedFor: boolean) => void;

const listeners = new Set<Listener>();
let source: EventSource | null = null;
let timer: ReturnType<typeof setTimeout> | undefined;

/** Calls back on each change of the tree; `experimentId` and `runId` are null when anything may have changed. */
export function onChange(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Reads the manifest, and follows the tree once the first page has had the time to read what it shows. */
export async function startLive(): Promise<void> {
  await readManifest();
  setTimeout(() => {
    document.addEventListener("visibilitychange", follow);
    follow();
  }, FIRST_PAGE_MS);
}

/** Asks at once whether anything changed: after an edit, when a connection was lost, and for the key `r`. */
export async function refresh(): Promise<void> {
  await readManifest();
  announceAny(manifest.peek()?.generation ?? "", true);
  follow();
}

async function readManifest(): Promise<void> {
  const path = DATA_PATH.manifest;
  try {
    const isFirst = manifest.peek() === null && manifestError.peek() === null;
    const response = await fetchResponse(path, { cache: isFirst ? "default" : "no-cache" });
    const read = parseJson<Manifest>(path, await response.arrayBuffer());
    if (read.schemaVersion > DATA_SCHEMA_VERSION) {
      throw new DataError(
        "newer",
        path,
        `The data was made by mlruns ${read.version}, which is newer than this viewer`,
        { hint: "Reload the page; a static export needs the viewer that came with it." },
      );
    }
    const before = manifest.peek();
    manifest.value = read;
    manifestError.value = null;
    if (connection.peek() === "lost") connection.value = "polling";
    if (before !== null && before.generation !== read.generation) announceAny(read.generation);
  } catch (error) {
    manifestError.value =
      error instanceof DataError ? error : new DataError("unreachable", path, String(error));
    connection.value = "lost";
  }
}

/** Chooses how to follow the tree, from what the server can do and whether the page is seen. */
function follow(): void {
  clearTimeout(timer);
  const now = manifest.peek();
  if (now?.mode === "static") {
    connection.value = "static";
    return;
  }
  if (document.hidden) {
    timer = setTimeout(watchFromAfar, LET_GO_AFTER_MS);
    return;
  }
  if (source === null && now?.features.events === true && connection.peek() !== "lost") {
    listen();
    return;
  }
  if (source === null) poll(POLL_VISIBLE_MS);
}

function watchFromAfar(): void {
  hangUp();
  poll(POLL_HIDDEN_MS);
}

function poll(ms: number): void {
  if (connection.peek() !== "lost") connection.value = "polling";
  timer = setTimeout(async () => {
    await readManifest();
    follow();
  }, ms);
}

function listen(): void {
  const events = new EventSource(`./${DATA_PATH.events}`);
  source = events;
  events.addEventListener("open", () => {
    connection.value = "events";
    // What happened while nobody listened shows in the manifest.
    void readManifest();
  });
  events.addEventListener("message", (message) => {
    announce(JSON.parse(String(message.data)) as ChangeEvent);
    countProblemsSoon();
  });
  events.addEventListener("error", () => {
    hangUp();
    void readManifest().then(() => poll(POLL_VISIBLE_MS));
  });
}

let isCounting = false;

function countProblemsSoon(): void {
  if (isCounting) return;
  isCounting = true;
  setTimeout(() => void countProblems(), COUNT_AFTER_MS);
}

/** Only the count: of the changes themselves the events have told. */
async function countProblems(): Promise<void> {
  isCounting = false;
  const path = DATA_PATH.manifest;
  try {
    const response = await fetchResponse(path, { cache: "no-cache" });
    noteProblemCount(parseJson<Manifest>(path, await response.arrayBuffer()).problemCount);
  } catch {
    // Whether the server is still there, the events tell.
  }
}

/** What a reading of the whole tree counted: a live manifest counts only what was met before. */
export function noteProblemCount(problemCount: number): void {
  const now = manifest.peek();
  if (now !== null && now.problemCount !== problemCount) manifest.value = { ...now, problemCount };
}

function hangUp(): void {
  source?.close();
  source = null;
}

function announceAny(named: string, isAskedFor = false): void {
  announce(
    { kind: "change", experimentId: null, runId: null, what: "run", generation: named },
    isAskedFor,
  );
}

function announce(change: ChangeEvent, isAskedFor = false): void {
  generation.value++;
  for (const listener of listeners) listener(change, isAskedFor);
}
