/** `npm test`: installs what is missing, builds, and runs the tests. Arguments go to vitest. */
import { spawn } from "node:child_process";
import {
  bin,
  ensureBuild,
  ensureChromium,
  ensureMlflow,
  ensureNodeModules,
  MLFLOW_VERSIONS,
  orExit,
  repoRoot,
} from "./ensure.mjs";
import { ensureDatabases } from "./ensure-databases.mjs";
import { ensureStores } from "./ensure-stores.mjs";

await orExit(async () => {
  await ensureNodeModules();
  await ensureChromium();
  await Promise.all([ensureBuild(), ...MLFLOW_VERSIONS.map(ensureMlflow), ensureStores()]);
  await ensureDatabases();
});

const vitest = [bin("vitest", "vitest"), "run", ...process.argv.slice(2)];
const child = spawn(process.execPath, vitest, { cwd: repoRoot, stdio: "inherit" });
// Ctrl+C reaches vitest as well: it ends its workers, and then this process ends with its exit code.
process.on("SIGINT", () => undefined);
process.on("SIGTERM", () => child.kill());
child.once("exit", (code) => process.exit(code ?? 1));
