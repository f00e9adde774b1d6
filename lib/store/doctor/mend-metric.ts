import { type MetricPlace, parseMetricHistory } from "../../format/metric-line.ts";

/** Stands for bytes that are no UTF-8. */
export const REPLACEMENT = "\ufffd";

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

export function decodeLoosely(content: Buffer): string {
  return decoder.decode(content);
}

/**
 * The lines of a metric that are points, as they are. Of the others those stay whose meaning is beyond doubt: with a byte
 * order mark before or zero bytes behind them, with several blanks between their fields, with a fraction of a millisecond.
 */
export function keepPoints(content: Buffer, place: MetricPlace): Buffer {
  const lines = decodeLoosely(content).match(/[^\n]*\n|[^\n]+$/g) ?? [];
  const kept = lines.flatMap((line) => {
    if (isPoint(line, place)) return line;
    const tidy = tidied(line);
    return isPoint(tidy, place) ? tidy : [];
  });
  return Buffer.from(kept.join(""));
}

function isPoint(line: string, place: MetricPlace): boolean {
  const { points, problems } = parseMetricHistory(line, { ...place, growing: false });
  return points.length > 0 && problems.length === 0;
}

function tidied(line: string): string {
  const fields = line
    .replaceAll("\0", "")
    .replace(/^\ufeff/, "")
    .trim()
    .split(/[ \t]+/);
  const [timestamp = "", ...rest] = fields;
  return `${[timestamp.replace(/^(\d+)\.\d+$/, "$1"), ...rest].join(" ")}\n`;
}
