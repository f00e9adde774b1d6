import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import pMap from "p-map";
import type { ArtifactFile, ArtifactRepository } from "../artifacts/artifact-repository.ts";
import type { Artifacts } from "./items.ts";
import { concernsOneItem, type Report } from "./report.ts";

/**
 * Copies artifacts into a folder. Files of the same size that are there, from a try before, are passed over: each file
 * arrives whole.
 *
 * @param owner - such as `run 4f0e`, for the report
 */
export async function copyToFolder(
  artifacts: Artifacts,
  folder: string,
  owner: string,
  report: Report,
): Promise<void> {
  await eachFile(artifacts, owner, report, async (repository, file) => {
    const target = join(folder, ...file.path.split("/"));
    const isThere = existsSync(target) && statSync(target).size === file.fileSize;
    if (!isThere) await repository.download(file.path, target);
  });
}

/** Copies artifacts into another store. Files that are there are passed over: each file arrives whole. */
export async function copyToRepository(
  artifacts: Artifacts,
  target: ArtifactRepository,
  owner: string,
  report: Report,
): Promise<void> {
  let known: Map<string, number | null> | undefined;
  await eachFile(artifacts, owner, report, async (repository, file) => {
    known ??= await sizesOf(target);
    if (known.get(file.path) === file.fileSize) return;
    await target.write(file.path, await repository.read(file.path));
  });
}

async function eachFile(
  artifacts: Artifacts,
  owner: string,
  report: Report,
  copy: (repository: ArtifactRepository, file: ArtifactFile) => Promise<void>,
): Promise<void> {
  if (artifacts.kind === "stay") return;
  let repository: ArtifactRepository | undefined;
  const files: ArtifactFile[] = [];
  try {
    repository = await artifacts.open();
    for await (const file of repository?.list("") ?? []) files.push(file);
  } catch (error) {
    if (!concernsOneItem(error)) throw error;
    report.fail(`artifacts of ${owner}`, "", error);
  }
  if (repository === undefined) return;
  const opened = repository;
  const { transfers } = opened.capabilities;
  await pMap(
    files,
    async (file) => {
      try {
        await copy(opened, file);
        report.artifacts.files++;
        report.artifacts.bytes += file.fileSize ?? 0;
      } catch (error) {
        if (!concernsOneItem(error)) throw error;
        report.fail(`artifacts of ${owner}`, file.path, error);
      }
    },
    { concurrency: Math.min(transfers, 8) },
  );
}

async function sizesOf(repository: ArtifactRepository): Promise<Map<string, number | null>> {
  const sizes = new Map<string, number | null>();
  for await (const file of repository.list("")) sizes.set(file.path, file.fileSize);
  return sizes;
}
