import { hasArtifacts, keepsArtifacts, type Owner } from "./owners.ts";

/**
 * Tells which artifact URIs name something in the tree, wherever the tree lay when they were written: those that end as
 * its own structure does, `<experiment>/<run>/artifacts/…`, by ids that are in the tree.
 */
export class Tails {
  readonly #owners: ReadonlyMap<string, Owner>;
  readonly #from: string | undefined;

  /** @param from - a prefix whose URIs are the tree's too, though it is in another store */
  constructor(owners: readonly Owner[], from?: string) {
    this.#owners = new Map(owners.map((owner) => [owner.id, owner]));
    this.#from = from?.replace(/\/*$/, "/");
  }

  /**
   * What follows the root in a URI of this tree, still escaped: `<experiment>/<run>/artifacts/model`. Undefined when the URI
   * names another place: another store, a folder that the user chose, `runs:/…` or `models:/…`.
   */
  find(uri: string): string | undefined {
    const isFrom = this.isFrom(uri);
    if (!isFrom && /^(?!file:|mlflow-artifacts:)[a-zA-Z][a-zA-Z0-9+.-]+:/i.test(uri))
      return undefined;
    const parts = uri.split("/");
    for (let at = parts.lastIndexOf("artifacts"); at > 0; at = lastArtifacts(parts, at)) {
      const owner = this.#owners.get(parts[at - 1] ?? "");
      if (owner === undefined || !`/${parts.slice(0, at + 1).join("/")}`.endsWith(`/${owner.tail}`))
        continue;
      if (!isFrom && !keepsArtifacts(owner)) return undefined;
      // With nothing in the tree they may be wherever that server put them.
      if (/^mlflow-artifacts:/i.test(uri) && !hasArtifacts(owner)) return undefined;
      return [owner.tail, ...parts.slice(at + 1)].join("/");
    }
    return undefined;
  }

  isFrom(uri: string): boolean {
    return this.#from !== undefined && `${uri}/`.startsWith(this.#from);
  }
}

function lastArtifacts(parts: readonly string[], before: number): number {
  return before === 0 ? -1 : parts.lastIndexOf("artifacts", before - 1);
}
