import type { JSX } from "preact";
import { useEffect, useMemo, useState } from "preact/hooks";
import type { ArtifactsFile } from "../../lib/wire/data-files.ts";
import { foldersOf, foundRows, nextFile, type TreeRow, treeRows } from "../artifacts/tree-rows.ts";
import { refresh } from "../data/live.ts";
import { toggled } from "../run/key-groups.ts";
import { useKeys } from "../state/keys.ts";
import { preference } from "../state/preferences.ts";
import { navigate } from "../state/route.ts";
import { ARTIFACT_TEXTS } from "../texts/artifacts.ts";
import { TEXTS } from "../texts.ts";
import { ArtifactPane } from "./ArtifactPane.tsx";
import { ArtifactTree } from "./ArtifactTree.tsx";
import { Button } from "./Button.tsx";
import { EmptyState } from "./EmptyState.tsx";
import { GoneFile } from "./GoneFile.tsx";
import { SplitHandle } from "./SplitHandle.tsx";
import { useListings } from "./use-listings.ts";
import "./ArtifactBrowser.css";

interface ArtifactBrowserProps {
  /** A run id or a logged model id. */
  readonly ownerId: string;
  /** Listing of the root folder. */
  readonly root: ArtifactsFile;
  /** File or folder that the address names; empty for the root. */
  readonly path: string;
  readonly hrefOf: (path: string) => string;
  /** What code loads a file by, such as `runs:/…`. */
  readonly uriOf: (path: string) => string;
}

/** Pixels. */
const TREE_WIDTH = 272;
const LEAST_TREE = 160;
const MOST_TREE = 640;

const treeWidth = preference(
  "tree-width",
  TREE_WIDTH,
  (value): value is number =>
    typeof value === "number" && value >= LEAST_TREE && value <= MOST_TREE,
);

/** The files of a run: a tree at the left, the chosen file at the right. */
export function ArtifactBrowser(props: ArtifactBrowserProps): JSX.Element {
  const { ownerId, root, path, hrefOf } = props;
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const [search, setSearch] = useState("");
  // A deep link opens the folders around its file, and a folder's own.
  const around = useMemo(() => (path === "" ? [] : [...foldersOf(path), path]), [path]);
  useEffect(() => setOpen((old) => new Set([...old, ...around])), [around]);
  const wanted = useMemo(() => [...new Set([...open, ...around])], [open, around]);
  const { listings, isSearching } = useListings(ownerId, root, wanted, search !== "");
  const rows = useMemo(
    () => (search === "" ? treeRows(listings, open) : foundRows(listings, search)),
    [listings, open, search],
  );
  const go = (direction: 1 | -1): void => {
    const next = nextFile(rows, path, direction);
    if (next !== undefined) navigate(hrefOf(next.path));
  };
  useKeys({ j: () => go(1), k: () => go(-1) });

  if (root.files.length === 0) return <NoFiles root={root} path={path} />;
  const onToggle = (row: TreeRow): void => setOpen(toggled(open, row.entry.path));
  return (
    <div
      class={path === "" ? "artifacts" : "artifacts has-file"}
      style={{ "--tree-width": `${treeWidth.value}px` }}
    >
      <ArtifactTree
        rows={rows}
        listings={listings}
        path={path}
        hrefOf={hrefOf}
        search={search}
        onSearch={setSearch}
        isSearching={isSearching}
        onToggle={onToggle}
      />
      <SplitHandle
        label={ARTIFACT_TEXTS.treeWidth}
        width={treeWidth.value}
        least={LEAST_TREE}
        most={MOST_TREE}
        onWidth={(width) => {
          treeWidth.value = width ?? TREE_WIDTH;
        }}
      />
      <ArtifactPane {...props} listings={listings} onGo={go} />
    </div>
  );
}

function NoFiles({ root, path }: { root: ArtifactsFile; path: string }): JSX.Element {
  if (root.problem !== undefined) {
    return (
      <EmptyState title={ARTIFACT_TEXTS.unreachable} icon="warning">
        <p>{root.problem}</p>
        {root.recordedUri !== undefined && (
          <p>
            {ARTIFACT_TEXTS.recorded} <code class="mono">{root.recordedUri}</code>
          </p>
        )}
        <Button icon="refresh" onClick={() => void refresh()}>
          {TEXTS.retry}
        </Button>
      </EmptyState>
    );
  }
  if (path !== "") return <GoneFile path={path} root={root} />;
  return (
    <EmptyState title={ARTIFACT_TEXTS.empty} icon="folder">
      <p>{ARTIFACT_TEXTS.emptyHint}</p>
    </EmptyState>
  );
}
