import type { EntityType } from "../../lib/search/attributes.ts";
import { type Completion, completeAt } from "../../lib/search/viewer/complete.ts";
import type { RunsTable, TextColumn } from "../data/runs-table.ts";
import { formatNumber, plural } from "../format.ts";
import { COMPLETION_TEXTS } from "../texts/completions.ts";
import { textAt } from "./column-data.ts";
import { column } from "./columns.ts";
import { writeKey, writeText } from "./condition.ts";
import { rangeOf } from "./directions.ts";
import { compareNatural } from "./natural.ts";

/** Something that may stand at the cursor. */
export interface Suggestion {
  readonly label: string;
  /** What it is, or how often it is there. */
  readonly hint: string;
  /** Part of the label that was typed, as offsets. */
  readonly match: readonly [start: number, end: number];
  /** The whole text with it, and where the cursor is then. */
  readonly text: string;
  readonly cursor: number;
}

export interface Suggestions {
  /** Offset in the text that the list hangs from. */
  readonly start: number;
  readonly items: readonly Suggestion[];
}

/** More is a list to scroll, not one to choose from. */
const MOST = 20;

interface Option {
  readonly label: string;
  readonly hint: string;
  /** What is written, in place of the typed part. */
  readonly insert: string;
  /** Further offset, when the option replaces more than the typed part. */
  readonly start?: number;
}

/** What may stand at the cursor of the filter box: kinds of keys, keys, comparators, values that were seen. */
export function suggest(table: RunsTable, text: string, cursor: number): Suggestions {
  const place = completeAt("runs", text, cursor);
  const typed = place.prefix.toLowerCase();
  const ranked = optionsFor(table, place)
    .map((option) => ({ option, at: option.label.toLowerCase().indexOf(typed) }))
    .filter(({ at }) => at >= 0)
    // Stable: what begins with the typed part first, else by use.
    .sort((a, b) => Math.sign(a.at) - Math.sign(b.at))
    .slice(0, MOST);
  const items = ranked.map(({ option, at }) => toSuggestion(option, at, place, text));
  const isDone = items.length === 1 && items[0]?.text.trimEnd() === text.trimEnd();
  return { start: place.start, items: isDone ? [] : items };
}

function toSuggestion(option: Option, at: number, place: Completion, text: string): Suggestion {
  const before = text.slice(0, option.start ?? place.start) + option.insert;
  return {
    label: option.label,
    hint: option.hint,
    match: [at, at + place.prefix.length],
    text: before + text.slice(place.end).replace(/^ +/, option.insert.endsWith(" ") ? "" : " "),
    cursor: before.length,
  };
}

function optionsFor(table: RunsTable, place: Completion): Option[] {
  switch (place.expected) {
    case "identifier":
      return identifierOptions(table, place);
    case "key":
      return keyOptions(table, place.entity, place.start);
    case "comparator":
      return place.options.map((word) => ({ label: word, hint: "", insert: `${word} ` }));
    case "conjunction":
      return place.options.map((word) => ({ label: word, hint: "", insert: `${word} ` }));
    case "value":
      return valueOptions(table, place);
  }
}

function identifierOptions(
  table: RunsTable,
  place: Extract<Completion, { options: readonly string[] }>,
): Option[] {
  const known = place.options.filter((word) => word !== "root" || table.root.values.length > 0);
  const words = known.map((word) => ({
    label: word,
    hint: COMPLETION_TEXTS.kinds[word] ?? COMPLETION_TEXTS.attribute,
    insert: word.endsWith(".") ? word : `${word} `,
  }));
  if (place.prefix.length < 2) return words;
  // Whoever types `loss` means metrics.loss.
  const keys = (["metric", "parameter", "tag"] as const).flatMap((entity) =>
    keyOptions(table, entity, 0).map((option) => ({ ...option, start: place.start })),
  );
  return [...words, ...keys];
}

/** Keys by how many runs have them. With `start` 0 they are written with what stands before the dot. */
function keyOptions(table: RunsTable, entity: EntityType, start: number): Option[] {
  const counted = countKeys(table, entity).sort(
    (a, b) => b.count - a.count || compareNatural(a.key, b.key),
  );
  return counted.flatMap(({ key, count, values }) => {
    const written = writeKey(key);
    if (written === null) return [];
    const word = start === 0 ? (WORDS[entity] ?? "") : "";
    return [
      {
        label: word + key,
        hint: values === undefined ? plural(count, "run") : plural(values, "value"),
        insert: `${word}${written} `,
      },
    ];
  });
}

const WORDS: Readonly<Partial<Record<EntityType, string>>> = {
  metric: "metrics.",
  parameter: "params.",
  tag: "tags.",
  dataset: "datasets.",
};

interface CountedKey {
  readonly key: string;
  /** Rows that have it. */
  readonly count: number;
  /** Different values, of texts. */
  readonly values?: number;
}

function countKeys(table: RunsTable, entity: EntityType): CountedKey[] {
  const texts = (columns: ReadonlyMap<string, TextColumn>): CountedKey[] =>
    [...columns].map(([key, { values, codes }]) => ({
      key,
      count: codes.reduce((n, code) => n + (code >= 0 ? 1 : 0), 0),
      values: values.length,
    }));
  switch (entity) {
    case "metric":
      return [...table.metrics].map(([key, metric]) => ({
        key,
        count: metric.count.reduce((n, points) => n + (points > 0 ? 1 : 0), 0),
      }));
    case "parameter":
      return texts(table.params);
    case "tag":
      return texts(table.tags);
    case "dataset":
      return ["name", "digest", "context"].map((key) => ({ key, count: table.length }));
    default:
      return [];
  }
}

type ValuePlace = Extract<Completion, { readonly expected: "value" }>;

function valueOptions(table: RunsTable, place: ValuePlace): Option[] {
  if (place.type === "number") return numberOptions(table, place);
  const counts = new Map<string, number>();
  for (const value of textValues(table, place)) counts.set(value, (counts.get(value) ?? 0) + 1);
  const isPattern = /LIKE$/.test(place.comparator);
  const opening = isList(place) && !place.isList ? "(" : "";
  return [...counts]
    .sort((a, b) => b[1] - a[1] || compareNatural(a[0], b[0]))
    .flatMap(([value, count]) => {
      const written = writeText(isPattern ? `${value}%` : value);
      if (written === null) return [];
      const insert = isList(place) ? `${opening}${written}` : `${written} `;
      return [{ label: value, hint: plural(count, "run"), insert }];
    });
}

function isList({ comparator }: ValuePlace): boolean {
  return comparator === "IN" || comparator === "NOT IN";
}

function* textValues(table: RunsTable, { entity, key }: ValuePlace): Iterable<string> {
  if (entity === "attribute" && key === "status") {
    yield* ["RUNNING", "FINISHED", "FAILED", "KILLED", "SCHEDULED"];
    return;
  }
  if (entity === "attribute" && key === "run_name") {
    yield* table.names;
    return;
  }
  const texts = textColumn(table, entity, key);
  if (texts === undefined) return;
  for (let row = 0; row < table.length; row++) {
    const value = textAt({ type: "text", ...texts, numbers: null }, row);
    if (value === undefined) continue;
    if (entity !== "dataset") yield value;
    else yield* value.split(", ").map((name) => datasetPart(name, key));
  }
}

function textColumn(table: RunsTable, entity: EntityType, key: string): TextColumn | undefined {
  if (entity === "parameter") return table.params.get(key);
  if (entity === "tag") return table.tags.get(key);
  if (entity === "dataset") return table.datasets;
  if (entity !== "attribute") return undefined;
  return { user_id: table.user, experiment: table.experimentName, root: table.root }[key];
}

function datasetPart(text: string, key: string): string {
  const [, name = text, digest = ""] = /^(.*) \(([^()]*)\)$/.exec(text) ?? [];
  return key === "digest" ? digest : name;
}

/** Times are asked for by age; of a metric, its ends. */
function numberOptions(table: RunsTable, { entity, key }: ValuePlace): Option[] {
  if (entity === "attribute") {
    return ["now-1h", "now-1d", "now-7d", "now-30d"].map((label) => ({
      label,
      hint: COMPLETION_TEXTS.ages[label] ?? "",
      insert: `${label} `,
    }));
  }
  const rows = Int32Array.from({ length: table.length }, (_, row) => row);
  const range = rangeOf(table, column("metrics", key), rows);
  if (range === null) return [];
  return [
    { value: range.min, hint: COMPLETION_TEXTS.lowest },
    { value: range.max, hint: COMPLETION_TEXTS.highest },
  ].map(({ value, hint }) => ({ label: formatNumber(value), hint, insert: `${value} ` }));
}
