import { type AsyncBuffer, parquetMetadataAsync, parquetReadObjects } from "hyparquet";
import type { JSX } from "preact";
import { formatCount } from "../format.ts";
import { ARTIFACT_TEXTS } from "../texts/artifacts.ts";
import { PreviewState } from "./PreviewState.tsx";
import { fileName, type PreviewProps } from "./preview.ts";
import { RecordTable } from "./RecordTable.tsx";
import { readBytes } from "./read-bytes.ts";
import type { Records } from "./records.ts";
import { useFile } from "./use-file.ts";
import type { TreeValue } from "./value-tree.ts";

const SHOWN_ROWS = 1_000;

interface Head {
  readonly records: Records;
  readonly total: number;
}

/** The first rows of a Parquet file: its footer and the pages of these rows are read, by ranges. */
export function ParquetPreview({ file, url }: PreviewProps): JSX.Element {
  const reading = useFile<Head>("parquet", async (signal) => {
    const buffer: AsyncBuffer = {
      byteLength: file.fileSize ?? 0,
      slice: async (start, end = file.fileSize ?? 0) =>
        (await readBytes(url, start, end, signal)).bytes.slice().buffer,
    };
    const metadata = await parquetMetadataAsync(buffer);
    const total = Number(metadata.num_rows);
    const rows = await parquetReadObjects({
      file: buffer,
      metadata,
      rowEnd: Math.min(SHOWN_ROWS, total),
    });
    const columns = metadata.schema.length > 0 ? Object.keys(rows[0] ?? {}) : [];
    return {
      total,
      records: { columns, rows: rows.map((row) => columns.map((name) => plainValue(row[name]))) },
    };
  });
  if (reading.state !== "done") return <PreviewState reading={reading} />;
  const { records, total } = reading.value;
  return (
    <div class="preview">
      <RecordTable
        label={fileName(file)}
        records={records}
        note={
          records.rows.length < total ? (
            <span>
              {ARTIFACT_TEXTS.ofRows(formatCount(total))}, {ARTIFACT_TEXTS.sortingCovers}
            </span>
          ) : undefined
        }
      />
    </div>
  );
}

/** Dates and bytes as text; the rest is what JSON knows. */
function plainValue(value: unknown): TreeValue {
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  if (Array.isArray(value)) return value.map(plainValue);
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plainValue(item)]));
  }
  return value === undefined ? null : (value as TreeValue);
}
