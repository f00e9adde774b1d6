import type { History } from "../data/parse-history.ts";

export interface NamedHistory {
  readonly runId: string;
  readonly runName: string;
  readonly key: string;
  readonly history: History;
}

const HEADER = "run_id,run_name,metric,step,timestamp,value";

/** Every point as CSV, one a line, in file order. Values print so that they read back as the same double. */
export function historiesCsv(histories: readonly NamedHistory[]): string {
  const rows = [HEADER];
  for (const { runId, runName, key, history } of histories) {
    const start = [runId, runName, key].map(csvField).join(",");
    history.steps.forEach((step, i) => {
      rows.push(`${start},${step},${history.timestamps[i]},${history.values[i]}`);
    });
  }
  return `${rows.join("\r\n")}\r\n`;
}

/** Quotes a field when CSV needs it. A leading `=`, `+`, `-` or `@` gets a quote mark, or a spreadsheet would run it. */
export function csvField(text: string): string {
  const safe = /^[=+@\t\r-]/.test(text) && Number.isNaN(Number(text)) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
