import { appendFileSync } from "node:fs";
import type { Metric } from "../../entities/metric.ts";
import { printMetricLine, printModelMetricLine } from "../../format/metric-line.ts";
import { clashOr, makeKeyFolder } from "../../tree/write.ts";
import { accepting, type Refused, valueFile } from "./values.ts";

/** Writes the histories of a run or a logged model into an empty folder: each portion appends to the files of its metrics. */
export async function writeHistories(
  folder: string,
  portions: AsyncIterable<readonly Metric[]>,
  owner: "run" | "loggedModel",
  refused: Refused,
): Promise<void> {
  const print = owner === "run" ? printMetricLine : printModelMetricLine;
  /** Key to file; undefined for a key that was refused. */
  const files = new Map<string, string | undefined>();
  for await (const points of portions) {
    const texts = new Map<string, string>();
    for (const point of points) texts.set(point.key, (texts.get(point.key) ?? "") + print(point));
    for (const [key, text] of texts) {
      if (!files.has(key)) files.set(key, begin(folder, key, text, refused));
      else appendTo(files.get(key), text);
    }
  }
}

/** Writes the beginning of a history. @returns its file; undefined when the key is refused */
function begin(folder: string, key: string, text: string, refused: Refused): string | undefined {
  let begun: string | undefined;
  accepting(key, refused, () => {
    const file = valueFile(folder, key);
    if (key.includes("/")) makeKeyFolder(file);
    appendTo(file, text);
    begun = file;
  });
  return begun;
}

function appendTo(file: string | undefined, text: string): void {
  if (file === undefined) return;
  try {
    appendFileSync(file, text);
  } catch (error) {
    throw clashOr(error, file);
  }
}
