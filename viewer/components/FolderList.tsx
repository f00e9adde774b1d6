import type { JSX } from "preact";
import type { ArtifactsFile } from "../../lib/wire/data-files.ts";
import { iconOf } from "../artifacts/icons.ts";
import { nameOf, sorted } from "../artifacts/tree-rows.ts";
import { formatAgo, formatBytes, formatTimeFull } from "../format.ts";
import { useNow } from "../state/now.ts";
import { Icon } from "./Icon.tsx";

/** What lies in a folder. */
export function FolderList(props: {
  listing: ArtifactsFile;
  hrefOf: (path: string) => string;
}): JSX.Element {
  const now = useNow();
  return (
    <ul class="folder-list">
      {props.listing.problem !== undefined && <li class="folder-note">{props.listing.problem}</li>}
      {sorted(props.listing.files).map((entry) => (
        <li key={entry.path}>
          <a class="folder-entry" href={props.hrefOf(entry.path)}>
            <Icon name={entry.isDir ? "folder" : iconOf(entry)} />
            <span class="cut">{nameOf(entry.path)}</span>
            <span
              class="faint"
              title={entry.modified === null ? "" : formatTimeFull(entry.modified)}
            >
              {entry.modified === null ? "" : formatAgo(entry.modified, now)}
            </span>
            <span class="faint folder-size">
              {entry.fileSize === null ? "" : formatBytes(entry.fileSize)}
            </span>
          </a>
        </li>
      ))}
    </ul>
  );
}
