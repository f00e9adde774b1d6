import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/**
 * The library and the command line as a few files: Node takes longer to find and open 200 modules than to run them.
 * tsc writes the types beside them.
 */
export default defineConfig({
  root: here("lib"),
  resolve: {
    // Its 72 files cost as much to load as all of ours. This form of it goes into the bundle.
    alias: { yaml: here("node_modules/yaml/browser/index.js") },
  },
  // aws4 is one small file. Of GraphQL's package a part goes into a file of its own, which is loaded when it is asked.
  ssr: { noExternal: ["aws4", "yaml", "graphql"] },
  build: {
    ssr: true,
    target: "node20",
    minify: false,
    outDir: here("dist"),
    emptyOutDir: false,
    license: { fileName: "THIRD-PARTY-LICENSES.md" },
    rolldownOptions: {
      input: Object.fromEntries(
        [
          "index",
          "artifacts/index",
          "search/index",
          "server/index",
          "cli/main",
          "catalog/worker",
        ].map((name) => [name, here(`lib/${name}.ts`)]),
      ),
      output: {
        entryFileNames: "[name].js",
        chunkFileNames: "chunk-[name].js",
        codeSplitting: {
          groups: [
            // Files of the package are found from here, so it stays at the top of `dist`.
            { name: "package-files", test: /\/lib\/package-files\.ts$/, priority: 2 },
            // All that the catalog's threads need at first. They themselves stay out of every group: loaded into a thread of
            // the user's, they would listen to its messages.
            {
              name: "check",
              test: /\/lib\/(catalog\/check-job|tree\/footprint)\.ts$/,
              priority: 2,
            },
            {
              name: "core",
              test: /\/lib\/(errors|entities|format|wire|search|tree|state|store|catalog(?!\/(?:worker|read-job)\.ts))\b|\/yaml\//,
              priority: 1,
            },
            { name: "graphql", test: /\/graphql\// },
            // What `import "mlruns"` needs besides. The modules left out are loaded where they are used, and would bring along
            // the packages that they need.
            {
              name: "client",
              test: /\/lib\/client\/(?!(?:artifact-uri|push-tree|sum-reports|sync)\.ts)/,
            },
          ],
        },
      },
    },
  },
});
