import type { ComponentChildren, JSX } from "preact";
import { useMemo, useState } from "preact/hooks";
import type { DataError } from "../data/errors.ts";
import { formatCount, plural } from "../format.ts";
import { matchesText } from "../run/key-groups.ts";
import { EmptyState, ErrorState } from "./EmptyState.tsx";
import type { IconName } from "./Icon.tsx";
import { SearchInput } from "./SearchInput.tsx";
import "./ListPage.css";

interface ListPageProps<Item> {
  readonly crumb?: ComponentChildren;
  readonly title: string;
  /** Null until they were read. */
  readonly items: readonly Item[] | null;
  readonly error: DataError | null;
  /** What an item is called, in the footer. */
  readonly noun: string;
  /** Text of an item that a search looks into. */
  readonly textOf: (item: Item) => string;
  readonly searchLabel: string;
  readonly noMatch: string;
  readonly empty: { readonly title: string; readonly hint: string; readonly icon: IconName };
  /** More for the footer. */
  readonly note?: string | undefined;
  readonly children: (found: readonly Item[]) => JSX.Element;
}

/** A page that is a table with a search over it. */
export function ListPage<Item>(props: ListPageProps<Item>): JSX.Element {
  const { items, empty } = props;
  const [search, setSearch] = useState("");
  const found = useMemo(() => {
    const matches = matchesText(search);
    return (items ?? []).filter((item) => matches(props.textOf(item), ""));
  }, [items, search]);
  return (
    <>
      <header class="page-head">
        {props.crumb}
        <h1>{props.title}</h1>
      </header>
      {items === null && props.error !== null && <ErrorState error={props.error} />}
      {items?.length === 0 && (
        <EmptyState title={empty.title} icon={empty.icon}>
          <p>{empty.hint}</p>
        </EmptyState>
      )}
      {items !== null && items.length > 0 && (
        <>
          <div class="list-tools">
            <SearchInput value={search} label={props.searchLabel} onInput={setSearch} />
          </div>
          {found.length === 0 ? <p class="list-note">{props.noMatch}</p> : props.children(found)}
          <footer class="page-foot">
            <span>
              {found.length < items.length && `${formatCount(found.length)} of `}
              {plural(items.length, props.noun)}
            </span>
            {props.note !== undefined && <span>{props.note}</span>}
          </footer>
        </>
      )}
    </>
  );
}
