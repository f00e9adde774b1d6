/** Lines that two texts share, or that only one has. */
export interface DiffLine {
  readonly kind: "same" | "gone" | "new";
  readonly text: string;
  /** 1-based places in the texts; null where the line is not. */
  readonly before: number | null;
  readonly after: number | null;
}

/** A part of a changed line. */
export interface DiffWord {
  readonly text: string;
  readonly isChanged: boolean;
}

/** Texts that differ in more lines are compared only roughly: the middle is shown as replaced. */
const MOST_EDITS = 1_000;

/** The shortest way from one list of lines to another, by Myers' algorithm. */
export function diffLines(before: string, after: string): DiffLine[] {
  const a = splitLines(before);
  const b = splitLines(after);
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start++;
  let end = 0;
  while (
    end < a.length - start &&
    end < b.length - start &&
    a[a.length - 1 - end] === b[b.length - 1 - end]
  ) {
    end++;
  }
  const edits = shortestEdits(a.slice(start, a.length - end), b.slice(start, b.length - end));
  return numbered([
    ...a.slice(0, start).map((text) => ({ kind: "same", text }) as const),
    ...edits,
    ...a.slice(a.length - end).map((text) => ({ kind: "same", text }) as const),
  ]);
}

/** Only the lines that differ, with some of the same around them; null stands for lines that were left out. */
export function withContext(lines: readonly DiffLine[], around: number): (DiffLine | null)[] {
  const isNear = lines.map(() => false);
  lines.forEach((line, i) => {
    if (line.kind === "same") return;
    for (let at = Math.max(0, i - around); at <= Math.min(lines.length - 1, i + around); at++) {
      isNear[at] = true;
    }
  });
  const shown: (DiffLine | null)[] = [];
  lines.forEach((line, i) => {
    if (isNear[i]) shown.push(line);
    else if (shown.at(-1) !== null) shown.push(null);
  });
  return shown;
}

/** Which words of two lines differ. */
export function diffWords(
  before: string,
  after: string,
): { before: DiffWord[]; after: DiffWord[] } {
  const edits = shortestEdits(words(before), words(after));
  const side = (own: "gone" | "new"): DiffWord[] =>
    merged(
      edits
        .filter(({ kind }) => kind === "same" || kind === own)
        .map(({ kind, text }) => ({ text, isChanged: kind === own })),
    );
  return { before: side("gone"), after: side("new") };
}

interface Edit {
  readonly kind: DiffLine["kind"];
  readonly text: string;
}

function shortestEdits(a: readonly string[], b: readonly string[]): Edit[] {
  const most = Math.min(a.length + b.length, MOST_EDITS);
  const trace: Map<number, number>[] = [];
  let reach = new Map([[1, 0]]);
  for (let depth = 0; depth <= most; depth++) {
    const next = new Map(reach);
    for (let k = -depth; k <= depth; k += 2) {
      const down = k === -depth || (k !== depth && at(reach, k - 1) < at(reach, k + 1));
      let x = down ? at(reach, k + 1) : at(reach, k - 1) + 1;
      let y = x - k;
      while (x < a.length && y < b.length && a[x] === b[y]) {
        x++;
        y++;
      }
      next.set(k, x);
      if (x >= a.length && y >= b.length) {
        trace.push(reach);
        return backtrack(trace, a, b);
      }
    }
    trace.push(reach);
    reach = next;
  }
  return [
    ...a.map((text) => ({ kind: "gone", text }) as const),
    ...b.map((text) => ({ kind: "new", text }) as const),
  ];
}

function backtrack(
  trace: readonly Map<number, number>[],
  a: readonly string[],
  b: readonly string[],
): Edit[] {
  const edits: Edit[] = [];
  let x = a.length;
  let y = b.length;
  for (let depth = trace.length - 1; depth >= 0; depth--) {
    const reach = trace[depth] as Map<number, number>;
    const k = x - y;
    const down = k === -depth || (k !== depth && at(reach, k - 1) < at(reach, k + 1));
    const beforeK = down ? k + 1 : k - 1;
    const beforeX = at(reach, beforeK);
    const beforeY = beforeX - beforeK;
    while (x > beforeX && y > beforeY) {
      x--;
      y--;
      edits.push({ kind: "same", text: a[x] as string });
    }
    if (depth === 0) break;
    if (x === beforeX) edits.push({ kind: "new", text: b[--y] as string });
    else edits.push({ kind: "gone", text: a[--x] as string });
  }
  return edits.reverse();
}

function at(reach: ReadonlyMap<number, number>, k: number): number {
  return reach.get(k) ?? -1;
}

function numbered(edits: readonly Edit[]): DiffLine[] {
  let before = 0;
  let after = 0;
  return edits.map(({ kind, text }) => ({
    kind,
    text,
    before: kind === "new" ? null : ++before,
    after: kind === "gone" ? null : ++after,
  }));
}

function splitLines(text: string): string[] {
  const lines = text.split(/\r?\n/);
  if (lines.at(-1) === "") lines.pop();
  return lines;
}

function words(text: string): string[] {
  return text.match(/\w+|\s+|[^\w\s]/gu) ?? [];
}

function merged(parts: readonly DiffWord[]): DiffWord[] {
  const joined: DiffWord[] = [];
  for (const part of parts) {
    const last = joined.at(-1);
    if (last?.isChanged === part.isChanged) {
      joined[joined.length - 1] = { ...last, text: last.text + part.text };
    } else {
      joined.push(part);
    }
  }
  return joined;
}
