import {
  attributeNames,
  comparatorsOf,
  ENTITIES,
  type EntityType,
  findAttribute,
  isUsableIn,
  type SearchKind,
} from "../attributes.ts";
import { trimQuotes } from "../identifier.ts";
import { isWord, scan, type ViewerToken } from "./scan.ts";

/** What belongs at the cursor of a search box, and what of the text it replaces. */
export type Completion = CompletionPlace &
  (
    | { readonly expected: "identifier" | "conjunction"; readonly options: readonly string[] }
    /** The key behind the dot; which keys there are, only the data knows. */
    | { readonly expected: "key"; readonly entity: EntityType }
    | (Side & { readonly expected: "comparator"; readonly options: readonly string[] })
    | (Side & {
        readonly expected: "value";
        readonly comparator: string;
        readonly type: "number" | "text";
        /** Whether the cursor is between the parentheses of a list. */
        readonly isList: boolean;
      })
  );

export interface CompletionPlace {
  /** Offsets from 0 of what a chosen option replaces; equal when there is nothing yet. */
  readonly start: number;
  readonly end: number;
  /** What is typed so far, up to the cursor and without quotes. */
  readonly prefix: string;
}

/** The left side of the condition that the cursor is in. */
export interface Side {
  readonly entity: EntityType;
  readonly key: string;
}

/**
 * Tells what is expected at the cursor, however unfinished or wrong the text around it is. Data knows the keys and
 * values; the rest is in `options`.
 *
 * @param cursor - offset from 0
 */
export function completeAt(kind: SearchKind, text: string, cursor: number): Completion {
  const tokens = scan(text);
  const current = tokens.find((token) => token.start < cursor && cursor <= token.end);
  const isTyped = current !== undefined && !isFinished(current, cursor);
  const before = tokens.filter((token) => token.end <= cursor && !(isTyped && token === current));
  const state = before.reduce<State>((at, token) => step(kind, at, token), { expected: "start" });
  const place = isTyped
    ? { start: current.start, end: current.end, prefix: text.slice(current.start, cursor) }
    : { start: cursor, end: cursor, prefix: "" };
  return describe(kind, state, place);
}

type State =
  | { readonly expected: "start" | "conjunction" }
  | { readonly expected: "comparator"; readonly side: Side; readonly words: string }
  | {
      readonly expected: "value";
      readonly side: Side;
      readonly comparator: string;
      readonly isList: boolean;
    };

/** Behind a closed quote or a parenthesis nothing is left to type. */
function isFinished(token: ViewerToken, cursor: number): boolean {
  if (token.type === "open" || token.type === "close" || token.type === "comma") return true;
  return token.type === "text" && token.isClosed && cursor === token.end;
}

function step(kind: SearchKind, state: State, token: ViewerToken): State {
  switch (state.expected) {
    case "start": {
      if (token.type !== "word" || isWord(token, "AND", "OR", "NOT")) {
        return { expected: token.type === "text" ? "conjunction" : "start" };
      }
      const side = readSide(kind, token.text);
      // A bare word may be followed by anything.
      return side === undefined
        ? { expected: "start" }
        : { expected: "comparator", side, words: "" };
    }
    case "comparator":
      return stepComparator(state.side, `${state.words} ${token.text}`.trim().toUpperCase(), token);
    case "value":
      if (token.type === "open") return { ...state, isList: true };
      if (token.type === "comma" || (state.isList && token.type !== "close")) return state;
      return { expected: "conjunction" };
    case "conjunction":
      return isWord(token, "AND", "OR") ? { expected: "start" } : state;
  }
}

function stepComparator(side: Side, words: string, token: ViewerToken): State {
  if (words === "IS NULL" || words === "IS NOT NULL") return { expected: "conjunction" };
  if (["IS", "IS NOT", "NOT"].includes(words)) return { expected: "comparator", side, words };
  if (token.type === "operator" || token.type === "word") {
    return { expected: "value", side, comparator: words, isList: false };
  }
  return { expected: "start" };
}

/** The left side, as far as it is one. */
function readSide(kind: SearchKind, text: string): Side | undefined {
  const dot = text.indexOf(".");
  if (dot < 0) {
    const key = trimQuotes(text, "`");
    return isUsableIn(findAttribute(kind, key), "viewer")
      ? { entity: "attribute", key }
      : undefined;
  }
  const entity = ENTITIES[kind].get(text.slice(0, dot));
  return entity === undefined ? undefined : { entity, key: bare(text.slice(dot + 1)) };
}

function describe(kind: SearchKind, state: State, place: CompletionPlace): Completion {
  switch (state.expected) {
    case "start":
      return describeStart(kind, place);
    case "conjunction":
      return { ...place, expected: "conjunction", options: ["AND", "OR"] };
    case "comparator": {
      const { side, words } = state;
      const { entity, key } = side;
      const fitting = comparatorsOf(kind, entity, typeOf(kind, side)).filter(
        (comparator) => comparator !== "RLIKE",
      );
      const all = [...new Set([...fitting, ...(entity === "dataset" ? [] : NULLS)])];
      const options = all
        .filter((comparator) => words === "" || comparator.startsWith(`${words} `))
        .map((comparator) => comparator.slice(words === "" ? 0 : words.length + 1));
      return { ...place, expected: "comparator", entity, key, options };
    }
    case "value": {
      const { side, comparator, isList } = state;
      const type = typeOf(kind, side);
      return {
        ...place,
        ...side,
        expected: "value",
        comparator,
        type,
        isList,
        prefix: bare(place.prefix),
      };
    }
  }
}

const NULLS = ["IS NULL", "IS NOT NULL"] as const;

function describeStart(kind: SearchKind, place: CompletionPlace): Completion {
  const dot = place.prefix.indexOf(".");
  const entity = dot < 0 ? undefined : ENTITIES[kind].get(place.prefix.slice(0, dot));
  if (entity !== undefined && entity !== "attribute") {
    const prefix = bare(place.prefix.slice(dot + 1));
    return { ...place, start: place.start + dot + 1, prefix, expected: "key", entity };
  }
  const attributes = attributeNames(kind, "viewer").filter(
    (name) => findAttribute(kind, name)?.alias === undefined && /^\w+$/.test(name),
  );
  if (entity === "attribute") {
    const start = place.start + dot + 1;
    const prefix = bare(place.prefix.slice(dot + 1));
    return { ...place, start, prefix, expected: "identifier", options: attributes };
  }
  return { ...place, expected: "identifier", options: [...entityWords(kind), ...attributes] };
}

/** One word an entity, with its dot: the plural where MLflow has one. */
function entityWords(kind: SearchKind): string[] {
  const words = new Map<EntityType, string>();
  for (const [word, entity] of ENTITIES[kind]) {
    const known = words.get(entity);
    if (known === undefined || word === `${known}s` || word === "params" || word === "metadata") {
      words.set(entity, word);
    }
  }
  words.delete("attribute");
  return [...words.values()].map((word) => `${word}.`);
}

function typeOf(kind: SearchKind, { entity, key }: Side): "number" | "text" {
  if (entity === "attribute") return findAttribute(kind, key)?.type ?? "text";
  return entity === "metric" ? "number" : "text";
}

/** Without the quote it starts with, closed or not. */
function bare(text: string): string {
  const quote = /^["'`]/.exec(text)?.[0];
  if (quote === undefined) return text;
  return text.endsWith(quote) && text.length > 1 ? text.slice(1, -1) : text.slice(1);
}
