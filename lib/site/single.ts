import { createHash } from "node:crypto";
import { join } from "node:path";
import { text as readText } from "node:stream/consumers";
import { gzipSync } from "node:zlib";
import fs from "fs-extra";
import { lookup } from "mrmime";
import { invalidParameter } from "../errors.ts";
import { builtSingleViewer } from "../package-files.ts";
import { rawPath } from "../wire/data-paths.ts";
import {
  EMBEDDED_MEDIA_TYPE,
  EMBEDDED_PATH,
  EMBEDDED_TYPE,
  START_META,
} from "../wire/single-file.ts";
import type { Site } from "./context.ts";
import { openOwner } from "./owner.ts";
import { listSite, type PublishedArtifact } from "./paths.ts";
import { inRootOf, type Trees } from "./roots.ts";
import { findSecrets } from "./secrets.ts";
import { makeBytes, publicSite, replaceIfOther, type SiteOptions } from "./write.ts";

export interface SingleOptions extends SiteOptions {
  /** Largest report, bytes; 25 MB by default. Artifacts that do not fit are left out, small ones first in. */
  readonly maxTotal?: number;
}

export interface SingleReport {
  /** Of the whole file. */
  readonly bytes: number;
  readonly dataFiles: number;
  readonly artifacts: number;
  /** Bytes of the artifacts in the report. */
  readonly artifactBytes: number;
  /** Artifacts that had no room; the report lists them as not published. */
  readonly leftOut: number;
  /** Params and tags that look like secrets: `run <id>, param <key>`. */
  readonly secrets: readonly string[];
}

/** First line of each report: another file is not overwritten. */
const FIRST_LINE = "<!doctype html><!-- mlruns report -->";
const MAX_TOTAL = 25_000_000;
/** Base64 spells three bytes with four characters. */
const BASE64 = 4 / 3;
/** Runs that a comparison has at most. */
export const MOST_COMPARED = 50;

/**
 * Writes the viewer and some runs into one HTML file that opens without a server and asks nothing of any host: the
 * page's policy allows its own script and what stands in the file.
 *
 * @param file - missing, or an earlier report
 * @throws MlrunsError INVALID_PARAMETER_VALUE when the file is something else, or the data alone is too large
 */
export async function writeSingle(
  trees: Trees,
  file: string,
  options: SingleOptions = {},
): Promise<SingleReport> {
  await checkIsReport(file);
  const { bytes, report } = await makeSingle(trees, options);
  if (!options.isDryRun) await replaceIfOther(file, bytes);
  return report;
}

/** The bytes of such a file. @throws MlrunsError INVALID_PARAMETER_VALUE when the data alone is too large */
export async function makeSingle(
  trees: Trees,
  options: SingleOptions = {},
): Promise<{ readonly bytes: Buffer; readonly report: SingleReport }> {
  const site = publicSite(trees, options);
  const maxTotal = options.maxTotal ?? MAX_TOTAL;
  const { data, artifacts } = await listSite(site);
  const viewer = await readViewer(options.viewerDir ?? builtSingleViewer);
  const embedded = await embedData(site, data);
  const room = maxTotal - viewer.script.length - viewer.style.length - embedded.length;
  if (room < 0) throw tooLarge(maxTotal - room, maxTotal);

  const chosen = fitting(artifacts, room);
  const leftOut = artifacts.length - chosen.length;
  const parts = leftOut === 0 ? embedded : await embedData(publishingOnly(site, chosen), data);
  const page = pageOf(site.title, await startOf(site, options), viewer, [
    parts,
    ...(await embedArtifacts(site, chosen)),
  ]);
  const bytes = Buffer.from(page);
  const report = {
    bytes: bytes.length,
    dataFiles: data.length,
    artifacts: chosen.length,
    artifactBytes: chosen.reduce((sum, { size }) => sum + size, 0),
    leftOut,
    secrets: await findSecrets(site),
  };
  return { bytes, report };
}

async function checkIsReport(file: string): Promise<void> {
  if (!(await fs.pathExists(file))) return;
  const isFile = (await fs.stat(file)).isFile();
  const stream = isFile ? fs.createReadStream(file, { end: FIRST_LINE.length - 1 }) : undefined;
  if (stream !== undefined && (await readText(stream)) === FIRST_LINE) return;
  throw invalidParameter(`'${file}' is there and is no earlier report.`, {
    hint: "Name a new file: a report only replaces a report.",
  });
}

function tooLarge(bytes: number, maxTotal: number): Error {
  return invalidParameter(
    `The report would have ${megabytes(bytes)}, more than ${megabytes(maxTotal)}, without any artifact.`,
    {
      hint: "Choose fewer runs with --run, --filter or --experiment, or allow more with --max-total, such as 100M.",
    },
  );
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

interface SingleViewer {
  readonly script: string;
  readonly style: string;
}

async function readViewer(folder: string): Promise<SingleViewer> {
  const [script, style] = await Promise.all([
    fs.readFile(join(folder, "viewer.js"), "utf8"),
    fs.readFile(join(folder, "viewer.css"), "utf8"),
  ]);
  // The end of the element, wherever it stands in a text of the script, would end the script.
  return { script: script.replaceAll("</script", "<\\/script"), style };
}

/** The smallest first: as many as there is room for. */
function fitting(artifacts: readonly PublishedArtifact[], room: number): PublishedArtifact[] {
  let left = room;
  return [...artifacts]
    .sort((a, b) => a.size - b.size)
    .filter(({ size }) => {
      left -= Math.ceil(size * BASE64) + 200;
      return left >= 0;
    });
}

function publishingOnly(site: Site, artifacts: readonly PublishedArtifact[]): Site {
  const chosen = new Set(artifacts.map(({ ownerId, path }) => `${ownerId}/${path}`));
  const isPublished = (ownerId: string, path: string): boolean => chosen.has(`${ownerId}/${path}`);
  return { ...site, roots: site.roots.map((root) => ({ ...root, isPublished })) };
}

async function embedData(site: Site, paths: readonly string[]): Promise<string> {
  const elements: string[] = [];
  for (const path of paths) {
    elements.push(element({ [EMBEDDED_PATH]: path }, gzipSync(await makeBytes(site, path))));
  }
  return elements.join("");
}

async function embedArtifacts(
  site: Site,
  artifacts: readonly PublishedArtifact[],
): Promise<string[]> {
  const elements: string[] = [];
  for (const { ownerId, path } of artifacts) {
    const { artifacts: store } = await inRootOf(site, ownerId, openOwner);
    const chunks: Buffer[] = [];
    for await (const chunk of await store.read(path)) chunks.push(chunk as Buffer);
    const attributes = {
      [EMBEDDED_PATH]: rawPath("raw", ownerId, path),
      [EMBEDDED_MEDIA_TYPE]: lookup(path) ?? "application/octet-stream",
    };
    elements.push(element(attributes, Buffer.concat(chunks)));
  }
  return elements;
}

function element(attributes: Readonly<Record<string, string>>, bytes: Uint8Array): string {
  const named = Object.entries(attributes).map(
    ([name, value]) => ` ${name}="${escapeHtml(value)}"`,
  );
  const content = Buffer.from(bytes).toString("base64");
  return `<script type="${EMBEDDED_TYPE}"${named.join("")}>${content}</script>\n`;
}

/** The page that a report is about: its run, the comparison of its runs, or all there is. */
async function startOf(site: Site, { runIds }: SingleOptions): Promise<string> {
  if (runIds === undefined || runIds.size === 0 || runIds.size > MOST_COMPARED) return "#/";
  const infos = await Promise.all(
    [...runIds].map((runId) =>
      inRootOf(site, runId, async ({ client, id }, ownId) => {
        const { experimentId } = await client.getRunInfo(ownId);
        return { runId, experimentId: id(experimentId) };
      }),
    ),
  );
  const [first] = infos;
  if (infos.length === 1 && first !== undefined) {
    return `#/experiments/${encodeURIComponent(first.experimentId)}/runs/${encodeURIComponent(first.runId)}`;
  }
  const list = (ids: Iterable<string>): string => encodeURIComponent(JSON.stringify([...ids]));
  const experiments = new Set(infos.map(({ experimentId }) => experimentId));
  return `#/compare-runs?runs=${list(runIds)}&experiments=${list(experiments)}`;
}

function pageOf(
  title: string,
  start: string,
  { script, style }: SingleViewer,
  embedded: readonly string[],
): string {
  return `${FIRST_LINE}
<html lang="en">
<head>
<meta charset="utf-8" />
<meta http-equiv="Content-Security-Policy" content="${policyFor(script)}" />
<meta name="viewport" content="width=device-width, initial-scale=1" />
<meta name="referrer" content="no-referrer" />
<meta name="color-scheme" content="light dark" />
<meta name="${START_META}" content="${escapeHtml(start)}" />
<title>${escapeHtml(title)}</title>
<style>${style}</style>
</head>
<body>
<div id="app"></div>
<noscript>This report needs JavaScript. It asks nothing of any other host.</noscript>
${embedded.join("")}<script type="module">${script}</script>
</body>
</html>
`;
}

/**
 * Nothing but the report's own script runs, and nothing is asked of a network. Styles may stand in elements: a report
 * in a frame has this policy too, and would be bare without its own.
 */
function policyFor(script: string): string {
  const hash = createHash("sha256").update(script).digest("base64");
  return [
    "default-src 'none'",
    `script-src 'sha256-${hash}'`,
    "style-src 'unsafe-inline'",
    "img-src data: blob:",
    "media-src data: blob:",
    "connect-src blob:",
    "frame-src blob:",
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
  ].join("; ");
}

function escapeHtml(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll('"', "&quot;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;");
}
