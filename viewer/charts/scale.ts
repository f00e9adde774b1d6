/** How values are laid out along an axis. Charts plot forward(value) on a plain linear scale. */
export interface Scale {
  readonly kind: "linear" | "log" | "symlog";
  /** Below this magnitude a symlog scale is nearly linear; 1 for the others. */
  readonly threshold: number;
}

export const LINEAR: Scale = { kind: "linear", threshold: 1 };

/** Decades that a symlog scale shows at most on one side of zero. */
const MOST_DECADES = 8;

/** The scale for a log axis over these values: symlog when some are zero or negative, since log has no place for them. */
export function logScale(ranges: Iterable<ArrayLike<number>>): Scale {
  let least = Number.POSITIVE_INFINITY;
  let largest = 0;
  let isPositive = true;
  for (const values of ranges) {
    for (let i = 0; i < values.length; i++) {
      const value = values[i] as number;
      if (!Number.isFinite(value)) continue;
      if (value <= 0) isPositive = false;
      const size = Math.abs(value);
      if (size > 0 && size < least) least = size;
      if (size > largest) largest = size;
    }
  }
  if (isPositive) return { kind: "log", threshold: 1 };
  if (largest === 0) return { kind: "symlog", threshold: 1 };
  const decade = Math.floor(Math.log10(largest)) - MOST_DECADES;
  return { kind: "symlog", threshold: 10 ** Math.max(Math.floor(Math.log10(least)), decade) };
}

export function forward(scale: Scale, value: number): number {
  switch (scale.kind) {
    case "linear":
      return value;
    case "log":
      return Math.log10(value);
    case "symlog":
      return Math.sign(value) * Math.log10(1 + Math.abs(value) / scale.threshold);
  }
}

export function inverse(scale: Scale, position: number): number {
  switch (scale.kind) {
    case "linear":
      return position;
    case "log":
      return 10 ** position;
    case "symlog":
      return Math.sign(position) * (10 ** Math.abs(position) - 1) * scale.threshold;
  }
}
