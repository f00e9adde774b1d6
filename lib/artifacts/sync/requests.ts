import type { Capabilities } from "../artifact-repository.ts";
import { partSizeOf } from "../parts.ts";
import type { SyncPlan } from "./plan.ts";
import type { Side } from "./side.ts";
import type { SyncOptions } from "./sync.ts";

/** What a version takes: its manifest and its history. */
const OF_A_VERSION = 2;

/**
 * How many requests it takes to do what a plan says, besides listings and repeats: what stores count, and charge for. A bucket
 * that keeps versions by itself, and a store that copies within itself, take fewer.
 */
export function countRequests(plan: SyncPlan, from: Side, to: Side, options: SyncOptions): number {
  const [source, target] = [from.artifacts.capabilities, to.artifacts.capabilities];
  let count = 0;
  for (const { file, replaced } of plan.copies) {
    const size = file.fileSize ?? 0;
    count += ofDownload(source, size) + ofUpload(target, size, options.partSize);
    if (options.versions && target.requests && replaced !== undefined) count++;
  }
  const deleted = options.delete ? plan.extras.length : 0;
  if (target.requests === undefined) return count;
  count += Math.ceil(deleted / target.requests.deletedAtOnce);
  if (!options.versions || plan.copies.length + deleted === 0) return count;
  return count + deleted + OF_A_VERSION;
}

function ofDownload({ requests }: Capabilities, size: number): number {
  if (requests === undefined) return 0;
  const { rangeSize } = requests;
  return rangeSize === undefined || size < rangeSize ? 1 : Math.ceil(size / rangeSize) + 1;
}

function ofUpload({ requests }: Capabilities, size: number, partSize: number | undefined): number {
  if (requests === undefined) return 0;
  if (size <= requests.uploadedAtOnce) return 1;
  return Math.ceil(size / partSizeOf(size, partSize)) + requests.aroundParts;
}
