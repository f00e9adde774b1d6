import { closeSync, openSync, writeSync } from "node:fs";
import type { Metric } from "../../entities/metric.ts";
import { MlrunsError } from "../../errors.ts";
import { printMetricLine, printModelMetricLine } from "../../format/metric-line.ts";
import { clashOr, makeKeyFolder } from "../../tree/write.ts";
import { type Refused, valueFile } from "./values.ts";

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
      if (!files.has(key)) files.set(key, fileOf(folder, key, refused));
      const file = files.get(key);
      if (file !== undefined) append(file, text);
    }
  }
}

function fileOf(folder: string, key: string, refused: Refused): string | undefined {
  try {
    const file = valueFile(folder, key);
    makeKeyFolder(file);
    append(file, "");
    return file;
  } catch (error) {
    if (!(error instanceof MlrunsError)) throw error;
    refused(key, error);
    return undefined;
  }
}

function append(file: string, text: string): void {
  try {
    const fd = openSync(file, "a");
    try {
      writeSync(fd, text);
    } finally {
      closeSync(fd);
    }
  } catch (error) {
    throw clashOr(error, file);
  }
}
