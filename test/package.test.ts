import { execFile } from "node:child_process";
import { lstat, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import getPort from "get-port";
import { beforeAll, expect, test } from "vitest";
import { bin } from "../.ci/ensure.mjs";
import * as api from "../lib/index.ts";
import { repoRoot } from "./helpers/paths.ts";
import { startServer } from "./helpers/processes.ts";
// Makes sure that what is packed is built.
import "./helpers/servers.ts";
import { makeTempFolder, makeTree } from "./helpers/tree.ts";

const NPM_QUIET = ["--no-audit", "--no-fund", "--loglevel=error"];
const MEGABYTE = 1_000_000;

interface Packed {
  readonly filename: string;
  readonly files: readonly { readonly path: string }[];
}

let packed: Packed;
/** A folder of a stranger, into which the packed package was installed. */
let home: string;

beforeAll(async () => {
  home = await makeTempFolder();
  // The build is there: scripts would only make it again.
  const pack = ["pack", "--json", "--ignore-scripts", "--pack-destination", home];
  const { stdout } = await start("npm", pack, { cwd: repoRoot });
  packed = (JSON.parse(stdout) as Packed[])[0] as Packed;
  await writeFile(join(home, "package.json"), '{ "type": "module", "private": true }');
  const install = ["install", "--prefer-offline", ...NPM_QUIET, `./${packed.filename}`];
  await start("npm", install, { cwd: home });
});

test("the top level exports these names and no others", () => {
  expect(Object.keys(api).sort()).toEqual([
    "ActiveRun",
    "MlrunsClient",
    "MlrunsError",
    "RestClient",
    "RootsClient",
    "currentSpan",
    "diffTrees",
    "exportFrom",
    "flushTraces",
    "formatPrompt",
    "importInto",
    "mergeTrees",
    "openClient",
    "openRoots",
    "promptVariables",
    "relocateTree",
    "sendUnsent",
    "startRun",
    "tfjs",
    "trace",
    "withSpan",
  ]);
});

test("the package holds what was built and the papers, nothing else", () => {
  const strange = packed.files
    .map(({ path }) => path)
    .filter((path) => !/^dist\/.*\.(js|d\.ts|css|html|svg|json|(js|css)\.gz)$/.test(path));

  const papers = ["CHANGELOG.md", "LICENSE", "README.md", "dist/THIRD-PARTY-LICENSES.md"];
  expect(strange.sort()).toEqual([...papers, "package.json"]);
});

test("no file of the package names the machine that built it", async () => {
  for (const { path } of packed.files) {
    const text = await readFile(join(home, "node_modules", "mlruns", path), "utf8");
    expect(text.includes(repoRoot), path).toBe(false);
  }
});

test("only lib/package-files.ts finds files by its own place, because the build moves every other module", async () => {
  const lib = join(repoRoot, "lib");
  const files = (await readdir(lib, { recursive: true })).filter((name) => name.endsWith(".ts"));
  const texts = await Promise.all(
    files.map(async (name) => ({ name, text: await readFile(join(lib, name), "utf8") })),
  );

  const asking = texts
    .filter(({ text }) => /\bURL\([^)]*import\.meta|import\.meta\.(dirname|filename)/.test(text))
    .map(({ name }) => name);
  expect(asking).toEqual(["package-files.ts"]);
});

test("loading the library opens few files, and none of the server or the cloud", async () => {
  const script = join(home, "load.mjs");
  await writeFile(script, 'import "mlruns"; console.log("loaded");');
  const { stdout, stderr } = await start(process.execPath, [script], {
    cwd: home,
    env: { ...process.env, NODE_DEBUG: "esm" },
  });

  expect(stdout).toContain("loaded");
  const files = [...stderr.matchAll(/Storing file:\/\/(\S+)/g)].map(([, file = ""]) => file);
  expect(files.length).toBeLessThan(20);
  expect(files.filter((file) => /hono|valibot|sirv|fs-extra|aws|server/.test(file))).toEqual([]);
});

test("what npm installs weighs less than 15 MB, without the cloud SDKs", async () => {
  const folder = join(home, "node_modules");

  expect(await sizeOf(folder)).toBeLessThan(15 * MEGABYTE);
  const names = await readdir(folder);
  expect(names.filter((name) => /^@(aws-sdk|google-cloud|azure)$/.test(name))).toEqual([]);
});

test("the installed command serves a tree", async () => {
  const root = await makeTree("v3-basic");
  const port = await getPort();
  const where = ["--port", String(port), "--host", "127.0.0.1", "--no-open"];
  const server = await startServer({
    program: "npx",
    args: ["--no-install", "mlruns", "serve", root, ...where],
    options: { cwd: home },
    port,
    ownGroup: true,
  });

  const page = await fetch(`${server.url}/`);
  expect(page.status).toBe(200);
  expect(await page.text()).toContain("<title>");
  const experiments = await (await fetch(`${server.url}/data/experiments.json`)).text();
  expect(experiments).toContain("802030357794687314");
});

test("the README's first TypeScript script compiles strictly and runs in a stranger's folder", async () => {
  const readme = await readFile(join(repoRoot, "README.md"), "utf8");
  const script = /```ts\n([\s\S]*?)```/.exec(readme)?.[1] ?? "";
  expect(script).toContain('from "mlruns"');
  const folder = join(home, "script");
  await mkdir(folder);
  await writeFile(join(folder, "train.ts"), script);

  const typeRoots = join(repoRoot, "node_modules", "@types");
  const node20 = ["--module", "nodenext", "--target", "es2022", "--types", "node"];
  const strict = ["--strict", "--typeRoots", typeRoots, ...node20, "train.ts"];
  await start(process.execPath, [bin("typescript", "tsc"), ...strict], { cwd: folder });
  await start(process.execPath, ["train.js"], { cwd: folder });

  const { stdout } = await start("npx", ["--no-install", "mlruns", "runs", "--json"], {
    cwd: folder,
  });
  expect(stdout).toContain('"FINISHED"');
});

async function sizeOf(path: string): Promise<number> {
  const status = await lstat(path);
  if (!status.isDirectory()) return status.size;
  const names = await readdir(path);
  const sizes = await Promise.all(names.map((name) => sizeOf(join(path, name))));
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** Runs a program to its end; an error tells all that it printed. */
async function start(
  program: string,
  args: readonly string[],
  options: { readonly cwd: string; readonly env?: NodeJS.ProcessEnv },
): Promise<{ readonly stdout: string; readonly stderr: string }> {
  try {
    return await promisify(execFile)(program, args, options);
  } catch (error) {
    const { message, stdout, stderr } = error as Error & { stdout: string; stderr: string };
    throw new Error([message, stdout, stderr].join("\n"));
  }
}
