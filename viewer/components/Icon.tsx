import type { JSX } from "preact";
import { ICON_PATHS, type IconName } from "./icon-paths.ts";
import "./Icon.css";

export type { IconName };

/** Decoration beside words; a button with only an icon needs a label of its own. */
export function Icon({ name, size = 16 }: { name: IconName; size?: 12 | 14 | 16 }): JSX.Element {
  return (
    <svg class={`icon icon-${size}`} viewBox="0 0 16 16" aria-hidden="true">
      <path d={ICON_PATHS[name]} />
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
