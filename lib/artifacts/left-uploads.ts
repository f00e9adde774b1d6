import { compareText } from "../entities/record.ts";
import type { OpenUpload, VersionedRepository } from "./artifact-repository.ts";
import type { EndpointOptions } from "./registry.ts";
import { openSide } from "./sync/side.ts";
import { resumableUploads } from "./sync/state.ts";

/** What somebody may still be sending was begun within this time. Milliseconds. */
const GRACE_MS = 86_400_000;

/** An upload in parts that nobody has finished, and what it holds. */
export interface LeftUpload extends OpenUpload {
  /** That the store holds. */
  readonly bytes: number;
  /** Whether the next run of this user would go on with it. */
  readonly isResumable: boolean;
}

export interface AbortOptions extends EndpointOptions {
  /** Leaves those that were begun within so many milliseconds: another machine may be sending them. Default: a day. */
  readonly olderThanMs?: number;
  /** Also those that the next run of this user would go on with. */
  readonly resumable?: boolean;
  /** Only tells which would be aborted. */
  readonly dryRun?: boolean;
}

/**
 * The uploads to a place that were begun and not finished: parts of them cost space until they are aborted, and no listing
 * shows them. Undefined where the store does not tell of them.
 *
 * @returns the oldest first; of those that were begun within one second, of which stores tell no more, in order of their paths
 */
export async function listUploads(
  place: string,
  { endpoints }: EndpointOptions = {},
): Promise<LeftUpload[] | undefined> {
  return listOf((await openSide(place, endpoints)).artifacts);
}

/** Aborts uploads that were left. @returns those that were, or with `dryRun` would be; undefined as above */
export async function abortUploads(
  place: string,
  { olderThanMs = GRACE_MS, resumable = false, dryRun = false, endpoints }: AbortOptions = {},
): Promise<LeftUpload[] | undefined> {
  const { artifacts } = await openSide(place, endpoints);
  const before = Date.now() - olderThanMs;
  const left = (await listOf(artifacts))?.filter(
    ({ begun, isResumable }) => begun !== null && begun <= before && (resumable || !isResumable),
  );
  if (!dryRun) for (const upload of left ?? []) await artifacts.uploads?.abort(upload);
  return left;
}

async function listOf({ uploads }: VersionedRepository): Promise<LeftUpload[] | undefined> {
  if (uploads === undefined) return undefined;
  const resumed = await resumableUploads();
  const left: LeftUpload[] = [];
  for await (const upload of uploads.list()) {
    const bytes = await uploads.size(upload);
    left.push({ ...upload, bytes, isResumable: resumed.has(upload.id) });
  }
  return left.sort((a, b) => secondOf(a) - secondOf(b) || compareText(a.path, b.path));
}

function secondOf({ begun }: LeftUpload): number {
  return Math.floor((begun ?? 0) / 1_000);
}
