import type { JSX } from "preact";
import { formatCount } from "../format.ts";
import { useKeys } from "../state/keys.ts";
import { navigate } from "../state/route.ts";
import "./Tabs.css";

export interface TabLink {
  readonly label: string;
  readonly href: string;
  readonly isCurrent: boolean;
  readonly count?: number;
}

/** Tabs that are pages: links, so that each has an address. */
export function Tabs({ label, tabs }: { label: string; tabs: readonly TabLink[] }): JSX.Element {
  const goBy = (step: number): void => {
    const next = tabs[tabs.findIndex((tab) => tab.isCurrent) + step];
    if (next !== undefined) navigate(next.href);
  };
  useKeys({ "[": () => goBy(-1), "]": () => goBy(1) });
  return (
    <nav class="tabs" aria-label={label}>
      {tabs.map((tab) => (
        <a
          key={tab.label}
          class="tab"
          href={tab.href}
          aria-current={tab.isCurrent ? "page" : undefined}
        >
          {tab.label}
          {tab.count !== undefined && <span class="tab-count">{formatCount(tab.count)}</span>}
        </a>
      ))}
    </nav>
  );
}
