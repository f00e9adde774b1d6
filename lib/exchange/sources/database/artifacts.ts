import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { openArtifacts } from "../../../artifacts/registry.ts";
import { isRemote } from "../../destinations/tree.ts";
import { type Artifacts, NO_ARTIFACTS } from "../../items.ts";
import type { Report } from "../../report.ts";

export type ArtifactChoice = "stay" | "copy" | "none";

export interface ArtifactOptions {
  /** Of those in buckets: `stay`, or be copied as all others are; `none` copies none at all. */
  readonly artifacts: ArtifactChoice;
  /** Folders below which artifacts may lie that the database does not name by a path that is there. */
  readonly folders: readonly string[];
}

/** Finds the artifacts that a database names by URI. */
export class ArtifactFinder {
  readonly #options: ArtifactOptions;
  readonly #report: Report;

  constructor(options: ArtifactOptions, report: Report) {
    this.#options = options;
    this.#report = report;
  }

  /** @param tail - how their path ends below a folder of artifacts, such as `1/4f0e…/artifacts` */
  find(uri: string | null, tail: string): Artifacts {
    if (this.#options.artifacts === "none" || uri === null || uri === "") return NO_ARTIFACTS;
    if (isRemote(uri)) {
      if (this.#options.artifacts === "stay") {
        this.#report.note(`artifacts stay where they are, such as in ${shortened(uri)}`);
        return { kind: "stay", uri };
      }
      return { kind: "copy", open: () => openArtifacts({ kind: "remote", uri }) };
    }
    const folder = this.#folderOf(uri, tail);
    if (folder === undefined) return NO_ARTIFACTS;
    return { kind: "copy", open: () => openArtifacts({ kind: "folder", folder }) };
  }

  #folderOf(uri: string, tail: string): string | undefined {
    const { folders } = this.#options;
    const proxied = /^mlflow-artifacts:(?:\/\/[^/]*)?\/*(.*)$/i.exec(uri)?.[1];
    const named =
      proxied === undefined ? [pathOf(uri)] : folders.map((each) => join(each, proxied));
    const candidates = [...named, ...folders.map((each) => join(each, ...tail.split("/")))];
    const found = candidates.find((each) => existsSync(each));
    if (found === undefined) this.#noteMissing(proxied === undefined ? pathOf(uri) : undefined);
    return found;
  }

  /**
   * A run without artifacts has no folder, and neither has an experiment of such runs. So artifacts are missing only when
   * not even the folder is here in which the server kept those of all experiments.
   */
  #noteMissing(path: string | undefined): void {
    const location = path?.replace(OWNER, "");
    const isHere =
      location === undefined
        ? this.#options.folders.some((folder) => existsSync(folder))
        : existsSync(dirname(dirname(location)));
    if (isHere) return;
    const place = location ?? "the server's own place (mlflow-artifacts:)";
    const message = `no artifacts were found of ${place}: --artifacts-root names the folder where they are now`;
    this.#report.note(message);
  }
}

/** What follows the place of an experiment in the path of an artifact folder. */
const OWNER = /(?:[\\/](?:models|traces))?[\\/][^\\/]+[\\/]artifacts[\\/]?$/;

function pathOf(uri: string): string {
  if (/^file:\/\/\//i.test(uri)) return fileURLToPath(uri);
  return resolve(decodeURIComponent(uri.replace(/^file:(\/\/localhost)?/i, "")));
}

/** The place that many URIs have in common. */
function shortened(uri: string): string {
  return uri.replace(/^([^:]+:\/\/[^/]+).*$/, "$1");
}
