import type { ComponentChildren, JSX } from "preact";
import { formatCount } from "../format.ts";
import "./Block.css";

/** A part of the page with a heading. */
export function Block(props: {
  title: string;
  count?: number;
  actions?: ComponentChildren;
  children: ComponentChildren;
}): JSX.Element {
  return (
    <section class="block">
      <header class="block-head">
        <h2>{props.title}</h2>
        {props.count !== undefined && <span class="faint">{formatCount(props.count)}</span>}
        <span class="spacer" />
        {props.actions}
      </header>
      {props.children}
    </section>
  );
}
