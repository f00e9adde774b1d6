import { removeVersions } from "../artifacts/versions/collect.ts";
import type { TreeProblem } from "../errors.ts";
import { checkTree, type TreeReport } from "../store/doctor/check.ts";
import { type FixReport, fixTree } from "../store/doctor/fix.ts";
import { findGarbage, type Garbage, type GarbageOptions, removeGarbage } from "../store/gc.ts";
import { TraceClient } from "./trace-client.ts";

export type { Finding, FindingKind } from "../store/doctor/finding.ts";
export type { FixReport, Garbage, TreeReport };

export interface GcOptions extends GarbageOptions {
  /** Only tells what would be removed. */
  readonly dryRun?: boolean;
}

export interface GcReport {
  /** Removed for good or, in a dry run, to be removed. */
  readonly removed: readonly Garbage[];
  /** Kept, though deleted: registered models need their files, see `usedBy`. Delete those versions first. */
  readonly kept: readonly Garbage[];
  /** What could not be read, or removed. */
  readonly problems: readonly TreeProblem[];
}

/** Checking, mending and cleaning up of a tree. */
export class MaintenanceClient extends TraceClient {
  /**
   * Checks the whole tree and names everything that is wrong with it by path and line. Nothing is written.
   *
   * @throws MlrunsError when the root is no tree
   */
  async checkTree(): Promise<TreeReport> {
    this.store.appender.flush();
    return checkTree(this.store);
  }

  /**
   * Mends what can be mended without a guess: folders that git left out, strays of editors, lines that are no points, artifact
   * locations of another machine. Every file that is touched is kept in `backupFolder` first, by default a new folder beside
   * the tree. Nobody should be writing to the tree meanwhile.
   */
  async fixTree(options: { readonly backupFolder?: string } = {}): Promise<FixReport> {
    this.store.appender.close();
    const report = fixTree(this.store, options);
    this.catalog.distrust();
    return report;
  }

  /**
   * Removes for good what was deleted: runs, logged models and experiments with all their artifacts, also those in other
   * stores. Unlike MLflow it keeps what versions of registered models have their files in.
   */
  async gc(options: GcOptions = {}): Promise<GcReport> {
    const { found, problems } = findGarbage(this.store, options);
    const kept = found.filter(({ usedBy }) => usedBy.length > 0);
    const removable = found.filter(({ usedBy }) => usedBy.length === 0);
    if (options.dryRun) return { removed: removable, kept, problems };
    const removed: Garbage[] = [];
    const failures: TreeProblem[] = [];
    for (const garbage of removable) {
      const failure = await this.#remove(garbage);
      if (failure === undefined) removed.push(garbage);
      else failures.push({ path: garbage.path, message: failure });
    }
    return { removed, kept, problems: [...problems, ...failures] };
  }

  /** Artifacts first: a run whose artifacts could not be removed is still there to try again. @returns why it failed */
  async #remove(garbage: Garbage): Promise<string | undefined> {
    try {
      for (const place of garbage.artifacts) {
        const artifacts = await this.openArtifacts(place);
        await artifacts.delete("");
        await removeVersions(place.kind === "folder" ? place.folder : place.uri, this.options);
      }
      removeGarbage(this.store, garbage);
      return undefined;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }
}
