import type { JSX } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { Button } from "../components/Button.tsx";
import { SearchInput } from "../components/SearchInput.tsx";
import { formatBytes, formatCount } from "../format.ts";
import { preference } from "../state/preferences.ts";
import { isBoolean } from "../state/stored.ts";
import { ARTIFACT_TEXTS } from "../texts/artifacts.ts";
import { highlight } from "./highlight.ts";
import { PreviewState } from "./PreviewState.tsx";
import { endingOf, type PreviewProps } from "./preview.ts";
import { readBytes } from "./read-bytes.ts";
import { TextView } from "./TextView.tsx";
import { decodeLines } from "./text-lines.ts";
import { useFile } from "./use-file.ts";
import "./text.css";

/** Bytes that are read at a time. */
const CHUNK = 512_000;
/** Longer texts are not coloured. */
const MOST_HIGHLIGHTED = 200_000;

const wraps = preference("preview.wrap", false, isBoolean);

/** A part of a file: where it lies and its text. */
interface Loaded {
  readonly start: number;
  readonly end: number;
  readonly total: number;
  readonly text: string;
}

/** Text, a log or code: the first part at once, more when asked, and the end of a log without its beginning. */
export function TextPreview({ file, url }: PreviewProps): JSX.Element {
  const [range, setRange] = useState({ start: 0, end: CHUNK });
  const isTail = range.start > 0;
  const reading = useFile<Loaded>(`${range.start}-${range.end}`, async (signal) => {
    const { bytes, total } = await readBytes(url, range.start, range.end, signal);
    const end = range.start + bytes.length;
    return { ...range, end, total, text: decodeLines(bytes, range.start === 0, end >= total) };
  });
  // More of the same file takes a moment: what was read stays.
  const last = useRef<Loaded | null>(null);
  if (reading.state === "done") last.current = reading.value;
  const shown = last.current;
  if (shown === null || reading.state === "failed") return <PreviewState reading={reading} />;
  return (
    <LoadedText
      ending={endingOf(file)}
      loaded={shown}
      onMore={() =>
        setRange(
          isTail
            ? { start: Math.max(0, range.start - CHUNK), end: range.end }
            : { start: 0, end: range.end + CHUNK },
        )
      }
      onEnd={() => setRange({ start: Math.max(0, shown.total - CHUNK), end: shown.total })}
      onStart={() => setRange({ start: 0, end: CHUNK })}
    />
  );
}

function LoadedText(props: {
  ending: string;
  loaded: Loaded;
  onMore: () => void;
  onEnd: () => void;
  onStart: () => void;
}): JSX.Element {
  const { loaded, ending } = props;
  const [search, setSearch] = useState("");
  const scroller = useRef<HTMLElement>(null);
  const isWhole = loaded.start === 0 && loaded.end >= loaded.total;
  const colored = useMemo(
    () => (loaded.text.length > MOST_HIGHLIGHTED ? undefined : highlight(loaded.text, ending)),
    [loaded.text, ending],
  );
  useEffect(() => {
    const box = scroller.current;
    if (box !== null && loaded.start > 0) box.scrollTop = box.scrollHeight;
  }, [loaded.start > 0]);
  return (
    <div class="preview">
      <div class="preview-bar">
        <SearchInput small value={search} label={ARTIFACT_TEXTS.find} onInput={setSearch} />
        <Button
          pressed={wraps.value}
          onClick={() => {
            wraps.value = !wraps.value;
          }}
        >
          {ARTIFACT_TEXTS.wrap}
        </Button>
        {loaded.end < loaded.total && <Button onClick={props.onEnd}>{ARTIFACT_TEXTS.toEnd}</Button>}
        {loaded.start > 0 && <Button onClick={props.onStart}>{ARTIFACT_TEXTS.toStart}</Button>}
      </div>
      <TextView
        boxRef={scroller}
        text={loaded.text}
        colored={colored}
        search={search}
        wraps={wraps.value}
        hasNumbers={loaded.start === 0}
      />
      <footer class="page-foot">
        <span>
          <b>{formatCount(lineCount(loaded.text))}</b> {ARTIFACT_TEXTS.lines}
        </span>
        {!isWhole && (
          <>
            <span>
              {loaded.start > 0
                ? ARTIFACT_TEXTS.fromEnd(formatBytes(loaded.end - loaded.start))
                : ARTIFACT_TEXTS.loadedBytes(formatBytes(loaded.end), formatBytes(loaded.total))}
            </span>
            <button type="button" class="link" onClick={props.onMore}>
              {ARTIFACT_TEXTS.loadMore(formatBytes(CHUNK))}
            </button>
          </>
        )}
      </footer>
    </div>
  );
}

function lineCount(text: string): number {
  let count = text === "" || text.endsWith("\n") ? 0 : 1;
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) count++;
  return count;
}
