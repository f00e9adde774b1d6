/** Checks what the viewer's pages cost to load: fails when one is over its budget. Run after a build. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { repoRoot } from "./ensure.mjs";

/** Bytes after gzip. */
const BUDGET = { runsPageScripts: 60_000, styles: 12_000, chunk: 60_000 };
/** With the page, its runs and the experiments these make the six requests that a first row may take. */
const MOST_FILES = 3;
const RUNS_PAGE = "pages/ExperimentRuns.tsx";

const viewer = join(repoRoot, "dist", "viewer");
const manifestFile = join(viewer, ".vite", "manifest.json");
if (!existsSync(manifestFile)) {
  throw new Error("dist/viewer/.vite/manifest.json is missing: run `npm run build` first");
}
/** @typedef {{ file: string, isEntry?: boolean, imports?: string[], dynamicImports?: string[], css?: string[] }} Chunk */
/** @type {Record<string, Chunk>} */
const manifest = JSON.parse(readFileSync(manifestFile, "utf8"));

const entry = "index.html";
// A page that is loaded on demand is a chunk of its own; otherwise it is part of the entry.
const runsPage = manifest[RUNS_PAGE] === undefined ? [entry] : [entry, RUNS_PAGE];
const loaded = withImports(runsPage);
const scripts = loaded.map((key) => chunk(key).file);
const styles = new Set(loaded.flatMap((key) => chunk(key).css ?? []));

const rows = [
  { what: "runs page, scripts", bytes: total(scripts), budget: BUDGET.runsPageScripts },
  { what: "runs page, styles", bytes: total([...styles]), budget: BUDGET.styles },
  ...Object.values(manifest)
    .filter(({ file }) => file.endsWith(".js") && !scripts.includes(file))
    .map(({ file }) => ({ what: file, bytes: total([file]), budget: BUDGET.chunk })),
];
for (const { what, bytes, budget } of rows) {
  const verdict = bytes > budget ? "OVER" : "ok";
  console.log(`${verdict.padEnd(5)}${String(bytes).padStart(7)} of ${budget} bytes gzip  ${what}`);
}
const files = scripts.length + styles.size;
console.log(
  `${(files > MOST_FILES ? "OVER" : "ok").padEnd(5)}${files} of ${MOST_FILES} files  runs page`,
);
if (files > MOST_FILES || rows.some(({ bytes, budget }) => bytes > budget)) process.exitCode = 1;

/** @param {string} key */
function chunk(key) {
  const found = manifest[key];
  if (found === undefined) throw new Error(`the viewer's manifest has no chunk ${key}`);
  return found;
}

/**
 * These chunks and all that they import at once.
 *
 * @param {readonly string[]} keys
 */
function withImports(keys) {
  const found = new Set(keys);
  for (const key of found) for (const imported of chunk(key).imports ?? []) found.add(imported);
  return [...found];
}

/** @param {readonly string[]} files */
function total(files) {
  return files.reduce((sum, file) => sum + gzipSync(readFileSync(join(viewer, file))).length, 0);
}
