import { dirname, join } from "node:path";
import { TRASH_FOLDER } from "../../tree/layout.ts";
import { isFolder } from "../../tree/read.ts";
import { experimentLocation, localPath } from "../artifact-location.ts";
import type { Store } from "../store.ts";
import type { Examination, FindingKind } from "./finding.ts";

/** A location that some file records, and where what it records should be. */
export interface Recorded {
  readonly kind: FindingKind;
  /** The file that records it. */
  readonly file: string;
  readonly uri: string | null;
  readonly experimentId: string;
  /** Below the folder of the experiment, such as `<run>/artifacts`; empty for the experiment itself. */
  readonly tail: string;
  /** Gives the file with another location. */
  readonly rewrite: (content: Buffer, uri: string) => Buffer;
}

/**
 * Checks that artifacts are where a file says. A location of the tree's own structure that is not there was true before the
 * tree was moved: it can be mended. Until then MLflow finds nothing there, and writes there.
 */
export function checkLocation(examination: Examination, recorded: Recorded): void {
  const { store } = examination;
  const { kind, file, uri, experimentId, tail } = recorded;
  const path = uri === null || uri === "" ? undefined : localPath(store, uri);
  // Of an experiment in the trash, the recorded place is the one it comes back to.
  if (path === undefined || path === join(store.root, experimentId, tail)) return;
  const relative = relativeUri(store, experimentId, tail);
  const isOwn = path.endsWith(join("/", experimentId, tail));
  if (isFolder(path)) {
    if (!isOwn || !isInOtherTree(store, path, tail)) return;
    const hint = `MLflow writes there. If this tree is to stand for itself, write '${relative}' instead.`;
    examination.report(kind, file, `Artifacts are recorded at '${uri}', in another tree`, { hint });
  } else if (isOwn) {
    const message = `Artifacts are recorded at '${uri}', which is not there; they lie in the tree`;
    const rewrite = (content: Buffer): Buffer => recorded.rewrite(content, relative);
    examination.report(kind, file, message, { mend: { action: "rewrite", rewrite } });
  } else if (tail === "" && !isFolder(dirname(path))) {
    // A location that the user chose comes to be with the first artifact; the folder that holds it should be there.
    const hint = "Put the folder back to its place, or write the right one into the file.";
    const message = `Artifacts are recorded at '${uri}', which cannot be reached`;
    examination.report(kind, file, message, { hint });
  }
}

/** The location, free of machines, by which MLflow finds what lies in the tree when it runs beside the root. */
export function relativeUri(store: Store, experimentId: string, tail: string): string {
  const base = experimentLocation(store, experimentId);
  return tail === "" ? base : `${base}/${tail}`;
}

function isInOtherTree(store: Store, path: string, tail: string): boolean {
  if (path.startsWith(join(store.root, "/"))) return false;
  const experiment = join(path, ...(tail === "" ? [] : tail.split("/").map(() => "..")));
  return isFolder(join(dirname(experiment), TRASH_FOLDER));
}
