import { formatList, parseList } from "../state/url.ts";
import type { Column } from "./columns.ts";
import { type Direction, usualDirection } from "./directions.ts";

/** What a reader set for a column. Travels in the URL as `o=metrics.loss~lower~w120`. */
export interface ColumnOptions {
  /** `none`: neither end is better, whatever the name says. */
  readonly direction?: Direction | "none";
  readonly isPinned?: boolean;
  /** Cells are tinted by their value. */
  readonly hasTint?: boolean;
  /** Pixels. */
  readonly width?: number;
}

export type OptionsById = ReadonlyMap<string, ColumnOptions>;

const SEPARATOR = "~";

export function parseOptions(text: string | undefined): OptionsById {
  const options = new Map<string, ColumnOptions>();
  for (const item of parseList(text)) {
    const [id = "", ...flags] = splitFlags(item);
    options.set(id, Object.assign({}, ...flags.map(parseFlag)));
  }
  return options;
}

export function formatOptions(options: OptionsById): string {
  const items = [...options].flatMap(([id, option]) => {
    const flags = [
      option.direction,
      option.isPinned && "pin",
      option.hasTint && "tint",
      option.width !== undefined && `w${option.width}`,
    ].filter((flag) => typeof flag === "string");
    return flags.length === 0 ? [] : [[id, ...flags].join(SEPARATOR)];
  });
  return formatList(items);
}

/** Sets options of one column; undefined takes an option away. */
export function withOptions(
  options: OptionsById,
  column: Column,
  change: { readonly [Name in keyof ColumnOptions]?: ColumnOptions[Name] | undefined },
): OptionsById {
  return new Map(options).set(column.id, { ...options.get(column.id), ...change } as ColumnOptions);
}

/** The better end of a column: as the reader set it, else as its name has it. */
export function directionOf(column: Column, options: OptionsById): Direction | undefined {
  const { direction } = options.get(column.id) ?? {};
  if (direction === "none") return undefined;
  return direction ?? usualDirection(column);
}

/** Flags stand at the end; a key may hold the separator too. */
function splitFlags(item: string): string[] {
  const parts = item.split(SEPARATOR);
  const flags: string[] = [];
  while (parts.length > 1 && parseFlag(parts.at(-1) ?? "") !== null)
    flags.unshift(parts.pop() ?? "");
  return [parts.join(SEPARATOR), ...flags];
}

function parseFlag(flag: string): ColumnOptions | null {
  if (flag === "higher" || flag === "lower" || flag === "none") return { direction: flag };
  if (flag === "pin") return { isPinned: true };
  if (flag === "tint") return { hasTint: true };
  const width = /^w(\d{2,4})$/.exec(flag)?.[1];
  return width === undefined ? null : { width: Number(width) };
}
