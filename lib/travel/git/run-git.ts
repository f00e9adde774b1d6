import { spawnSync } from "node:child_process";
import { MlrunsError } from "../../errors.ts";

export interface GitOptions {
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs git in a folder. @returns its standard output @throws MlrunsError with what git says when it fails */
export function runGit(folder: string, args: readonly string[], options: GitOptions = {}): string {
  const { stdout, stderr, status, error } = spawnSync("git", args, {
    cwd: folder,
    encoding: "utf8",
    env: { ...process.env, ...options.env },
    maxBuffer: 1024 * 1024 * 1024,
    ...(options.input !== undefined && { input: options.input }),
  });
  if (error !== undefined) {
    const isMissing = "code" in error && error.code === "ENOENT";
    throw new MlrunsError("INVALID_STATE", isMissing ? "git is not installed" : error.message, {
      cause: error,
    });
  }
  if (status === 0) return stdout;
  throw new MlrunsError("INVALID_STATE", `git ${args[0]}: ${stderr.trim()}`);
}

/** As `runGit`; undefined when git fails. */
export function tryGit(folder: string, args: readonly string[]): string | undefined {
  try {
    return runGit(folder, args);
  } catch (error) {
    if (error instanceof MlrunsError) return undefined;
    throw error;
  }
}

/** The folder of the repository that a folder lies in, if it lies in one. */
export function findRepository(folder: string): string | undefined {
  return tryGit(folder, ["rev-parse", "--show-toplevel"])?.trimEnd();
}
