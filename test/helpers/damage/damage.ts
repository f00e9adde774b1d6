import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

/** Where a reader should point. */
export interface Flaw {
  /** Relative to the root, separated by `/`. A thing that is missing is named where it should be. */
  readonly path: string;
  /** 1-based. */
  readonly line?: number;
}

/** One kind of damage. All of them can be done to one tree: each works on things that it makes itself. */
export interface Damage {
  readonly name: string;
  /**
   * `reading`: whoever lists experiments or opens the run, model or trace meets it and must say so.
   * `doctor`: everything reads, and yet something is wrong: only a check of the whole tree tells.
   */
  readonly seenBy: "reading" | "doctor";
  readonly apply: (root: string) => Promise<readonly Flaw[]>;
}

/** Writes a file of the tree, and the folders above it. */
export async function write(root: string, path: string, content: string | Buffer): Promise<void> {
  const file = join(root, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, content);
}

/** Replaces `from`, which must be there once, so that a damage cannot miss. */
export function replaced(text: string, from: string, to: string): string {
  const parts = text.split(from);
  if (parts.length !== 2) throw new Error(`Expected '${from}' once in:\n${text}`);
  return parts.join(to);
}

/** 1-based number of the line that holds `part`. */
export function lineOf(text: string, part: string): number {
  return text.slice(0, text.indexOf(part)).split("\n").length;
}
