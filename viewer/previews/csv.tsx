import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { isAbort } from "../data/errors.ts";
import { formatBytes, formatCount } from "../format.ts";
import { ARTIFACT_TEXTS } from "../texts/artifacts.ts";
import { type CsvState, delimiterName, readCsvPiece } from "./csv-chunks.ts";
import { PreviewState } from "./PreviewState.tsx";
import { endingOf, fileName, type PreviewProps } from "./preview.ts";
import { RecordTable } from "./RecordTable.tsx";
import { readBytes } from "./read-bytes.ts";

const CHUNK = 512_000;

interface Read {
  readonly csv: CsvState | undefined;
  readonly loaded: number;
  readonly total: number;
}

/** Comma or tab separated values: the first rows at once, more when asked. */
export function CsvPreview({ file, url }: PreviewProps): JSX.Element {
  const [wanted, setWanted] = useState(CHUNK);
  const [read, setRead] = useState<Read>({ csv: undefined, loaded: 0, total: 0 });
  const [reason, setReason] = useState<string | null>(null);
  // One decoder for the whole file: a character may be cut in two.
  const decoder = useRef(new TextDecoder());
  useEffect(() => {
    if (read.loaded >= wanted) return;
    const controller = new AbortController();
    readBytes(url, read.loaded, wanted, controller.signal).then(
      ({ bytes, total }) => {
        const loaded = read.loaded + bytes.length;
        const isEnd = loaded >= total;
        const text = decoder.current.decode(bytes, { stream: !isEnd });
        const delimiter = endingOf(file) === "tsv" ? "\t" : undefined;
        setRead({ csv: readCsvPiece(read.csv, text, isEnd, delimiter), loaded, total });
      },
      (error: unknown) => {
        if (!isAbort(error)) setReason(String(error));
      },
    );
    return () => controller.abort();
  }, [wanted]);

  if (read.csv === undefined) {
    return (
      <PreviewState
        reading={reason === null ? { state: "reading" } : { state: "failed", reason }}
      />
    );
  }
  return (
    <div class="preview">
      <RecordTable
        label={fileName(file)}
        records={read.csv.records}
        note={<Progress read={read} csv={read.csv} onMore={() => setWanted(read.loaded + CHUNK)} />}
      />
    </div>
  );
}

function Progress(props: { read: Read; csv: CsvState; onMore: () => void }): JSX.Element {
  const { loaded, total } = props.read;
  const name = delimiterName(props.csv.delimiter);
  if (loaded >= total) return <span>{name}</span>;
  const rows = props.csv.records.rows.length;
  return (
    <>
      <span>{ARTIFACT_TEXTS.ofAbout(formatCount(roundRows((rows / loaded) * total)))}</span>
      <span>{ARTIFACT_TEXTS.loadedBytes(formatBytes(loaded), formatBytes(total))}</span>
      <button type="button" class="link" onClick={props.onMore}>
        {ARTIFACT_TEXTS.loadMore(formatBytes(CHUNK))}
      </button>
      <span class="spacer" />
      <span>
        {name}, {ARTIFACT_TEXTS.sortingCovers}
      </span>
    </>
  );
}

/** An estimate has no more than two digits worth saying. */
function roundRows(rows: number): number {
  const unit = 10 ** Math.max(0, Math.floor(Math.log10(rows)) - 1);
  return Math.round(rows / unit) * unit;
}
