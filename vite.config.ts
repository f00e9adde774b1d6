import { readFileSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

const LINE_CHARTS =
  /node_modules\/uplot\/|viewer\/charts\/|viewer\/components\/(Chart(Controls|Menu)|CursorTable|LinePlot|LineSample|line-plot|MetricChart|PointsTable|RangeFields|use-chart-)/;

/** `--mode single`: all of the viewer in one script, for reports of one file. */
const single = {
  outDir: here("dist/viewer-single"),
  emptyOutDir: true,
  target: "es2022",
  cssCodeSplit: false,
  modulePreload: { polyfill: false },
  chunkSizeWarningLimit: 1_000,
  rolldownOptions: {
    input: here("viewer/main.tsx"),
    output: {
      codeSplitting: false,
      entryFileNames: "viewer.js",
      assetFileNames: "viewer[extname]",
    },
  },
};

/** Puts a compressed twin beside scripts and styles, which `serve` sends to browsers that take it. */
const gzipAssets: Plugin = {
  name: "gzip-assets",
  writeBundle: ({ dir = "" }, bundle) => {
    for (const name of Object.keys(bundle).filter((each) => /\.(js|css)$/.test(each))) {
      const path = join(dir, name);
      writeFileSync(`${path}.gz`, gzipSync(readFileSync(path), { level: 9 }));
    }
  },
};

/** The script that comes first, and its modules. */
const EARLY = here("viewer/early.ts");
const earlyModules = new Set<string>();

/**
 * Has the page load `early.ts` first, which loads the rest: that one is only preloaded. What both need is in the first one's
 * chunk.
 */
const earlyScript: Plugin = {
  name: "early-script",
  apply: "build",
  buildStart() {
    this.emitFile({
      type: "chunk",
      id: EARLY,
      name: "early-entry",
      preserveSignature: false,
    });
  },
  buildEnd() {
    earlyModules.clear();
    earlyModules.add(EARLY);
    for (const id of earlyModules) {
      for (const imported of this.getModuleInfo(id)?.importedIds ?? []) earlyModules.add(imported);
    }
  },
  generateBundle(_, bundle) {
    // An entry in a group is left a chunk that does nothing but import it: another request.
    for (const [name, chunk] of Object.entries(bundle)) {
      if (chunk.type === "chunk" && chunk.name === "early-entry") delete bundle[name];
    }
  },
  transformIndexHtml: {
    order: "post",
    handler: (html, { bundle = {} }) => {
      const chunks = Object.values(bundle).filter((each) => each.type === "chunk");
      const early = chunks.find(({ moduleIds }) => moduleIds.includes(EARLY));
      const [tag, main] =
        /<script type="module" crossorigin src="([^"]+)"><\/script>/.exec(html) ?? [];
      if (early === undefined || tag === undefined || main === undefined) {
        throw new Error("The page names no script");
      }
      const attrs = { type: "module", async: true, crossorigin: true, src: `./${early.fileName}` };
      return {
        html: html
          .replace(tag, `<link rel="modulepreload" data-main crossorigin href="${main}">`)
          .replace(/<link rel="modulepreload" crossorigin href="[^"]*\/early-[^"]*">\s*/, ""),
        tags: [{ tag: "script", attrs, injectTo: "head-prepend" }],
      };
    },
  },
};

export default defineConfig(({ mode }) => ({
  root: here("viewer"),
  // Relative URLs: the bundle works below any prefix and from any static host.
  base: "./",
  plugins: mode === "single" ? [] : [earlyScript, gzipAssets],
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build:
    mode === "single"
      ? single
      : {
          outDir: here("dist/viewer"),
          emptyOutDir: true,
          // Read by .ci/check-sizes.mjs.
          manifest: true,
          target: "es2022",
          // A modulepreload polyfill would be an inline script, which the page's policy forbids.
          modulePreload: { polyfill: false },
          assetsInlineLimit: 0,
          // All that the first page needs in one file, and all that draws lines in another: a chunk each for what pages share
          // would cost requests.
          rolldownOptions: {
            // Slow builds of busy machines are no news.
            checks: { pluginTimings: false },
            output: {
              codeSplitting: {
                groups: [
                  { name: "early", test: (id) => earlyModules.has(id), priority: 3 },
                  { name: "main", tags: ["$initial"], priority: 2 },
                  { name: "lines", test: LINE_CHARTS, priority: 1 },
                ],
              },
            },
          },
        },
  test: {
    root: here("."),
    include: ["test/**/*.test.{ts,tsx}"],
    reporters: ["default", here("test/helpers/reporter.ts")],
    // Tests must not fill the catalog of the person who runs them.
    env: {
      MLRUNS_CACHE_DIR: join(tmpdir(), "mlruns-test-catalogs"),
      MLRUNS_UNSENT_DIR: join(tmpdir(), "mlruns-test-unsent"),
    },
    // A page on a busy machine may need more than the usual second.
    expect: { poll: { timeout: 15_000 } },
    // Tests wait for servers and Python half of their time: the one worker that vitest takes on two cores lets both idle.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    // Where nobody is there to try again; the reporter names what passed only then.
    retry: process.env.CI === undefined ? 0 : 1,
    testTimeout: 180_000,
    hookTimeout: 300_000,
  },
}));
