import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import type { ArtifactEntry } from "../../lib/wire/data-files.ts";
import { iconOf } from "../artifacts/icons.ts";
import type { Listings, TreeRow } from "../artifacts/tree-rows.ts";
import { formatBytes, plural } from "../format.ts";
import { navigate } from "../state/route.ts";
import { ARTIFACT_TEXTS } from "../texts/artifacts.ts";
import { Icon } from "./Icon.tsx";
import { SearchInput } from "./SearchInput.tsx";
import { VirtualList } from "./VirtualList.tsx";

interface ArtifactTreeProps {
  readonly rows: readonly TreeRow[];
  readonly listings: Listings;
  readonly path: string;
  readonly hrefOf: (path: string) => string;
  readonly search: string;
  readonly onSearch: (search: string) => void;
  readonly isSearching: boolean;
  readonly onToggle: (row: TreeRow) => void;
}

const ROW_HEIGHT = 28;
const INDENT = 20;

/** The folders and files, as a tree with one stop for the Tab key. */
export function ArtifactTree(props: ArtifactTreeProps): JSX.Element {
  const { rows, path, listings } = props;
  const box = useRef<HTMLElement>(null);
  const chosen = rows.findIndex((row) => row.entry.path === path);
  return (
    <section ref={box} class="artifact-tree" aria-label={ARTIFACT_TEXTS.files}>
      <div class="artifact-tree-find">
        <SearchInput
          small
          value={props.search}
          label={ARTIFACT_TEXTS.filterFiles}
          onInput={props.onSearch}
        />
      </div>
      {rows.length === 0 && (
        <p class="artifact-tree-note">
          {props.isSearching ? ARTIFACT_TEXTS.searching : ARTIFACT_TEXTS.noMatch}
        </p>
      )}
      <VirtualList
        class="artifact-tree-rows"
        role="tree"
        label={ARTIFACT_TEXTS.files}
        count={rows.length}
        rowHeight={ROW_HEIGHT}
        activeIndex={chosen}
        renderRow={(index) => (
          <Row
            key={rows[index]?.entry.path}
            {...props}
            index={index}
            isChosen={index === chosen}
            isStop={index === Math.max(0, chosen)}
            onMove={(to) => focusRow(box.current, to)}
          />
        )}
      />
      <footer class="page-foot">{totals(listings)}</footer>
    </section>
  );
}

interface RowProps extends ArtifactTreeProps {
  readonly index: number;
  readonly isChosen: boolean;
  readonly isStop: boolean;
  readonly onMove: (index: number) => void;
}

function Row(props: RowProps): JSX.Element | null {
  const { rows, index, isChosen, isStop, hrefOf, onToggle } = props;
  const row = rows[index];
  if (row === undefined) return null;
  const { entry, depth, isOpen, name } = row;
  return (
    <a
      class={isChosen ? "artifact-row is-chosen" : "artifact-row"}
      href={hrefOf(entry.path)}
      role="treeitem"
      aria-selected={isChosen}
      aria-expanded={entry.isDir ? isOpen : undefined}
      aria-level={depth + 1}
      aria-posinset={index + 1}
      aria-setsize={rows.length}
      tabIndex={isStop ? 0 : -1}
      data-index={index}
      title={entry.path}
      style={{ paddingLeft: `${12 + depth * INDENT}px` }}
      onClick={(event) => {
        if (!entry.isDir) return;
        event.preventDefault();
        onToggle(row);
      }}
      onKeyDown={(event) => onKey(event, props, row)}
    >
      <span class="artifact-row-twisty">
        {entry.isDir && <Icon name={isOpen ? "down" : "right"} size={12} />}
      </span>
      <Icon name={entry.isDir ? "folder" : iconOf(entry)} />
      <span class="cut">{name}</span>
      <span class="artifact-row-size">{sizeOf(entry, row.isLoading)}</span>
    </a>
  );
}

function onKey(event: KeyboardEvent, props: RowProps, row: TreeRow): void {
  const { index, rows, onMove, onToggle, hrefOf } = props;
  const move = { ArrowDown: index + 1, ArrowUp: index - 1, Home: 0, End: rows.length - 1 }[
    event.key
  ];
  if (move !== undefined) {
    event.preventDefault();
    onMove(Math.max(0, Math.min(rows.length - 1, move)));
    const target = rows[move]?.entry;
    if (target !== undefined && !target.isDir) navigate(hrefOf(target.path), { replace: true });
    return;
  }
  if (event.key === "ArrowRight" && row.entry.isDir && !row.isOpen) onToggle(row);
  else if (event.key === "ArrowLeft" && row.isOpen) onToggle(row);
  else if (event.key === "ArrowLeft") onMove(parentIndex(rows, index));
  else if (event.key === " " && row.entry.isDir) onToggle(row);
  else return;
  event.preventDefault();
}

function parentIndex(rows: readonly TreeRow[], index: number): number {
  const depth = rows[index]?.depth ?? 0;
  for (let i = index - 1; i >= 0; i--) if ((rows[i]?.depth ?? 0) < depth) return i;
  return index;
}

/** The row may only be drawn once it is near the view. */
function focusRow(box: HTMLElement | null, index: number): void {
  const list = box?.querySelector(".virtual-list");
  const find = (): HTMLElement | null =>
    box?.querySelector<HTMLElement>(`[data-index="${index}"]`) ?? null;
  if (find() === null && list !== null && list !== undefined) list.scrollTop = index * ROW_HEIGHT;
  requestAnimationFrame(() => find()?.focus());
}

function sizeOf(entry: ArtifactEntry, isLoading: boolean): string {
  if (isLoading) return "…";
  return entry.fileSize === null ? "" : formatBytes(entry.fileSize);
}

function totals(listings: Listings): string {
  const files = [...listings.values()].flatMap((listing) => listing.files);
  const count = files.filter((file) => !file.isDir).length;
  const bytes = files.reduce((sum, file) => sum + (file.fileSize ?? 0), 0);
  const unread = files.filter((file) => file.isDir && !listings.has(file.path)).length;
  const known = `${plural(count, "file")}, ${formatBytes(bytes)}`;
  return unread === 0 ? known : `${known}, ${plural(unread, "folder")} not opened`;
}
