/** Where the viewer's data files are, see `data-files.ts`. Paths are relative to the page: they work below any sub-path. */

/** Paths of the data files, relative to the page. */
export const DATA_PATH = {
  manifest: "data/manifest.json",
  experiments: "data/experiments.json",
  registry: "data/registry.json",
  tree: "data/tree.json",
  views: "data/views.json",
  events: "data/events",
  runs: (experimentId: string, chunk = 0): string =>
    `data/runs/${fileId(experimentId)}${chunk === 0 ? "" : `.${chunk}`}.json`,
  run: (runId: string): string => `data/run/${fileId(runId)}.json`,
  historyText: (runId: string, key: string): string => `${historyBase(runId, key)}.txt`,
  historyBinary: (runId: string, key: string): string => `${historyBase(runId, key)}.bin`,
  historyPyramid: (runId: string, key: string): string => `${historyBase(runId, key)}.mm.bin`,
  artifacts: (ownerId: string, folder: string): string =>
    `data/artifacts/${fileId(ownerId)}/${folder === "" ? ROOT_FOLDER_ID : fileId(folder)}.json`,
  loggedModels: (experimentId: string): string => `data/models/${fileId(experimentId)}.json`,
  traces: (experimentId: string): string => `data/traces/${fileId(experimentId)}.json`,
  trace: (traceId: string): string => `data/trace/${fileId(traceId)}.json`,
} as const;

/** Of the HTML file with some runs, `?runs=` and their ids, which a live server makes. */
export const REPORT_PATH = "data/report.html";

/** File name of the root folder's listing; no `fileId` looks like it. */
export const ROOT_FOLDER_ID = "_root";

/** Longest name that is spelled out; file systems take 255 bytes with the ending. */
const LONGEST_FILE_ID = 200;

/**
 * A file name for any name of the tree: safe on every file system and static host, whatever they do with
 * case, `%`, `#` or a leading `_` or `.`. Letters a-z, digits, `-` and inner dots stay; other bytes of the UTF-8 text
 * become `_` and two hex digits. Names that would be too long end with a hash instead.
 */
export function fileId(name: string): string {
  const id = [...new TextEncoder().encode(name)].map(safeByte).join("");
  if (id.length <= LONGEST_FILE_ID) return id;
  return `${id.slice(0, 120).replace(/_.?$/, "")}_h${hash(name)}`;
}

/**
 * The name that a file id stands for; undefined when it is none, or ends with a hash: then it must be looked for among
 * the names there are.
 */
export function fromFileId(id: string): string | undefined {
  const bytes: number[] = [];
  for (let i = 0; i < id.length; i++) {
    if (id[i] !== "_") {
      bytes.push(id.charCodeAt(i));
      continue;
    }
    const code = id.slice(i + 1, i + 3);
    if (!/^[0-9a-f]{2}$/.test(code)) return undefined;
    bytes.push(Number.parseInt(code, 16));
    i += 2;
  }
  const name = new TextDecoder().decode(new Uint8Array(bytes));
  return fileId(name) === id ? name : undefined;
}

function safeByte(byte: number, index: number): string {
  const isLetterOrDigit = (byte >= 0x61 && byte <= 0x7a) || (byte >= 0x30 && byte <= 0x39);
  const isInnerDotOrDash = index > 0 && (byte === 0x2d || byte === 0x2e);
  if (isLetterOrDigit || isInnerDotOrDash) return String.fromCharCode(byte);
  return `_${byte.toString(16).padStart(2, "0")}`;
}

/** FNV-1a, 64 bits: only has to tell long names apart. */
function hash(text: string): string {
  let value = 0xcbf29ce484222325n;
  for (const byte of new TextEncoder().encode(text)) {
    value = BigInt.asUintN(64, (value ^ BigInt(byte)) * 0x100000001b3n);
  }
  return value.toString(16).padStart(16, "0");
}

function historyBase(runId: string, key: string): string {
  return `data/history/${fileId(runId)}/${fileId(key)}`;
}

/** Relative URL of an artifact's bytes. `ownerId` is a run id or a logged model id. */
export function rawPath(rawBase: string, ownerId: string, path: string): string {
  return [rawBase, ownerId, ...path.split("/")]
    .map((part, i) => (i === 0 ? part : encodeURIComponent(part)))
    .join("/");
}
