import { InvalidArgumentError } from "commander";

const UNITS = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1_000 } as const;

/** MLflow's `1d2h3m4s`, in milliseconds. */
export function parseDuration(text: string): number {
  const parts = /^(?:([\d.]+)d)?(?:([\d.]+)h)?(?:([\d.]+)m)?(?:([\d.]+)s)?$/.exec(text);
  const numbers = parts?.slice(1).map((part) => (part === undefined ? 0 : Number(part)));
  if (text === "" || numbers === undefined || numbers.some(Number.isNaN)) {
    throw new InvalidArgumentError("Expected a time such as 8h, 2d8h5m20s or 2m4s.");
  }
  return Object.values(UNITS).reduce((sum, unit, i) => sum + unit * (numbers[i] ?? 0), 0);
}
