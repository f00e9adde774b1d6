import type { JSX, Ref } from "preact";
import { Icon } from "./Icon.tsx";
import "./SearchInput.css";

interface SearchInputProps {
  readonly value: string;
  readonly label: string;
  readonly placeholder?: string;
  readonly onInput: (value: string) => void;
  readonly onKeyDown?: (event: KeyboardEvent) => void;
  readonly inputRef?: Ref<HTMLInputElement>;
  readonly small?: boolean;
}

/** A field that narrows a list down while one types. */
export function SearchInput(props: SearchInputProps): JSX.Element {
  return (
    <label class={props.small === true ? "search-input search-input-small" : "search-input"}>
      <Icon name="search" size={14} />
      <input
        ref={props.inputRef}
        type="search"
        value={props.value}
        aria-label={props.label}
        placeholder={props.placeholder ?? props.label}
        autocomplete="off"
        spellcheck={false}
        onInput={(event) => props.onInput(event.currentTarget.value)}
        onKeyDown={props.onKeyDown}
      />
    </label>
  );
}
