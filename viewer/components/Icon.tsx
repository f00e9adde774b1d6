import type { JSX } from "preact";
import "./Icon.css";

/** Paths of 16 px icons, drawn with a 1.5 px line. */
const PATHS = {
  search: "M11.5 7a4.5 4.5 0 1 1-9 0 4.5 4.5 0 0 1 9 0M10.5 10.5 14 14",
  flask: "M6 2h4M7 2v4L3 13a1 1 0 0 0 1 1.500h8a1 1 0 0 0 1-1.500L9 6V2",
  box: "M8 1.5 14 5v6l-6 3.500L2 11V5zM2 5l6 3.500L14 5M8 8.500v6",
  trace: "M2 4h7M5 8h7M8 12h6",
  pulse: "M1.5 8H5l2-5 3 10 2-5h2.5",
  table: "M2 3h12v10H2zM2 6.500h12M6.5 6.500V13",
  chart: "M2 2v12h12M4.5 10.5 8 6l2.5 2.500L14 4",
  image: "M2 3h12v10H2zM2 11l3.5-3.500L9 11l2-2 3 3",
  columns: "M2 3h12v10H2zM6 3v10M10 3v10",
  down: "M4 6l4 4 4-4",
  right: "M6 4l4 4-4 4",
  left: "M10 4 6 8l4 4",
  up: "M4 10l4-4 4 4",
  copy: "M5.5 5.500h8v8h-8zM3 10.500h-.5v-8h8V3",
  close: "M4 4l8 8M12 4l-8 8",
  check: "M3 8.500l3.5 3.500L13 4.5",
  group: "M2 3.500h12M5 8h9M5 12.500h9",
  diff: "M3 5.500h10M3 10.500h10M10.5 2.500l-5 11",
  download: "M8 2v8M4.5 7 8 10.5 11.5 7M2.5 13.500h11",
  folder: "M2 4h4l1.5 2H14v7H2z",
  file: "M4 2h5l3 3v9H4zM9 2v3h3",
  pin: "M6 2h4v4l2 3H4l2-3zM8 9v5",
  fullscreen: "M9.5 2H14v4.500M6.5 14H2V9.5",
  eye: "M1.5 8S4 3.5 8 3.5 14.5 8 14.5 8 12 12.5 8 12.5 1.5 8 1.5 8M10 8a2 2 0 1 1-4 0 2 2 0 0 1 4 0",
  dots: "M3.5 8h.01M8 8h.01M12.5 8h.01",
  bookmark: "M4 2h8v12l-4-3-4 3z",
  menu: "M2.5 4h11M2.5 8h11M2.5 12h11",
  plus: "M8 3v10M3 8h10",
  edit: "M3 13h2.500l7-7L10 3.500l-7 7zM8.5 5 11 7.5",
  trash: "M3 4.500h10M6 4.500V2.500h4v2M4.5 4.500l.5 9h6l.5-9",
  restore: "M3 3v4h4M3.5 7A5 5 0 1 1 4 11",
  link: "M6.5 9.500a2.5 2.5 0 0 0 3.5 0l3-3A2.5 2.5 0 0 0 9.5 3l-1 1M9.5 6.500a2.5 2.5 0 0 0-3.5 0l-3 3A2.5 2.5 0 0 0 6.5 13l1-1",
  refresh: "M13 8a5 5 0 1 1-1.5-3.500L13 6M13 2.500V6H9.5",
  warning: "M8 2 14.5 13.500h-13zM8 6.500v3.500M8 12v.01",
  help: "M5.5 6a2.5 2.5 0 1 1 3.5 2.300c-.7.3-1 .8-1 1.500M8 12.500v.01",
  play: "M5 3v10l8-5z",
  external: "M9 2.500h4.500V7M13.5 2.5 7.5 8.500M11.5 9.500v4h-9v-9h4",
  sliders:
    "M2 5h6M12 5h2M12 5a2 2 0 1 1-4 0 2 2 0 0 1 4 0M2 11h2M8 11h6M8 11a2 2 0 1 1-4 0 2 2 0 0 1 4 0",
  grip: "M6 4h.01M10 4h.01M6 8h.01M10 8h.01M6 12h.01M10 12h.01",
  tag: "M2.5 2.500h5l6 6-5 5-6-6zM5.5 5.500h.01",
  sun: "M11 8a3 3 0 1 1-6 0 3 3 0 0 1 6 0M8 1.500v1M8 13.500v1M1.5 8h1M13.5 8h1M3.4 3.400l.7.7M11.9 11.900l.7.7M12.6 3.400l-.7.7M4.1 11.900l-.7.7",
  moon: "M13.5 9.500A6 6 0 0 1 6.5 2.500a6 6 0 1 0 7 7z",
  contrast: "M13.5 8a5.5 5.5 0 1 1-11 0 5.5 5.5 0 0 1 11 0M8 2.500v11",
} as const;

export type IconName = keyof typeof PATHS;

/** Decoration beside words; a button with only an icon needs a label of its own. */
export function Icon({ name, size = 16 }: { name: IconName; size?: 12 | 14 | 16 }): JSX.Element {
  return (
    <svg class={`icon icon-${size}`} viewBox="0 0 16 16" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}

/** The product's mark: an axis and a falling loss. */
export function Logo(): JSX.Element {
  return (
    <svg class="logo" viewBox="0 0 18 18" aria-hidden="true">
      <path d="M3 2.500V15h12.5" />
      <path class="logo-curve" d="M7 3c.5 5 3 8 8 8" />
    </svg>
  );
}
