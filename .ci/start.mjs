/**
 * `npm start`: installs and builds what is missing, then serves the viewer over the tree that is named as the first
 * argument, else `./mlruns`, else a demo tree that is made by really training something. Further arguments go to
 * `mlruns serve`.
 */
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { ensureBuild, ensureNodeModules, orExit, repoRoot, say } from "./ensure.mjs";

const main = join(repoRoot, "dist", "cli", "main.js");
const args = process.argv.slice(2);

const root = await orExit(async () => {
  await ensureNodeModules();
  await ensureBuild();
  const isNamed = args[0] !== undefined && !args[0].startsWith("-");
  if (isNamed) return [];
  return [existsSync("mlruns") ? "mlruns" : await ensureDemo()];
});

// In this process, so that signals and the exit code are the server's own.
process.argv = [process.execPath, main, "serve", ...root, ...args];
await import(pathToFileURL(main).href);

async function ensureDemo() {
  const folder = ".demo";
  const tree = join(folder, "mlruns");
  if (existsSync(tree)) return tree;
  say("no ./mlruns here: training a few small models for a demo tree in .demo/mlruns");
  // Moved into place when whole, so that a demo that was interrupted is made again.
  const making = join(folder, "making");
  await rm(making, { recursive: true, force: true });
  await mkdir(making, { recursive: true });
  const demo = [main, "demo", join(making, "mlruns")];
  execFileSync(process.execPath, demo, { stdio: ["ignore", "ignore", "inherit"] });
  await rename(join(making, "mlruns"), tree);
  await rm(making, { recursive: true });
  return tree;
}
