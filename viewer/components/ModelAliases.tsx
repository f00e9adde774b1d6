import type { JSX } from "preact";
import { modelVersionHref } from "../state/links.ts";
import "./ModelAliases.css";

/** Names that point to versions, as links to them. */
export function ModelAliases(props: {
  /** See `RegisteredModelEntry.id`. */
  id: string;
  aliases: Readonly<Record<string, string>>;
}): JSX.Element {
  return (
    <span class="model-aliases">
      {Object.entries(props.aliases).map(([alias, version]) => (
        <a key={alias} class="model-alias" href={modelVersionHref(props.id, version)}>
          {alias} <span class="faint">{version}</span>
        </a>
      ))}
    </span>
  );
}
