import { closeSync, fstatSync, openSync, readSync, statSync, writeSync } from "node:fs";
import { join } from "node:path";
import { SPANS_FILE, type Span } from "../entities/trace.ts";
import { printSpans } from "../format/spans.ts";

import type { Store } from "./store.ts";
import { artifactPlaceOfTrace, findTrace } from "./trace-place.ts";

const BEGIN = '{"spans": [';
const END = "]}";

/** Tells a file of spans from what it was before: size, time and inode. Undefined when the spans are not in a folder. */
export function stampOfSpans(store: Store, traceId: string): string | undefined {
  const file = spansFile(store, traceId);
  const stat = file === undefined ? undefined : statSync(file, { throwIfNoEntry: false });
  return stat && stampOf(stat);
}

/**
 * Adds spans at the end of a trace's file, which stays whole: the end of the list is replaced by one write, as a process
 * that is killed either does or does not. What was in the file is not read.
 *
 * @param stamp - of the file as it was when its spans were last seen
 * @returns the stamp that it has now; undefined when it is another file, and then nothing is written
 */
export function appendSpans(
  store: Store,
  traceId: string,
  spans: readonly Span[],
  stamp: string,
): string | undefined {
  const file = spansFile(store, traceId);
  if (file === undefined || statSync(file, { throwIfNoEntry: false }) === undefined)
    return undefined;
  const fd = openSync(file, "r+");
  try {
    const stat = fstatSync(fd);
    const tail = Buffer.alloc(BEGIN.length + END.length);
    const read = readSync(fd, tail, 0, tail.length, Math.max(0, stat.size - tail.length));
    const last = tail.toString("utf8", 0, read);
    if (stampOf(stat) !== stamp || !last.endsWith(END)) return undefined;
    const separator = last === BEGIN + END ? "" : ", ";
    const added = printSpans(spans).slice(BEGIN.length);
    writeSync(fd, separator + added, stat.size - END.length);
    return stampOf(fstatSync(fd));
  } finally {
    closeSync(fd);
  }
}

function spansFile(store: Store, traceId: string): string | undefined {
  const place = artifactPlaceOfTrace(store, findTrace(store, traceId));
  return place.kind === "folder" ? join(place.folder, SPANS_FILE) : undefined;
}

function stampOf({ size, mtimeMs, ino }: { size: number; mtimeMs: number; ino: number }): string {
  return `${size} ${mtimeMs} ${ino}`;
}
