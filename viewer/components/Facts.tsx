import type { ComponentChildren, JSX } from "preact";
import "./Facts.css";

/** A row of short facts under a page's name. */
export function Facts({ children }: { children: ComponentChildren }): JSX.Element {
  return <dl class="facts">{children}</dl>;
}

export function Fact(props: {
  name: string;
  title?: string;
  children: ComponentChildren;
}): JSX.Element {
  return (
    <div>
      <dt>{props.name}</dt>
      <dd class="cut" title={props.title}>
        {props.children}
      </dd>
    </div>
  );
}
