import {
  type AttributeUse,
  attributeNames,
  DATASET_FIELDS,
  ENTITIES,
  type EntityType,
  findAttribute,
  isUsableIn,
  type SearchKind,
} from "./attributes.ts";
import { mistake, type Piece } from "./problem.ts";
import { reprSet } from "./python/repr.ts";

export interface Identifier {
  readonly entity: EntityType;
  readonly key: string;
}

/**
 * Reads `entity.key` or a bare attribute, split at the first dot. The key may be in quotes of any kind.
 *
 * @throws MlrunsError INVALID_PARAMETER_VALUE for an unknown entity or attribute
 * @see MLflow 3.17 `_get_identifier` of `SearchUtils`, `SearchExperimentsUtils`, `SearchModelUtils`
 */
export function readIdentifier(
  kind: SearchKind,
  text: string,
  place: Piece,
  use: AttributeUse,
): Identifier {
  const dot = text.indexOf(".");
  const entity = dot < 0 ? "attribute" : readEntity(kind, text.slice(0, dot), place);
  const written = text.slice(dot + 1);
  // The registry looks the attribute up before it takes the quotes off.
  const quoted = use !== "order" && (kind === "registered_models" || kind === "model_versions");
  const key = unquote(written);
  if (entity === "attribute") checkAttribute(kind, quoted ? written : key, place, use);
  if (entity === "dataset" && !DATASET_FIELDS.some((field) => field === key)) {
    const message = `Invalid dataset key '${key}' specified. Valid keys are '${reprSet(DATASET_FIELDS)}'`;
    throw mistake(message, place, `Datasets are searched by ${DATASET_FIELDS.join(", ")}.`);
  }
  return { entity, key };
}

function readEntity(kind: SearchKind, written: string, place: Piece): EntityType {
  const entities = ENTITIES[kind];
  const word = isRegistry(kind) ? written : trimQuotes(written, "`");
  const entity = entities.get(word);
  if (entity !== undefined) return entity;
  throw mistake(
    `Invalid entity type '${word}'. ${validEntities(kind)}`,
    { start: place.start, end: place.start + written.length },
    entityHint(kind, word),
  );
}

function validEntities(kind: SearchKind): string {
  if (isRegistry(kind)) return "Valid entity types are ('attribute', 'tag', 'tags')";
  if (kind === "traces") return `Valid values are ${reprSet(ENTITIES[kind].keys())}`;
  return "Valid values are ['metric', 'parameter', 'tag', 'attribute', 'dataset']";
}

function entityHint(kind: SearchKind, word: string): string {
  const lower = word.toLowerCase();
  const close = [...ENTITIES[kind].keys()].find((name) => name === lower || `${lower}s` === name);
  if (close !== undefined) return `Write ${close}, in lower case.`;
  return `Before the dot stands one of ${[...ENTITIES[kind].keys()].join(", ")}.`;
}

function checkAttribute(kind: SearchKind, name: string, place: Piece, use: AttributeUse): void {
  if (isUsableIn(findAttribute(kind, name), use)) return;
  const valid = reprSet(attributeNames(kind, use));
  const message = `Invalid attribute key '${name}' specified. Valid keys are '${valid}'`;
  throw mistake(message, place, attributeHint(kind, name, use));
}

function attributeHint(kind: SearchKind, name: string, use: AttributeUse): string {
  const names = attributeNames(kind, use).filter((known) => !findAttribute(kind, known)?.alias);
  const attributes = `Attributes are ${names.join(", ")}.`;
  if (!/^\w+$/.test(name)) return attributes;
  const hasMetrics = kind === "runs" || kind === "logged_models";
  return hasMetrics
    ? `${attributes} All else needs its kind: metrics.${name}, params.${name} or tags.${name}.`
    : `${attributes} Tags need their kind: tags.${name}.`;
}

/** Kinds whose identifiers have attributes and tags only. */
function isRegistry(kind: SearchKind): boolean {
  return kind === "experiments" || kind === "registered_models" || kind === "model_versions";
}

/** Single or double quotes first, then backticks: both come off when one is inside the other. */
function unquote(key: string): string {
  const stripped = trimQuotes(key, "'");
  return trimQuotes(stripped === key ? trimQuotes(key, '"') : stripped, "`");
}

export function trimQuotes(text: string, quote: string): string {
  const isQuoted = text.length >= 2 && text.startsWith(quote) && text.endsWith(quote);
  return isQuoted ? text.slice(1, -1) : text;
}
