import type { ComponentChildren, JSX, Ref } from "preact";

/** A box that scrolls by itself, and can be scrolled by keyboard. */
export function ScrollBox(props: {
  label: string;
  class: string;
  boxRef?: Ref<HTMLElement> | undefined;
  children: ComponentChildren;
}): JSX.Element {
  return (
    <section
      ref={props.boxRef}
      class={props.class}
      aria-label={props.label}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard
      tabIndex={0}
    >
      {props.children}
    </section>
  );
}
