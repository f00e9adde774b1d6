import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { isProcessAlive } from "./process-lock.ts";

/** Process ids mean something on one machine only, and folders may be shared. */
const MACHINE: string = createHash("md5").update(hostname()).digest("hex").slice(0, 6);

/** Where this process has tidied up already. */
const tidied = new Set<string>();

/**
 * Makes a folder in the system's temporary folder. Those of the same purpose that killed processes of this machine left
 * there are removed first: a process that is killed cannot tidy up.
 *
 * @param purpose - letters and dashes
 */
export function makeTemporaryFolder(purpose: string): string {
  return makeFolder(tmpdir(), `mlruns-${purpose}-`);
}

/** As `makeTemporaryFolder`, beside a file that is being made: what is whole in it can be renamed to the file. */
export function makeFolderBeside(file: string): string {
  mkdirSync(dirname(file), { recursive: true });
  return makeFolder(dirname(file), `${basename(file)}.mlruns-`);
}

function makeFolder(parent: string, name: string): string {
  const prefix = `${name}${MACHINE}-`;
  removeLeftovers(parent, prefix);
  return mkdtempSync(join(parent, `${prefix}${process.pid}-`));
}

function removeLeftovers(parent: string, prefix: string): void {
  const place = join(parent, prefix);
  if (tidied.has(place)) return;
  tidied.add(place);
  for (const name of readdirSync(parent)) {
    if (!name.startsWith(prefix)) continue;
    const pid = Number(name.slice(prefix.length).split("-")[0]);
    if (!(pid > 0) || isProcessAlive(pid)) continue;
    try {
      rmSync(join(parent, name), { recursive: true, force: true });
    } catch {
      // Another user's: not ours to remove.
    }
  }
}
