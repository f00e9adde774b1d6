import type { RunsFile } from "../../lib/wire/data-files.ts";
import { parseBinaryHistory, parseTextHistory } from "./parse-history.ts";
import { decodeRuns, transferables } from "./runs-table.ts";
import type { ParseAnswer, ParseJob } from "./worker.ts";

self.addEventListener("message", (message: MessageEvent<ParseJob & { id: number }>) => {
  const { id, kind, bytes } = message.data;
  try {
    const { result, transfer } = parse(kind, bytes);
    answer({ id, result }, transfer);
  } catch (error) {
    answer({ id, error: error instanceof Error ? error.message : String(error) }, []);
  }
});

function parse(
  kind: ParseJob["kind"],
  bytes: ArrayBuffer,
): { result: unknown; transfer: ArrayBuffer[] } {
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

function answer(message: ParseAnswer, transfer: ArrayBuffer[]): void {
  self.postMessage(message, { transfer });
}
