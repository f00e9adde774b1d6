import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import type { ArtifactEntry, ArtifactsFile } from "../../lib/wire/data-files.ts";
import { isGone, type Listings, sorted } from "../artifacts/tree-rows.ts";
import { artifactUrl } from "../data/client.ts";
import { manifest } from "../data/live.ts";
import { formatBytes, plural } from "../format.ts";
import { ARTIFACT_TEXTS } from "../texts/artifacts.ts";
import { Button, LinkButton } from "./Button.tsx";
import { EmptyState } from "./EmptyState.tsx";
import { FolderGallery } from "./FolderGallery.tsx";
import { FolderList } from "./FolderList.tsx";
import { GoneFile } from "./GoneFile.tsx";
import { PreviewHost } from "./PreviewHost.tsx";
import { copyText } from "./Toast.tsx";

interface ArtifactPaneProps {
  readonly ownerId: string;
  readonly root: ArtifactsFile;
  readonly path: string;
  readonly hrefOf: (path: string) => string;
  readonly uriOf: (path: string) => string;
  readonly listings: Listings;
  readonly onGo: (direction: 1 | -1) => void;
}

/** The chosen file or folder. */
export function ArtifactPane(props: ArtifactPaneProps): JSX.Element {
  const { path, listings, hrefOf } = props;
  const listing = listings.get(path);
  const folder = path.includes("/") ? path.slice(0, path.lastIndexOf("/")) : "";
  const around = listings.get(folder);
  const file = around?.files.find((entry) => entry.path === path && !entry.isDir);
  if (path === "") return <p class="artifact-pane artifact-choose">{ARTIFACT_TEXTS.choose}</p>;
  if (listing !== undefined) {
    return (
      <div class="artifact-pane">
        <PaneHead {...props} note={plural(listing.files.length, "entry", "entries")} />
        <FolderGallery ownerId={props.ownerId} listing={listing} hrefOf={hrefOf} />
        <FolderList listing={listing} hrefOf={hrefOf} />
      </div>
    );
  }
  if (file !== undefined && around !== undefined) {
    return <FilePane {...props} file={file} siblings={around.files} />;
  }
  return (
    <div class="artifact-pane" aria-busy={!isGone(listings, path)}>
      {isGone(listings, path) && <GoneFile path={path} root={props.root} />}
    </div>
  );
}

function FilePane(
  props: ArtifactPaneProps & {
    file: ArtifactEntry;
    siblings: readonly ArtifactEntry[];
  },
): JSX.Element {
  const { file, ownerId, hrefOf } = props;
  const data = manifest.value;
  const urlOf = (path: string): string => (data === null ? "" : artifactUrl(data, ownerId, path));
  const url = urlOf(file.path);
  const siblings = useMemo(
    () => sorted(props.siblings).filter((entry) => !entry.isDir),
    [props.siblings],
  );
  return (
    <div class="artifact-pane">
      <PaneHead
        {...props}
        note={file.fileSize === null ? "" : formatBytes(file.fileSize)}
        url={file.published ? url : undefined}
      />
      {file.fileSize === 0 ? (
        <p class="artifact-choose">{ARTIFACT_TEXTS.emptyFile}</p>
      ) : file.published ? (
        <PreviewHost
          // A changed file is another one.
          key={`${file.path} ${file.modified} ${file.fileSize}`}
          file={file}
          url={url}
          siblings={siblings}
          urlOf={urlOf}
          hrefOf={hrefOf}
        />
      ) : (
        <EmptyState title={ARTIFACT_TEXTS.notPublished} icon="file">
          <p>{ARTIFACT_TEXTS.notPublishedHint}</p>
        </EmptyState>
      )}
    </div>
  );
}

function PaneHead(props: {
  path: string;
  note: string;
  /** Of the bytes; absent for folders. */
  url?: string | undefined;
  hrefOf: (path: string) => string;
  uriOf: (path: string) => string;
}): JSX.Element {
  const { path, note, url, hrefOf, uriOf } = props;
  const at = path.lastIndexOf("/") + 1;
  return (
    <header class="artifact-head">
      <a class="button button-quiet artifact-back" href={hrefOf("")}>
        {ARTIFACT_TEXTS.back}
      </a>
      <h2 class="cut" title={path}>
        <span class="artifact-folder">{path.slice(0, at)}</span>
        {path.slice(at)}
      </h2>
      <span class="artifact-note">{note}</span>
      <span class="spacer" />
      <Button onClick={() => void copyText(path)}>{ARTIFACT_TEXTS.copyPath}</Button>
      <Button class="artifact-uri" onClick={() => void copyText(uriOf(path))}>
        {ARTIFACT_TEXTS.copyUri}
      </Button>
      {url !== undefined && (
        <>
          <LinkButton href={url} target="_blank">
            {ARTIFACT_TEXTS.raw}
          </LinkButton>
          <LinkButton href={url} download={path.slice(at)} icon="download">
            {ARTIFACT_TEXTS.download}
          </LinkButton>
        </>
      )}
    </header>
  );
}
