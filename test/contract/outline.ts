import { createHash } from "node:crypto";
import type { ArtifactFile } from "../../lib/artifacts/artifact-repository.ts";

export async function collect(files: AsyncIterable<ArtifactFile>): Promise<ArtifactFile[]> {
  const collected: ArtifactFile[] = [];
  for await (const file of files) collected.push(file);
  return collected;
}

/** A line a file: its path and size, or a slash for a folder. */
export async function outline(
  files: AsyncIterable<ArtifactFile> | readonly ArtifactFile[],
): Promise<string[]> {
  const lines: string[] = [];
  for await (const { path, isDir, fileSize } of files) {
    lines.push(isDir ? `${path}/` : `${path} ${fileSize}`);
  }
  return lines;
}

export function md5(content: Buffer): string {
  return createHash("md5").update(content).digest("hex");
}
