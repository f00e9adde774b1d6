import { statSync } from "node:fs";
import { join } from "node:path";
import pMap from "p-map";
import type { ArtifactFile, ArtifactRepository } from "../artifacts/artifact-repository.ts";
import type { ReadonlyDictionary } from "../entities/record.ts";
import type { CopiedArtifacts } from "../store/adopt/adopt-run.ts";
import type { Artifacts } from "./items.ts";
import { concernsOneItem, type Report } from "./report.ts";

/**
 * Copies artifacts into a folder. Files of the same size that are there, from a try before, are passed over: each file
 * arrives whole.
 *
 * @param owner - such as `run 4f0e`, for the report
 * @param known - sizes of those that were brought by an earlier import. What has another size here now was changed here: when
 *   it has changed at the source, too, it stays and is told. Undefined for a folder that is being made
 */
export async function copyToFolder(
  artifacts: Artifacts,
  folder: string,
  owner: string,
  report: Report,
  known: ReadonlyDictionary<number> | undefined,
): Promise<CopiedArtifacts> {
  const sizes: Record<string, number> = {};
  let added = 0;
  await eachFile(artifacts, owner, report, async (repository, { path, fileSize }) => {
    const target = join(folder, ...path.split("/"));
    const size = statSync(target, { throwIfNoEntry: false })?.size;
    sizes[path] = fileSize ?? size ?? 0;
    if (size !== undefined && (size === fileSize || known?.[path] === fileSize)) return undefined;
    if (size !== undefined && known !== undefined && size !== known[path]) {
      report.fail(`artifacts of ${owner}`, path, new Error(CHANGED));
      return undefined;
    }
    await repository.download(path, target);
    added++;
    return statSync(target).size;
  });
  return { sizes, added };
}

const CHANGED = "It was changed here and at the source; it stays as it is here.";

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
    if (known.get(file.path) === file.fileSize) return undefined;
    await target.write(file.path, await repository.read(file.path));
    return file.fileSize ?? 0;
  });
}

async function eachFile(
  artifacts: Artifacts,
  owner: string,
  report: Report,
  /** Resolves to the bytes that were copied, undefined when the file was there. */
  copy: (repository: ArtifactRepository, file: ArtifactFile) => Promise<number | undefined>,
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
        const bytes = await copy(opened, file);
        if (bytes === undefined) return;
        report.artifacts.files++;
        report.artifacts.bytes += bytes;
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
