import { mkdirSync, renameSync } from "node:fs";
import { dirname } from "node:path";
import { experimentFolder } from "./layout.ts";

/** Moves an experiment's folder into `.trash`. */
export function moveToTrash(root: string, experimentId: string): void {
  move(experimentFolder(root, experimentId), experimentFolder(root, experimentId, true));
}

/** Moves an experiment's folder back out of `.trash`. */
export function moveFromTrash(root: string, experimentId: string): void {
  move(experimentFolder(root, experimentId, true), experimentFolder(root, experimentId));
}

function move(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  renameSync(from, to);
}
