import type { Metric } from "../../entities/metric.ts";
import type { ReadonlyDictionary } from "../../entities/record.ts";
import { keyFile } from "../../tree/layout.ts";
import { readTextIfThere } from "../../tree/read.ts";
import { replaceValue } from "../../tree/write.ts";
import type { Store } from "../store.ts";
import { digest } from "./imported.ts";
import { accepting, eachValue, type Refused, valueFile } from "./values.ts";

/**
 * Brings a run or logged model that was imported before up to date. What was added at the source is added, and what was
 * changed there is changed, unless it was changed here as well: then it stays as it is here, and is told. Nothing is removed.
 */
export interface CatchUp {
  readonly store: Store;
  readonly folder: string;
  /** Is told of keys that a tree cannot hold. */
  readonly refused: Refused;
  /** Is told of what differs and was changed on both sides. */
  readonly differs: (what: string) => void;
}

/** Adds params. They never change. @returns whether anything was written */
export function addParams(
  { folder, refused, differs }: CatchUp,
  params: string,
  entries: ReadonlyDictionary<string>,
): boolean {
  let isChanged = false;
  eachValue(params, entries, refused, (file, value, key) => {
    const ours = readTextIfThere(file);
    if (ours === value) return;
    if (ours !== undefined) return differs(`params/${key}`);
    replaceValue(folder, file, value);
    isChanged = true;
  });
  return isChanged;
}

/**
 * Adds and changes tags.
 *
 * @param before - digests of the tags at the last import; undefined when nobody knows
 * @returns whether anything was written
 */
export function changeTags(
  { folder, refused, differs }: CatchUp,
  tags: string,
  entries: ReadonlyDictionary<string>,
  before: ReadonlyDictionary<string> | undefined,
): boolean {
  let isChanged = false;
  eachValue(tags, entries, refused, (file, value, key) => {
    const ours = readTextIfThere(file);
    const known = before?.[key];
    if (ours === value || known === digest(value)) return;
    if (ours === undefined ? known !== undefined : known !== digest(ours)) {
      return differs(`tags/${key}`);
    }
    replaceValue(folder, file, value);
    isChanged = true;
  });
  return isChanged;
}

/** The fields of a meta file as they are to be: each one as at the source, unless it was changed here since. */
export function changeFields<Fields extends object>(
  { differs }: Pick<CatchUp, "differs">,
  ours: Fields,
  theirs: Fields,
  before: Readonly<Record<string, unknown>> | undefined,
): Fields {
  const changed: Partial<Fields> = {};
  for (const key of Object.keys(theirs) as (keyof Fields & string)[]) {
    const known = before?.[key];
    if (ours[key] === theirs[key] || known === theirs[key]) continue;
    if (before !== undefined && known !== ours[key]) differs(key);
    else changed[key] = theirs[key];
  }
  return { ...ours, ...changed };
}

/**
 * Appends the points that a history lacks; a point that was logged twice is there twice.
 *
 * @param metrics - folder of the histories
 * @param read - the points of a metric here
 * @returns how many
 */
export async function appendMissing(
  { store, folder, refused }: CatchUp,
  metrics: string,
  portions: AsyncIterable<readonly Metric[]>,
  read: (key: string) => readonly Metric[],
  print: (point: Metric) => string,
): Promise<number> {
  const known = new Map<string, Map<string, number> | undefined>();
  let added = 0;
  try {
    for await (const points of portions) {
      const texts = new Map<string, string>();
      for (const point of points) {
        const { key } = point;
        if (!known.has(key)) known.set(key, countLines(metrics, key, refused, read, print));
        const lines = known.get(key);
        if (lines === undefined) continue;
        const line = print(point);
        const count = lines.get(line) ?? 0;
        if (count > 0) lines.set(line, count - 1);
        else texts.set(key, (texts.get(key) ?? "") + line);
        added += count > 0 ? 0 : 1;
      }
      for (const [key, text] of texts) {
        const file = store.appender.open(folder, key, keyFile(metrics, key));
        store.appender.append(file, text);
      }
    }
  } finally {
    store.appender.close(folder);
  }
  return added;
}

/** How often each line is in a history; undefined for a key that is refused. */
function countLines(
  metrics: string,
  key: string,
  refused: Refused,
  read: (key: string) => readonly Metric[],
  print: (point: Metric) => string,
): Map<string, number> | undefined {
  let lines: Map<string, number> | undefined;
  accepting(key, refused, () => {
    valueFile(metrics, key);
    lines = new Map();
    for (const point of read(key)) {
      const line = print(point);
      lines.set(line, (lines.get(line) ?? 0) + 1);
    }
  });
  return lines;
}
