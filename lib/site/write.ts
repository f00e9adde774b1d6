import { basename, dirname, join } from "node:path";
import fastGlob from "fast-glob";
import fs from "fs-extra";
import pMap from "p-map";
import { invalidParameter } from "../errors.ts";
import { builtViewer, version } from "../package-files.ts";
import { DATA_PATH, rawPath } from "../wire/data-paths.ts";
import { bytesOf, type Site } from "./context.ts";
import { withPlainList } from "./noscript.ts";
import { openOwner } from "./owner.ts";
import { listSite, type PublishedArtifact } from "./paths.ts";
import { inRootOf, type Trees, toSite } from "./roots.ts";
import { type PublicOptions, publicScope } from "./scope.ts";
import { findSecrets } from "./secrets.ts";
import { makeDataFile } from "./table.ts";

export interface SiteOptions extends PublicOptions {
  readonly title?: string;
  /** `none`, `small` (up to 1 MB each) or `all`; `small` by default. */
  readonly artifacts?: "none" | "small" | "all";
  /** Largest artifact that is published, bytes. */
  readonly maxSize?: number;
  /** Folder of the built viewer; the one in the package by default. */
  readonly viewerDir?: string;
  /** Says what would be written and writes nothing. */
  readonly isDryRun?: boolean;
}

export interface SiteReport {
  readonly dataFiles: number;
  readonly artifacts: number;
  /** Bytes of the published artifacts. */
  readonly artifactBytes: number;
  /** Files that were not there or had other bytes. */
  readonly written: number;
  /** Files of an earlier export that are gone now. */
  readonly removed: number;
  /** Params and tags that look like secrets: `run <id>, param <key>`. */
  readonly secrets: readonly string[];
  /** Files that hosts may refuse, with their size. */
  readonly large: readonly string[];
}

/** Lists the files of an export, so that the next one knows which to remove. Makes a folder recognisable as a site. */
const LISTING = "mlruns-site.json";
/** Bytes of an artifact that `small` still publishes. */
const SMALL = 1_000_000;
/** GitHub refuses files of 100 MB and warns above 50. */
const LARGE = 90_000_000;
const CONCURRENCY = 8;

/**
 * The policy of a static page, which has no headers: as the server's, without what a `<meta>` cannot say. No script of
 * an artifact runs in it: reports open in a sandbox without scripts until they are asked to.
 */
const PAGE_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; media-src 'self'; font-src 'self'; " +
  "connect-src 'self'; worker-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'";

/**
 * Writes the viewer and a tree or several, or some experiments of them, as plain files for any static host, below any path.
 * The same trees give the same bytes, and only what changed is written.
 *
 * @param folder - missing, empty, or an earlier export
 * @throws MlrunsError INVALID_PARAMETER_VALUE when the folder holds something else
 */
export async function writeSite(
  trees: Trees,
  folder: string,
  options: SiteOptions = {},
): Promise<SiteReport> {
  const before = await readListing(folder);
  const site = publicSite(trees, options);
  const { data, artifacts } = await listSite(site);
  const secrets = await findSecrets(site);
  const large = artifacts
    .filter(({ size }) => size > LARGE)
    .map(({ ownerId, path }) => `${ownerId}/${path}`);
  const report = {
    dataFiles: data.length,
    artifacts: artifacts.length,
    artifactBytes: artifacts.reduce((sum, { size }) => sum + size, 0),
    secrets,
    large,
  };
  if (options.isDryRun) return { ...report, written: 0, removed: 0 };

  const files = new Set<string>();
  let written = 0;
  const put = async (path: string, bytes: Uint8Array): Promise<void> => {
    files.add(path);
    if (await replaceIfOther(join(folder, path), bytes)) written++;
  };
  // First what is to come: when this process is killed, the next one knows the folder for an export.
  const planned = [...before, ...data, ...artifacts.map(artifactPath)];
  await writeListing(folder, planned);
  await copyViewer(site, options.viewerDir ?? builtViewer, put);
  await put(".nojekyll", new Uint8Array());
  await pMap(data, async (path) => put(path, await makeBytes(site, path)), {
    concurrency: CONCURRENCY,
  });
  for (const artifact of artifacts) {
    files.add(artifactPath(artifact));
    if (await copyArtifact(site, artifact, folder)) written++;
  }
  const stale = before.filter((path) => !files.has(path));
  for (const path of stale) await fs.remove(join(folder, path));
  await removeLeftOvers(folder, files);
  await writeListing(folder, [...files]);
  return { ...report, written, removed: stale.length };
}

/** What a static site shows of trees: several are known by their short names, whose paths stay private. */
export function publicSite(trees: Trees, options: SiteOptions): Site {
  const title = options.title ?? "mlruns";
  const limit = options.maxSize ?? (options.artifacts === "all" ? Number.POSITIVE_INFINITY : SMALL);
  return toSite(
    trees,
    { mode: "static", readOnly: true, title, version, rawBase: "raw" },
    ({ key, id }) => ({
      label: key || title,
      scope: publicScope(options, id),
      isPublished: (_owner, _path, size) => options.artifacts !== "none" && size <= limit,
    }),
    ({ root, error }) => ({
      label: basename(root),
      problem: error.message.replaceAll(root, basename(root)),
    }),
  );
}

async function writeListing(folder: string, paths: readonly string[]): Promise<void> {
  const text = `${JSON.stringify([...new Set(paths)].sort(), null, 1)}\n`;
  await replaceIfOther(join(folder, LISTING), Buffer.from(text));
}

/** Temporary files of an export that was killed. */
async function removeLeftOvers(folder: string, files: ReadonlySet<string>): Promise<void> {
  const found = await fastGlob(["**/*.new", "**/.artifact.uploading.*"], {
    cwd: folder,
    dot: true,
  });
  for (const path of found) if (!files.has(path)) await fs.remove(join(folder, path));
}

/** Files of an earlier export. @throws MlrunsError when the folder holds something else */
async function readListing(folder: string): Promise<string[]> {
  const listing = await fs.readJson(join(folder, LISTING)).catch(() => undefined);
  if (Array.isArray(listing))
    return listing.filter((path) => typeof path === "string" && !path.split("/").includes(".."));
  const names = await fs.readdir(folder).catch(() => []);
  // An export that was killed at once has left the beginning of its listing.
  if (names.every((name) => name === `${LISTING}.new`)) return [];
  throw invalidParameter(`'${folder}' is not empty and no earlier export.`, {
    hint: "Name an empty or a new folder: an export removes files that it wrote before.",
  });
}

async function copyViewer(
  site: Site,
  viewer: string,
  put: (path: string, bytes: Uint8Array) => Promise<void>,
): Promise<void> {
  // Files that begin with a dot, such as Vite's manifest, are for the build.
  for (const name of await fastGlob("**", { cwd: viewer, ignore: ["**/*.gz"] })) {
    const bytes = await fs.readFile(join(viewer, name));
    await put(name, name === "index.html" ? await staticPage(site, bytes) : bytes);
  }
}

/** The viewer's page with its policy, and with a list for readers without JavaScript. */
async function staticPage(site: Site, html: Buffer): Promise<Buffer> {
  const meta = `<meta http-equiv="Content-Security-Policy" content="${PAGE_POLICY}" />`;
  const experiments = Buffer.from(await makeBytes(site, DATA_PATH.experiments)).toString("utf8");
  const page = withPlainList(html.toString("utf8"), JSON.parse(experiments));
  return Buffer.from(page.replace("<head>", `<head>\n    ${meta}`));
}

/** @param path - one of `listSite` */
export async function makeBytes(site: Site, path: string): Promise<Uint8Array> {
  const file = await makeDataFile(site, path.slice("data/".length));
  if (file === undefined) throw new Error(`No maker for ${path}`);
  return bytesOf(file);
}

function artifactPath({ ownerId, path }: PublishedArtifact): string {
  return decodeURIComponent(rawPath("raw", ownerId, path));
}

/** Copies an artifact unless a copy of its size and time is there. */
async function copyArtifact(
  site: Site,
  artifact: PublishedArtifact,
  folder: string,
): Promise<boolean> {
  const target = join(folder, artifactPath(artifact));
  const { artifacts } = await inRootOf(site, artifact.ownerId, openOwner);
  const [source, copy] = await Promise.all([
    artifacts.find(artifact.path),
    fs.stat(target).catch(() => undefined),
  ]);
  if (
    copy !== undefined &&
    copy.size === source?.fileSize &&
    Math.round(copy.mtimeMs) === source.modified
  )
    return false;
  await artifacts.download(artifact.path, target);
  return true;
}

/** Writes a file whole or not at all, unless it is there with the same bytes. @returns whether it was written */
export async function replaceIfOther(file: string, bytes: Uint8Array): Promise<boolean> {
  const there = await fs.readFile(file).catch(() => undefined);
  if (there?.equals(bytes)) return false;
  const temporary = `${file}.new`;
  await fs.mkdir(dirname(file), { recursive: true });
  await fs.writeFile(temporary, bytes);
  await fs.rename(temporary, file);
  return true;
}
