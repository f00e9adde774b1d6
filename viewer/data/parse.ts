import type { RunsFile } from "../../lib/wire/data-files.ts";
import { parseBinaryHistory, parseTextHistory } from "./parse-history.ts";
import { decodeRuns, transferables } from "./runs-table.ts";
import type { ParseJob } from "./worker.ts";

export interface Parsed {
  readonly result: unknown;
  /** Buffers of the result that may be handed over instead of copied. */
  readonly transfer: ArrayBuffer[];
}

/** Does the work that large files are given to a worker for. */
export function parse({ kind, bytes }: ParseJob): Parsed {
  if (kind === "runs") {
    const file = JSON.parse(new TextDecoder().decode(bytes)) as RunsFile;
    const table = decodeRuns(file);
    return { result: { table, next: file.next }, transfer: transferables(table) };
  }
  const history = (kind === "text" ? parseTextHistory : parseBinaryHistory)(new Uint8Array(bytes));
  const { steps, values, timestamps } = history;
  return {
    result: history,
    transfer: [steps, values, timestamps].map((array) => array.buffer as ArrayBuffer),
  };
}
