import { execFileSync } from "node:child_process";
import { dirname, resolve } from "node:path";
import { MLFLOW_TAG } from "../entities/tag.ts";
import { userName } from "./environment.ts";

/**
 * The tags that tell where a run came from, as MLflow's fluent API sets them: user, script, and in a git checkout
 * commit, branch and remote.
 *
 * @see MLflow 3.17 `mlflow.tracking.context`
 */
export function contextTags(script: string | undefined = process.argv[1]): Record<string, string> {
  return {
    [MLFLOW_TAG.user]: userName(),
    [MLFLOW_TAG.sourceName]: script ?? "<console>",
    [MLFLOW_TAG.sourceType]: "LOCAL",
    ...gitTags(script === undefined ? process.cwd() : dirname(resolve(script))),
  };
}

const gitTagsByFolder = new Map<string, Record<string, string>>();

function gitTags(folder: string): Record<string, string> {
  const known = gitTagsByFolder.get(folder);
  if (known !== undefined) return known;
  const tags = readGitTags(folder);
  gitTagsByFolder.set(folder, tags);
  return tags;
}

function readGitTags(folder: string): Record<string, string> {
  const head = git(folder, "rev-parse", "HEAD", "--abbrev-ref", "HEAD")?.split("\n") ?? [];
  const [commit, branch] = head;
  if (commit === undefined || !/^[0-9a-f]{40,}$/.test(commit)) return {};
  const remote = git(folder, "remote")?.split("\n")[0];
  const url = remote ? git(folder, "remote", "get-url", remote) : undefined;
  return {
    [MLFLOW_TAG.gitCommit]: commit,
    // A detached HEAD has no branch, and git calls it HEAD.
    ...(branch && branch !== "HEAD" ? { [MLFLOW_TAG.gitBranch]: branch } : {}),
    ...(url ? { [MLFLOW_TAG.gitRepoUrl]: withoutCredentials(url) } : {}),
  };
}

/** What git prints; undefined when there is no git, no checkout or no commit. */
function git(folder: string, ...args: string[]): string | undefined {
  try {
    return execFileSync("git", args, {
      cwd: folder,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
      timeout: 2_000,
    }).trim();
  } catch {
    return undefined;
  }
}

/** Remotes may carry a token, and tags are shown to everybody. */
function withoutCredentials(url: string): string {
  return url.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/@]*@/i, "$1");
}
