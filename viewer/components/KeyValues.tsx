import type { JSX } from "preact";
import { Block } from "./Block.tsx";

/** A few keys with their values; nothing when there are none. */
export function KeyValues(props: {
  title: string;
  values: Readonly<Record<string, string>>;
}): JSX.Element | null {
  const entries = Object.entries(props.values);
  if (entries.length === 0) return null;
  return (
    <Block title={props.title} count={entries.length}>
      <dl class="key-values">
        {entries.map(([key, value]) => (
          <div key={key}>
            <dt title={key}>{key}</dt>
            <dd title={value}>{value}</dd>
          </div>
        ))}
      </dl>
    </Block>
  );
}
