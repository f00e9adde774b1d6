import { parse } from "./parse.ts";
import type { ParseAnswer, ParseJob } from "./worker.ts";

self.addEventListener("message", (message: MessageEvent<ParseJob & { id: number }>) => {
  const { id } = message.data;
  try {
    const { result, transfer } = parse(message.data);
    answer({ id, result }, transfer);
  } catch (error) {
    answer({ id, error: error instanceof Error ? error.message : String(error) }, []);
  }
});

function answer(message: ParseAnswer, transfer: ArrayBuffer[]): void {
  self.postMessage(message, { transfer });
}
