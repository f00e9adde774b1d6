import type { ComponentChildren, JSX } from "preact";
import { HEALTH_TEXTS } from "../texts/tree.ts";

/** A page of thousands of lines helps nobody. */
const MOST = 200;

interface HealthListProps<Item> {
  readonly title: string;
  readonly count: string;
  readonly help: ComponentChildren;
  readonly items: readonly Item[];
  readonly line: (item: Item) => { readonly key: string; readonly shown: ComponentChildren };
}

/** A part of the health page: what is noticed, what that means, and where. Nothing when all is well. */
export function HealthList<Item>(props: HealthListProps<Item>): JSX.Element | null {
  const { items, line } = props;
  if (items.length === 0) return null;
  return (
    <section>
      <h2 class="tree-heading">
        {props.title} <span class="faint">{props.count}</span>
      </h2>
      <p class="muted">{props.help}</p>
      <ul class="tree-list">
        {items.slice(0, MOST).map((item) => {
          const { key, shown } = line(item);
          return <li key={key}>{shown}</li>;
        })}
        {items.length > MOST && <li class="faint">{HEALTH_TEXTS.more(items.length - MOST)}</li>}
      </ul>
    </section>
  );
}
