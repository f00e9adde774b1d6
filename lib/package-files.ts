import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/**
 * The files of this package that are found by their place. Nothing else asks where it lies: the build puts many modules
 * into one file, and only this one stays where it is, at the top of `dist`.
 */
const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** Version of this package. */
export const version: string = (
  JSON.parse(readFileSync(here("../package.json"), "utf8")) as { version: string }
).version;

/** The folder of the built viewer. */
export const builtViewer: string = here("./viewer");

/** The folder of the viewer that is built into one script. */
export const builtSingleViewer: string = here("./viewer-single");

/** The script of the catalog's threads; it is there once the package is built. */
export const catalogThread: string = here("./catalog/worker.js");
