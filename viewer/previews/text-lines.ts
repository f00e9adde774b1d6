/** A piece of a line: plain, found by a search, or coloured as a kind of word. */
export interface Piece {
  readonly text: string;
  readonly kind: "plain" | "match" | "comment" | "string" | "number" | "keyword";
}

/** Where a text occurs, whatever the case, as index of its first character. At most `most` places. */
export function findPlaces(text: string, search: string, most: number): number[] {
  if (search === "") return [];
  const places: number[] = [];
  const [hay, needle] = [text.toLowerCase(), search.toLowerCase()];
  // Lower case may have another length in a few scripts; then places would be wrong.
  const isSafe = hay.length === text.length;
  const [where, what] = isSafe ? [hay, needle] : [text, search];
  for (let at = where.indexOf(what); at >= 0 && places.length < most; ) {
    places.push(at);
    at = where.indexOf(what, at + what.length);
  }
  return places;
}

/** Cuts a text at places that were found, so that they can be marked. */
export function markPlaces(text: string, places: readonly number[], length: number): Piece[] {
  const pieces: Piece[] = [];
  let done = 0;
  for (const place of places) {
    if (place > done) pieces.push({ text: text.slice(done, place), kind: "plain" });
    pieces.push({ text: text.slice(place, place + length), kind: "match" });
    done = place + length;
  }
  if (done < text.length) pieces.push({ text: text.slice(done), kind: "plain" });
  return pieces;
}

/** Whole lines in blocks of about `lines`, so that a browser can skip those out of view. */
export function textBlocks(
  text: string,
  lines: number,
): {
  readonly start: number;
  readonly text: string;
  readonly firstLine: number;
  readonly lines: number;
}[] {
  const blocks: { start: number; text: string; firstLine: number; lines: number }[] = [];
  let start = 0;
  let firstLine = 1;
  while (start < text.length) {
    let end = start;
    let count = 0;
    while (count < lines && end < text.length) {
      const next = text.indexOf("\n", end);
      end = next < 0 ? text.length : next + 1;
      count++;
    }
    blocks.push({ start, text: text.slice(start, end), firstLine, lines: count });
    start = end;
    firstLine += count;
  }
  return blocks;
}

/** Text of some bytes that may begin or end in the middle of a character or line. */
export function decodeLines(bytes: Uint8Array, isStart: boolean, isEnd: boolean): string {
  const from = isStart ? 0 : bytes.indexOf(10) + 1;
  const last = bytes.lastIndexOf(10) + 1;
  const to = isEnd || last <= from ? bytes.length : last;
  return new TextDecoder().decode(bytes.subarray(from, to));
}

/** Whether bytes are more likely text than anything else. */
export function looksLikeText(bytes: Uint8Array): boolean {
  const sample = bytes.subarray(0, 4096);
  if (sample.includes(0)) return false;
  const text = new TextDecoder().decode(sample);
  // A character may be cut at the end of the sample.
  const broken = text.slice(0, -4).split("�").length - 1;
  return broken * 20 <= text.length;
}
