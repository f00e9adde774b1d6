import { computed, type ReadonlySignal, signal } from "@preact/signals";
import { theme } from "../state/preferences.ts";

/** Colours of the tokens as a canvas takes them: it knows no custom properties. */
export interface ThemeColors {
  /** Of run colour 1 at index 0. */
  readonly runs: readonly string[];
  readonly surface: string;
  readonly text: string;
  readonly label: string;
  readonly grid: string;
  readonly axis: string;
  readonly cursor: string;
  readonly font: string;
}

const RUNS = 20;
const FORCED = "(forced-colors: active)";

const systemChanges = signal(0);
let isWatching = false;

/** The colours of the theme in use; changes with it. */
export const themeColors: ReadonlySignal<ThemeColors> = computed(() => {
  void theme.value;
  void systemChanges.value;
  watchSystem();
  return readColors();
});

function watchSystem(): void {
  if (isWatching) return;
  isWatching = true;
  const queries = ["(prefers-color-scheme: dark)", "(prefers-contrast: more)", FORCED];
  for (const query of queries) {
    matchMedia(query).addEventListener("change", () => systemChanges.value++);
  }
}

function readColors(): ThemeColors {
  // The attribute on the page follows the same signal: it has to be set before colours are read.
  if (theme.peek() === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme.peek();
  const probe = document.createElement("span");
  document.body.append(probe);
  const read = (token: string): string => {
    probe.style.color = `var(--${token})`;
    return getComputedStyle(probe).color;
  };
  // Where the system has few colours, the lines and what is faint keep theirs, as their samples do.
  const readOwn = (token: string): string => {
    probe.style.setProperty("forced-color-adjust", "none");
    const color = read(token);
    probe.style.removeProperty("forced-color-adjust");
    return color;
  };
  const colors = {
    runs: Array.from({ length: RUNS }, (_, i) => readOwn(`run-${i + 1}`)),
    surface: read("surface"),
    text: read("text-1"),
    label: read("plot-label"),
    grid: readOwn("plot-grid"),
    axis: read("plot-axis"),
    cursor: read("plot-cursor"),
    font: getComputedStyle(document.body).fontFamily,
  };
  probe.remove();
  return colors;
}

/** A colour made see-through: `rgb(1, 2, 3)` at 0.3 is `rgba(1, 2, 3, 0.3)`. */
export function withAlpha(color: string, alpha: number): string {
  const channels = /^rgba?\(([^)]*)\)$/.exec(color)?.[1]?.split(/[\s,/]+/);
  if (channels === undefined) return color;
  return `rgba(${channels.slice(0, 3).join(", ")}, ${alpha})`;
}
