import { lowerBound, upperBound } from "./reduce.ts";

/**
 * Index of the point nearest to `target` on an ascending x, or -1 on an empty line. Of points at the same x the last,
 * as the last write counts; of two equally far ones the left.
 */
export function nearestIndex(x: ArrayLike<number>, target: number): number {
  if (x.length === 0) return -1;
  const right = lowerBound(x, target);
  if (right === x.length) return x.length - 1;
  const atRight = x[right] as number;
  const isLeftNearer = right > 0 && target - (x[right - 1] as number) <= atRight - target;
  return isLeftNearer ? right - 1 : upperBound(x, atRight) - 1;
}
