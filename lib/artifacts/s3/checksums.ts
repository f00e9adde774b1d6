import { MlrunsError } from "../../errors.ts";
import type { S3Bucket } from "./objects.ts";

/**
 * Moves objects with the checksums that S3 has, and without them at a store that refuses those: some stores that speak S3's
 * language know none (aws-sdk-js-v3 issue 6810). What it learned holds for the process.
 */
export async function withChecksums<Value>(
  place: S3Bucket,
  action: () => Promise<Value>,
): Promise<Value> {
  const had = place.hasChecksums;
  try {
    return await action();
  } catch (error) {
    if (!had || !isRefusal(error)) throw error;
    if (place.hasChecksums) {
      process.emitWarning(`s3://${place.bucket} refuses checksums: Content-MD5 is sent instead.`);
      place.hasChecksums = false;
    }
    return action();
  }
}

function isRefusal(error: unknown): boolean {
  if (!(error instanceof MlrunsError)) return false;
  if (error.errorCode === "NOT_IMPLEMENTED") return true;
  const isAboutThem = /x-amz-(sdk-)?checksum|x-amz-trailer|unsupported header/i.test(error.message);
  return error.errorCode === "BAD_REQUEST" && isAboutThem;
}
