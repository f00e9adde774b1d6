import { realpathSync, rmSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { invalidParameter, MlrunsError } from "../../errors.ts";
import { makeTemporaryFolder } from "../../state/temporary-folder.ts";
import { checkRoot } from "../../store/store.ts";
import { isFolder } from "../../tree/read.ts";
import { findRepository, runGit, tryGit } from "../git/run-git.ts";
import { diffSnapshots, type TreeDiff } from "./diff.ts";
import { readSnapshot } from "./snapshot.ts";

export type { Change, MetricValue, RunChange, RunSummary, TreeDiff } from "./diff.ts";

/**
 * Compares two trees: folders, or a tree at two revisions of git. Only the runs are read whose files git names as changed.
 *
 * @param before - a folder or a revision
 * @param after - a folder or a revision; undefined is the tree as it lies in `root`
 * @param root - the tree of which revisions are meant
 * @throws MlrunsError when one is neither, or when the tree is in no repository
 */
export async function diffTrees(
  before: string,
  after: string | undefined,
  root: string,
): Promise<TreeDiff> {
  if (isFolder(before) && (after === undefined || isFolder(after))) {
    const folders = [before, after ?? root];
    for (const folder of folders) checkRoot(folder);
    const [a, b] = await Promise.all(folders.map((folder) => readSnapshot(folder)));
    return diffSnapshots(a ?? new Map(), b ?? new Map());
  }
  return diffRevisions(before, after, root);
}

async function diffRevisions(
  before: string,
  after: string | undefined,
  root: string,
): Promise<TreeDiff> {
  const tree = new Repository(root);
  const [a, b] = [tree.resolve(before), after === undefined ? undefined : tree.resolve(after)];
  const runIds = tree.changedRuns(a, b);
  const folder = makeTemporaryFolder("diff");
  try {
    const roots = [a, b].map((revision, i) =>
      revision === undefined ? root : tree.checkOut(revision, runIds, join(folder, String(i))),
    );
    const [old, now] = await Promise.all(roots.map((each) => readSnapshot(each, runIds)));
    return diffSnapshots(old ?? new Map(), now ?? new Map());
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The git repository of a tree. */
class Repository {
  readonly #top: string;
  /** Path of the root in the repository, such as `work/mlruns`. */
  readonly #path: string;

  constructor(root: string) {
    const top = isFolder(root) ? findRepository(root) : findRepository(".");
    if (top === undefined) {
      throw invalidParameter(`'${root}' is in no git repository`, {
        hint: "Name two folders, or make a repository with `mlruns git init`.",
      });
    }
    this.#top = top;
    const tree = isFolder(root) ? realpathSync(root) : root;
    this.#path = relative(realpathSync(top), tree).split(sep).join("/");
  }

  /** @throws MlrunsError RESOURCE_DOES_NOT_EXIST when there is no such revision */
  resolve(revision: string): string {
    const args = ["rev-parse", "--verify", "--quiet", "--end-of-options", `${revision}^{commit}`];
    const commit = tryGit(this.#top, args)?.trim();
    if (commit) return commit;
    throw new MlrunsError(
      "RESOURCE_DOES_NOT_EXIST",
      `'${revision}' is neither a folder nor a revision of ${this.#top}`,
    );
  }

  /** Ids of runs of which a file differs; artifacts do not count. @param b - undefined is the work tree */
  changedRuns(a: string, b: string | undefined): Set<string> {
    const names = ["diff", "--name-only", "--no-renames", "-z", a, ...(b ? [b] : [])];
    const untracked = ["ls-files", "--others", "--exclude-standard", "-z"];
    const here = ["--", `./${this.#path}`];
    const files = [
      ...lines(runGit(this.#top, [...names, ...here])),
      ...(b === undefined ? lines(runGit(this.#top, [...untracked, ...here])) : []),
    ];
    const parts = files.map((file) => this.#partsOf(file));
    return new Set(
      parts.flatMap(([, run, kind]) =>
        kind === undefined || kind === "artifacts" ? [] : (run ?? []),
      ),
    );
  }

  /** Writes the metadata of some runs and of all experiments into a folder. @returns the root of that tree */
  checkOut(revision: string, runIds: ReadonlySet<string>, folder: string): string {
    const list = ["ls-tree", "-r", "--name-only", "-z", "--full-tree", revision, "--"];
    const files = lines(runGit(this.#top, [...list, this.#path || "."])).filter((file) => {
      const [, run, kind] = this.#partsOf(file);
      if (kind === undefined) return run === "meta.yaml";
      return kind !== "artifacts" && runIds.has(run ?? "");
    });
    const root = join(folder, ...this.#path.split("/"));
    if (files.length === 0) return folder;
    const env = { GIT_INDEX_FILE: `${folder}.index` };
    runGit(this.#top, ["read-tree", revision], { env });
    const checkout = ["checkout-index", "-z", "--stdin", `--prefix=${folder}/`];
    runGit(this.#top, checkout, { env, input: files.map((file) => `${file}\0`).join("") });
    return root;
  }

  /** Experiment, run and kind of a file, such as `0`, `4f0e…`, `metrics`. */
  #partsOf(file: string): string[] {
    const path = this.#path === "" ? file : file.slice(this.#path.length + 1);
    const parts = path.split("/");
    return parts[0] === ".trash" ? parts.slice(1) : parts;
  }
}

function lines(text: string): string[] {
  return text.split("\0").filter(Boolean);
}
