import type { Plot } from "./plot.ts";

/** Where a dense line goes in each pixel column: from the highest to the lowest of its points there. */
export interface Spans {
  /** Pixels from the left of the plot; empty when the line is not dense. */
  readonly at: Int32Array;
  /** Pixels from the top of the plot. */
  readonly top: Float32Array;
  readonly bottom: Float32Array;
}

/** With so many points a pixel column a line covers all between their highest and lowest. */
const DENSE = 2;

const NONE: Spans = {
  at: new Int32Array(0),
  top: new Float32Array(0),
  bottom: new Float32Array(0),
};

/**
 * A line as spans, when it has so many points that its corners are no longer seen: to fill spans takes a tenth of what it
 * takes to stroke the corners.
 *
 * @param line - index in the plot
 * @param width - of the plot, pixels
 * @param height - of the plot, pixels
 */
export function spansOf(plot: Plot, line: number, width: number, height: number): Spans {
  const values = plot.smoothed[line] ?? [];
  const { columns, x, y } = plot;
  const toX = width / (x.high - x.low);
  const toY = height / (y.high - y.low);
  const at: number[] = [];
  const top: number[] = [];
  const bottom: number[] = [];
  let points = 0;
  // Where the line was before: a column begins there. NaN after a gap.
  let before = Number.NaN;
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (value === undefined) continue;
    if (value === null) {
      before = Number.NaN;
      continue;
    }
    points++;
    const px = Math.floor(((columns[i] as number) - x.low) * toX);
    const py = (y.high - value) * toY;
    const last = at.length - 1;
    if (at[last] === px) {
      top[last] = Math.min(top[last] as number, py);
      bottom[last] = Math.max(bottom[last] as number, py);
    } else {
      at.push(px);
      top.push(Number.isNaN(before) ? py : Math.min(before, py));
      bottom.push(Number.isNaN(before) ? py : Math.max(before, py));
    }
    before = py;
  }
  if (points < at.length * DENSE) return NONE;
  return {
    at: Int32Array.from(at),
    top: Float32Array.from(top),
    bottom: Float32Array.from(bottom),
  };
}
