import { MaintenanceClient } from "./maintenance-client.ts";

/** Where the catalog of a tree is saved, and what it knows. */
export interface CatalogStatus {
  readonly folder: string;
  readonly bytes: number;
  readonly experiments: number;
  readonly runs: number;
}

/** The catalog of a tree: what was read of its runs, saved to open the tree quicker. It is never the truth. */
export class CatalogClient extends MaintenanceClient {
  /** Brings the catalog up to date and saves it. */
  async updateCatalog(): Promise<CatalogStatus> {
    const counts = await this.catalog.refresh();
    await this.catalog.save();
    return { ...this.catalog.saved, ...counts };
  }

  /**
   * Writes the catalog into the tree itself, as a hidden file in each experiment, for trees that are copied to others.
   *
   * @throws the file system's error when the tree cannot be written to
   */
  async writeCatalogInTree(): Promise<void> {
    await this.catalog.refresh();
    this.catalog.saveInTree();
  }

  /**
   * Reads every file and compares: finds what changed without leaving a trace in sizes and times, and puts it right.
   *
   * @returns the runs that the catalog was wrong about
   */
  async verifyCatalog(): Promise<
    readonly { readonly experimentId: string; readonly runId: string }[]
  > {
    return this.catalog.verify();
  }

  /** Reads the whole tree anew, whatever the catalog says. */
  async rebuildCatalog(): Promise<CatalogStatus> {
    await this.catalog.rebuild();
    return this.updateCatalog();
  }

  /** Removes the catalog from the cache folder. @returns bytes that it took */
  async clearCatalog(): Promise<number> {
    return this.catalog.clear();
  }
}
