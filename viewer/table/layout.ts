import type { RunsTable } from "../data/runs-table.ts";
import { columnData } from "./column-data.ts";
import type { OptionsById } from "./column-options.ts";
import { type Column, type Heading, headingOf } from "./columns.ts";

/** A column at its place. */
export interface PlacedColumn {
  readonly column: Column;
  readonly heading: Heading;
  /** Pixels from the start of the scrolling part, or of the pinned one. */
  readonly left: number;
  readonly width: number;
  /** Numbers stand at the right, words at the left. */
  readonly isNumeric: boolean;
  /** Columns of the same group that are folded away behind this one. */
  readonly hidden: number;
  /** A hairline stands before the first column of a group. */
  readonly startsGroup: boolean;
}

export interface TableLayout {
  /** Stay at the left, after the name. */
  readonly pinned: readonly PlacedColumn[];
  readonly scrolling: readonly PlacedColumn[];
  readonly nameWidth: number;
  /** Of everything that stays at the left. */
  readonly pinnedWidth: number;
  readonly totalWidth: number;
}

export const SELECT_WIDTH = 40;
export const NARROWEST = 48;
export const WIDEST = 640;

const NAME_WIDTH = { least: 208, most: 420 };
/** Groups by several keys have long names. */
const LEAST_GROUP_NAME = 272;
const NARROW_SCREEN = 900;
const NARROW_NAME = 168;

/** Room for the last column, so that it does not touch the edge. */
const END = 16;

/**
 * Puts columns beside one another. The name takes the room that is left over, within reason.
 *
 * @param available - pixels of the table on the screen
 * @param isGrouped - metrics are shown as mean ± deviation
 * @param folded - groups of columns of which only the first is shown
 */
export function layOut(
  table: RunsTable,
  columns: readonly Column[],
  options: OptionsById,
  prefixes: ReadonlySet<string>,
  available: number,
  isGrouped: boolean,
  folded: ReadonlySet<string>,
): TableLayout {
  const isPinned = (column: Column): boolean => options.get(column.id)?.isPinned === true;
  const place = (some: readonly Column[]): PlacedColumn[] => {
    const placed: PlacedColumn[] = [];
    let left = 0;
    // Attributes go on from the name: no line between.
    let before = "Attributes ";
    for (const column of some) {
      const heading = headingOf(column, prefixes);
      const group = groupOf(heading);
      const last = placed.at(-1);
      if (group === before && last !== undefined && folded.has(group)) {
        placed[placed.length - 1] = { ...last, hidden: last.hidden + 1 };
        continue;
      }
      const width = columnWidth(table, column, heading, options, isGrouped);
      const isNumeric = standsRight(table, column);
      const startsGroup = group !== before;
      placed.push({ column, heading, left, width, isNumeric, hidden: 0, startsGroup });
      left += width;
      before = group;
    }
    return placed;
  };
  const widthOf = (placed: readonly PlacedColumn[]): number =>
    placed.reduce((sum, { width }) => sum + width, 0);

  const scrolling = place(columns.filter((column) => !isPinned(column)));
  const pinnedAt = place(columns.filter(isPinned));
  const others = SELECT_WIDTH + widthOf(pinnedAt) + widthOf(scrolling) + END;
  const nameWidth = options.get("attributes.name")?.width ?? nameRoom(available, others, isGrouped);
  const pinnedWidth = SELECT_WIDTH + nameWidth + widthOf(pinnedAt);
  return {
    pinned: pinnedAt,
    scrolling,
    nameWidth,
    pinnedWidth,
    totalWidth: Math.max(available, pinnedWidth + widthOf(scrolling) + END),
  };
}

/** Names the group that a column stands in. */
export function groupOf({ kind, prefix }: Heading): string {
  return `${kind} ${prefix}`;
}

function nameRoom(available: number, others: number, isGrouped: boolean): number {
  const wide = isGrouped ? LEAST_GROUP_NAME : NAME_WIDTH.least;
  const least = available < NARROW_SCREEN ? NARROW_NAME : wide;
  return Math.min(Math.max(available - others, least), NAME_WIDTH.most);
}

/** The first and one past the last column that can be seen. */
export function visibleColumns(
  placed: readonly PlacedColumn[],
  scrollLeft: number,
  width: number,
): readonly [first: number, end: number] {
  const first = placed.findIndex(({ left, width: own }) => left + own > scrollLeft);
  if (first < 0) return [0, 0];
  const beyond = placed.findIndex(({ left }) => left >= scrollLeft + width);
  return [first, beyond < 0 ? placed.length : beyond];
}

/** Ages are short, dates of other years long. */
function ageWidth(table: RunsTable): number {
  const newYear = new Date(new Date().getFullYear(), 0).getTime();
  const hasOld = table.startTime.some((time) => time < newYear);
  return hasOld ? 76 : 56;
}

/** As it was chosen, or as the values want it; pixels. */
export function columnWidth(
  table: RunsTable,
  column: Column,
  heading: Heading,
  options: OptionsById,
  isGrouped: boolean,
): number {
  return options.get(column.id)?.width ?? usualWidth(table, column, heading, isGrouped);
}

/** As `cellWriter` has it, without writing. */
function standsRight(table: RunsTable, column: Column): boolean {
  const data = columnData(table, column);
  if (data.type === "number") return true;
  return data.numbers !== null && column.kind !== "attributes";
}

const CHARACTER = 7;
const PADDING = 16;
/** Room for the arrow of the better end and the triangle of the sort. */
const MARKS = 24;
const SAMPLE = 200;

/** Wide enough for the heading and for nine in ten values, as far as a table allows. */
function usualWidth(
  table: RunsTable,
  column: Column,
  heading: Heading,
  isGrouped: boolean,
): number {
  const head = heading.label.length * 6.5 + PADDING + (column.kind === "metrics" ? MARKS : 12);
  const most = column.kind === "attributes" ? 200 : 176;
  const width = Math.max(head, valueWidth(table, column, isGrouped) + PADDING);
  return Math.round(Math.min(Math.max(width, NARROWEST + 4), most));
}

function valueWidth(table: RunsTable, column: Column, isGrouped: boolean): number {
  if (column.kind === "metrics") return (isGrouped ? 14 : 8) * CHARACTER;
  if (column.kind === "attributes") {
    if (column.key === "start" || column.key === "end") return ageWidth(table);
    const fixed = { duration: 56, commit: 60, status: 72, id: 220 }[column.key];
    if (fixed !== undefined) return fixed;
  }
  const data = columnData(table, column);
  if (data.type === "number") return 8 * CHARACTER;
  const lengths = data.values.slice(0, SAMPLE).map((value) => value.length);
  lengths.sort((a, b) => a - b);
  const usual = lengths[Math.floor(lengths.length * 0.9)] ?? 0;
  // Short words have no narrow letters to make up for a wide one: `adamw`.
  return (data.numbers === null ? usual + 1.5 : Math.min(usual, 8)) * CHARACTER;
}
