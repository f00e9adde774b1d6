import { readFileSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build, type Plugin, type Rolldown } from "vite";
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

/** Builds `early.ts` by itself, and names it in the page before everything else: it must not wait for the viewer's code. */
const earlyScript: Plugin = {
  name: "early-script",
  apply: "build",
  async buildStart() {
    const built = await build({
      configFile: false,
      logLevel: "warn",
      build: {
        write: false,
        target: "es2022",
        rolldownOptions: { input: here("viewer/early.ts"), output: { format: "iife" } },
      },
    });
    const [script] = (built as Rolldown.RolldownOutput).output;
    this.emitFile({ type: "asset", name: "early.js", source: script.code });
  },
  transformIndexHtml: {
    order: "post",
    handler: (_, { bundle = {} }) => {
      const script = Object.values(bundle).find(
        (each) => each.type === "asset" && each.names.includes("early.js"),
      );
      const attrs = { async: true, src: `./${script?.fileName}` };
      return [{ tag: "script", attrs, injectTo: "head-prepend" }];
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
