import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import { ARTIFACT_TEXTS } from "../texts/artifacts.ts";
import { type DiffLine, type DiffWord, diffLines, diffWords, withContext } from "./diff.ts";
import "./DiffView.css";

const CONTEXT = 3;

/** Two texts, one line under the other: what is gone, what is new, and which words of a line changed. */
export function DiffView({ before, after }: { before: string; after: string }): JSX.Element {
  const rows = useMemo(
    () => pairUp(withContext(diffLines(before, after), CONTEXT)),
    [before, after],
  );
  if (rows.every((row) => row === null || row.line.kind === "same")) {
    return <p class="preview-note">{ARTIFACT_TEXTS.sameText}</p>;
  }
  return (
    <div class="diff">
      {rows.map((row, i) =>
        row === null ? (
          <div key={i} class="diff-left-out">
            ⋯
          </div>
        ) : (
          <Line key={i} line={row.line} words={row.words} />
        ),
      )}
    </div>
  );
}

function Line(props: { line: DiffLine; words: readonly DiffWord[] | undefined }): JSX.Element {
  const { line, words } = props;
  return (
    <div class={`diff-line diff-${line.kind}`}>
      <span class="diff-number">{line.before}</span>
      <span class="diff-number">{line.after}</span>
      <span class="diff-sign">{{ same: " ", gone: "−", new: "+" }[line.kind]}</span>
      <span class="diff-text">
        {words === undefined
          ? line.text
          : words.map((word, i) => (word.isChanged ? <mark key={i}>{word.text}</mark> : word.text))}
      </span>
    </div>
  );
}

interface Row {
  readonly line: DiffLine;
  readonly words?: readonly DiffWord[] | undefined;
}

/** A run of gone lines followed by as many new ones is the same lines changed: their words are compared. */
function pairUp(lines: readonly (DiffLine | null)[]): (Row | null)[] {
  const rows: (Row | null)[] = [];
  let i = 0;
  while (i < lines.length) {
    const gone = takeKind(lines, i, "gone");
    const added = takeKind(lines, i + gone.length, "new");
    if (gone.length > 0 && gone.length === added.length) {
      const pairs = gone.map((line, at) => diffWords(line.text, (added[at] as DiffLine).text));
      rows.push(...gone.map((line, at) => ({ line, words: pairs[at]?.before })));
      rows.push(...added.map((line, at) => ({ line, words: pairs[at]?.after })));
      i += gone.length + added.length;
      continue;
    }
    const line = lines[i] ?? null;
    rows.push(line === null ? null : { line });
    i++;
  }
  return rows;
}

function takeKind(
  lines: readonly (DiffLine | null)[],
  from: number,
  kind: DiffLine["kind"],
): DiffLine[] {
  const taken: DiffLine[] = [];
  for (let i = from; lines[i]?.kind === kind; i++) taken.push(lines[i] as DiffLine);
  return taken;
}
