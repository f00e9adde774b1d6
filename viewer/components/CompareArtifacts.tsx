import type { JSX } from "preact";
import { useMemo, useState } from "preact/hooks";
import type { ArtifactEntry, ArtifactsFile, RunFile } from "../../lib/wire/data-files.ts";
import { iconOf } from "../artifacts/icons.ts";
import { mergeListings } from "../artifacts/merged-tree.ts";
import { foldersOf, treeRows } from "../artifacts/tree-rows.ts";
import { getArtifacts } from "../data/client.ts";
import { useData } from "../data/use-data.ts";
import { toggled } from "../run/key-groups.ts";
import { query, route, setQuery } from "../state/route.ts";
import { formatHash, withQuery } from "../state/url.ts";
import { ARTIFACT_TEXTS } from "../texts/artifacts.ts";
import { CompareFile } from "./CompareFile.tsx";
import { EmptyState } from "./EmptyState.tsx";
import { Icon } from "./Icon.tsx";
import { UnlistedRuns } from "./UnlistedRuns.tsx";
import "./ArtifactBrowser.css";
import "./CompareArtifacts.css";

/** The same file of several runs side by side: pictures and tables as they are, texts as what changed. */
export function CompareArtifacts({ runs }: { runs: readonly RunFile[] }): JSX.Element {
  const path = query.value.get("f") ?? "";
  const [open, setOpen] = useState<ReadonlySet<string>>(() => new Set(foldersOf(path)));
  const merged = useMerged(runs, open);
  const rows = useMemo(() => treeRows(merged.listings, open), [merged, open]);
  if (runs.every((run) => run.artifacts.files.length === 0)) {
    return runs.some((run) => run.artifacts.problem !== undefined) ? (
      <UnlistedRuns runs={runs} />
    ) : (
      <EmptyState title={ARTIFACT_TEXTS.noCommon} icon="folder" />
    );
  }
  return (
    <>
      <UnlistedRuns runs={runs} />
      <div class={`artifacts compare-artifacts${path === "" ? "" : " has-file"}`}>
        <nav class="artifact-tree compare-files" aria-label={ARTIFACT_TEXTS.compareFiles}>
          <ul>
            {rows.map((row) => (
              <li key={row.entry.path}>
                <a
                  class={row.entry.path === path ? "artifact-row is-chosen" : "artifact-row"}
                  href={formatHash(withQuery(route.value, { f: row.entry.path }))}
                  aria-current={row.entry.path === path ? "true" : undefined}
                  aria-expanded={row.entry.isDir ? row.isOpen : undefined}
                  style={{ paddingLeft: `${12 + row.depth * 20}px` }}
                  onClick={(event) => {
                    event.preventDefault();
                    if (row.entry.isDir) setOpen(toggled(open, row.entry.path));
                    else setQuery({ f: row.entry.path });
                  }}
                >
                  <span class="artifact-row-twisty">
                    {row.entry.isDir && <Icon name={row.isOpen ? "down" : "right"} size={12} />}
                  </span>
                  <Icon name={row.entry.isDir ? "folder" : iconOf(row.entry)} />
                  <span class="cut">{row.name}</span>
                  <span class="artifact-row-size">
                    {ARTIFACT_TEXTS.inRuns(merged.counts.get(row.entry.path) ?? 0, runs.length)}
                  </span>
                </a>
              </li>
            ))}
          </ul>
        </nav>
        {path === "" ? (
          <p class="artifact-choose">{ARTIFACT_TEXTS.choose}</p>
        ) : (
          <div class="compare-chosen">
            <a
              class="button button-quiet artifact-back"
              href={formatHash(withQuery(route.value, { f: undefined }))}
            >
              {ARTIFACT_TEXTS.back}
            </a>
            <CompareFile key={path} runs={runs} path={path} fileOf={merged.fileOf} />
          </div>
        )}
      </div>
    </>
  );
}

interface Merged {
  readonly listings: ReadonlyMap<string, ArtifactsFile>;
  readonly counts: ReadonlyMap<string, number>;
  readonly fileOf: (runId: string, path: string) => ArtifactEntry | undefined;
}

/** Reads the open folders of all runs that have them. */
function useMerged(runs: readonly RunFile[], open: ReadonlySet<string>): Merged {
  const wanted = [...open].sort((a, b) => a.length - b.length);
  const ids = runs.map((run) => run.info.runId);
  const { data } = useData<ReadonlyMap<string, readonly ArtifactsFile[]>>(
    JSON.stringify(["compare artifacts", ids, wanted]),
    (signal) => readFolders(runs, wanted, signal),
    (change) => change.runId === null || ids.includes(change.runId),
  );
  return useMemo(() => merge(runs, data ?? new Map()), [runs, data]);
}

/** Outer folders first: they say which runs have the inner ones. */
async function readFolders(
  runs: readonly RunFile[],
  folders: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, readonly ArtifactsFile[]>> {
  const read = new Map(runs.map((run) => [run.info.runId, [run.artifacts]]));
  for (const folder of folders) {
    await Promise.all(
      [...read].map(async ([runId, listings]) => {
        const isThere = listings.some(({ files }) =>
          files.some((entry) => entry.isDir && entry.path === folder),
        );
        if (isThere) listings.push(await getArtifacts(runId, folder, { signal }));
      }),
    );
  }
  return read;
}

function merge(
  runs: readonly RunFile[],
  read: ReadonlyMap<string, readonly ArtifactsFile[]>,
): Merged {
  const byRun = new Map(
    runs.map(({ info, artifacts }) => [info.runId, read.get(info.runId) ?? [artifacts]]),
  );
  const all = [...byRun.values()].flat();
  const folders = new Set(all.map((listing) => listing.path));
  const listings = new Map<string, ArtifactsFile>();
  const counts = new Map<string, number>();
  for (const path of folders) {
    const { files, counts: own } = mergeListings(all.filter((listing) => listing.path === path));
    listings.set(path, { path, files, source: "tree" });
    for (const [key, count] of own) counts.set(key, count);
  }
  return {
    listings,
    counts,
    fileOf: (runId, path) =>
      byRun
        .get(runId)
        ?.flatMap((listing) => listing.files)
        .find((entry) => entry.path === path && !entry.isDir),
  };
}
