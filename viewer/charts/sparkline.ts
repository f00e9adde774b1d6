import type { History } from "../data/parse-history.ts";
import { toLine } from "./line.ts";
import { extent } from "./range.ts";
import { reduce } from "./reduce.ts";

/** Room for the line's own width at the edges. */
const EDGE = 2;

/** A history over its steps as an SVG path in a box of this size. */
export function sparklinePath(
  history: History,
  exact: boolean,
  width: number,
  height: number,
): string {
  const line = toLine(history, { axis: { kind: "step" }, start: 0, exact });
  const low = line.x[0];
  const high = line.x.at(-1);
  const y = extent([line.y]);
  if (low === undefined || high === undefined || y === undefined) return "";
  const drawn = reduce(line.x, line.y, {
    from: low,
    to: high === low ? low + 1 : high,
    columns: width,
  });
  const across = (width - 2 * EDGE) / (high - low || 1);
  const up = (height - 2 * EDGE) / (y.high - y.low || 1);
  let pen = "M";
  let path = "";
  drawn.y.forEach((value, i) => {
    if (value === null) {
      pen = "M";
      return;
    }
    const px = EDGE + ((drawn.x[i] as number) - low) * across;
    const py = y.high === y.low ? height / 2 : height - EDGE - (value - y.low) * up;
    path += `${pen}${px.toFixed(1)} ${py.toFixed(1)}`;
    pen = "L";
  });
  return path;
}
