import { ARTIFACT_TEXTS } from "../texts/artifacts.ts";

/** A cell of a notebook, with what it printed. */
export interface NotebookCell {
  readonly kind: "markdown" | "code" | "raw";
  readonly source: string;
  readonly count: number | null;
  readonly outputs: readonly NotebookOutput[];
}

export type NotebookOutput =
  | { readonly kind: "text"; readonly text: string; readonly isError: boolean }
  | { readonly kind: "image"; readonly url: string }
  /** Never put into the page. */
  | { readonly kind: "html" };

const BASE64 = /^(?:[\w+/]{4})*(?:[\w+/]{2}==|[\w+/]{3}=)?$/;

/** Escape sequences that colour a terminal. */
const TERMINAL_COLORS = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*[A-Za-z]`, "g");

/**
 * Reads a notebook of format 4.
 *
 * @throws SyntaxError or Error when it is none
 * @see nbformat 4.5, where texts may be lists of lines
 */
export function parseNotebook(text: string): NotebookCell[] {
  const file: unknown = JSON.parse(text);
  const cells = record(file).cells;
  if (!Array.isArray(cells)) throw new Error("it has no cells");
  return cells.map((cell) => cellOf(record(cell)));
}

function cellOf(cell: Record<string, unknown>): NotebookCell {
  const kind = cell.cell_type;
  const outputs = Array.isArray(cell.outputs) ? cell.outputs : [];
  return {
    kind: kind === "markdown" || kind === "code" ? kind : "raw",
    source: joined(cell.source),
    count: typeof cell.execution_count === "number" ? cell.execution_count : null,
    outputs: outputs.flatMap((output) => outputOf(record(output))),
  };
}

function outputOf(output: Record<string, unknown>): NotebookOutput[] {
  if (output.output_type === "stream") {
    return [{ kind: "text", text: plain(joined(output.text)), isError: output.name === "stderr" }];
  }
  if (output.output_type === "error") {
    const text = Array.isArray(output.traceback)
      ? output.traceback.join("\n")
      : String(output.evalue);
    return [{ kind: "text", text: plain(text), isError: true }];
  }
  const data = record(output.data);
  for (const type of ["image/png", "image/jpeg", "image/gif", "image/webp"]) {
    const image = data[type];
    if (image === undefined) continue;
    const bytes = joined(image).replace(/\s/g, "");
    if (!BASE64.test(bytes))
      return [{ kind: "text", text: ARTIFACT_TEXTS.noPicture, isError: true }];
    return [{ kind: "image", url: `data:${type};base64,${bytes}` }];
  }
  if (data["image/svg+xml"] !== undefined) {
    const svg = encodeURIComponent(joined(data["image/svg+xml"]));
    return [{ kind: "image", url: `data:image/svg+xml;charset=utf-8,${svg}` }];
  }
  const text = data["text/plain"];
  const html: NotebookOutput[] = data["text/html"] === undefined ? [] : [{ kind: "html" }];
  if (text === undefined) return html;
  return [...html, { kind: "text", text: plain(joined(text)), isError: false }];
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

function joined(text: unknown): string {
  return Array.isArray(text) ? text.join("") : typeof text === "string" ? text : "";
}

function plain(text: string): string {
  return text.replace(TERMINAL_COLORS, "");
}
