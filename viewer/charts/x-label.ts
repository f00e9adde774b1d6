import { formatNumber, formatTime } from "../format.ts";
import type { XAxis } from "./line.ts";
import { durationLabel } from "./time-ticks.ts";

const DAY = 86_400_000;

/** A place on the x axis in words, as short as the flag at the cursor. */
export function xLabel(kind: XAxis["kind"], x: number): string {
  switch (kind) {
    case "step":
      return x.toLocaleString("en").replace("-", "−");
    case "relative":
      return durationLabel(x < DAY ? Math.round(x) : x);
    case "time":
      return formatTime(x);
    case "metric":
      return formatNumber(x);
  }
}
