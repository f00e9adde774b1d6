import { createHash } from "node:crypto";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Low } from "lowdb";
import { MlrunsError } from "../../errors.ts";
import { cacheFolder } from "../../state/cache-folder.ts";
import { openJsonFile } from "../../state/json-file.ts";
import { takeLock } from "../../state/process-lock.ts";
import type { BegunUpload, UploadJournal } from "../artifact-repository.ts";

const FORMAT = 1;

/** What was learned of the content of files, so that it need not be read again. */
interface Knowledge {
  readonly format: number;
  /** By absolute path: a file's size, times and inode when it was read, and its digest. */
  digests: { [path: string]: { readonly seen: string; readonly digest: string } };
  /** By path in the store: a digest of what has this ETag, where listings do not tell it. */
  bindings: { [path: string]: Binding };
}

interface Binding {
  readonly etag: string;
  readonly md5?: string;
  readonly sha256?: string;
}

interface Uploads {
  readonly format: number;
  uploads: { [key: string]: BegunUpload };
}

const NO_UPLOADS = (): Uploads => ({ format: FORMAT, uploads: {} });

/** What one run leaves for the next about two places. All of it can be made again, and none of it has to be there. */
export interface SyncState {
  readonly knowledge: Knowledge;
  readonly journal: UploadJournal;
  /** Notes that something was learned. */
  touch(): void;
  /** Writes down what was learned. */
  save(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens the state of two places, in whatever direction they are synced.
 *
 * @param isReadOnly - takes no lock and writes nothing: for a look at what would be done
 * @throws MlrunsError RESOURCE_CONFLICT while another process syncs the same two
 */
export async function openState(
  places: readonly [string, string],
  isReadOnly: boolean,
): Promise<SyncState> {
  const name = createHash("sha256")
    .update([...places].sort().join("\n"))
    .digest("hex");
  const folder = join(cacheFolder(), "sync", name.slice(0, 32));
  const lock = isReadOnly ? undefined : await takeLock(join(folder, "lock"));
  if (typeof lock === "number") {
    throw new MlrunsError(
      "RESOURCE_CONFLICT",
      `Process ${lock} is syncing '${places[0]}' and '${places[1]}'.`,
    );
  }
  const knowledge = await openJsonFile<Knowledge>(join(folder, "content.json"), {
    format: FORMAT,
    digests: {},
    bindings: {},
  });
  const uploads = await openJsonFile<Uploads>(join(folder, "uploads.json"), NO_UPLOADS());
  let isTouched = false;
  return {
    knowledge: knowledge.data,
    journal: journalOf(uploads),
    touch: () => {
      isTouched = true;
    },
    save: async () => {
      if (isReadOnly || !isTouched) return;
      isTouched = false;
      // What is not written down is learned again: no reason for files that were moved to count as failed.
      await knowledge.write().catch(() => undefined);
    },
    close: async () => lock?.release(),
  };
}

/** Names of all uploads that runs of this user would go on with. */
export async function resumableUploads(): Promise<ReadonlySet<string>> {
  const folder = join(cacheFolder(), "sync");
  const names = await readdir(folder).catch(() => []);
  const states = await Promise.all(
    names.map((name) => openJsonFile<Uploads>(join(folder, name, "uploads.json"), NO_UPLOADS())),
  );
  return new Set(states.flatMap(({ data }) => Object.values(data.uploads).map(({ id }) => id)));
}

function journalOf(uploads: Low<Uploads>): UploadJournal {
  return {
    get: (key) => uploads.data.uploads[key],
    set: async (key, upload) => {
      if (upload === undefined) delete uploads.data.uploads[key];
      else uploads.data.uploads[key] = upload;
      await uploads.write();
    },
  };
}
