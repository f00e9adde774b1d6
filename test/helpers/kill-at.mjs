/**
 * Loaded into the CLI before anything else (`node --import`): counts what it changes on the disk and sends over the network,
 * and kills the process at one of these steps. So a test meets a process at work wherever it is, however busy the machine.
 *
 * KILL_AT: the step, before which the process is killed; KILL_COUNT: file for the number of steps of a process that ends.
 */
import { subscribe } from "node:diagnostics_channel";
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";

const at = Number(process.env.KILL_AT ?? 0);
const counts = process.env.KILL_COUNT;
const write = fs.writeFileSync;
let steps = 0;

function step() {
  steps++;
  if (steps === at) process.kill(process.pid, "SIGKILL");
}

const CHANGES =
  /^(append|copy|cp|link|mkdir|rename|rm|rmdir|symlink|truncate|unlink|utimes|write)(File)?(v|temp)?(Sync)?$/;

for (const owner of [fs, fs.promises]) {
  for (const [name, original] of Object.entries(owner)) {
    if (!CHANGES.test(name) || typeof original !== "function") continue;
    Reflect.set(
      owner,
      name,
      /** @param {unknown[]} args */ (...args) => {
        step();
        return Reflect.apply(original, owner, args);
      },
    );
  }
}
syncBuiltinESMExports();
for (const event of ["undici:request:create", "undici:request:headers"]) subscribe(event, step);
for (const event of ["http.client.request.start", "http.client.response.finish"])
  subscribe(event, step);

if (counts !== undefined) process.once("exit", () => write(counts, String(steps)));
