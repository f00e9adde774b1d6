import type { JSX } from "preact";
import { useMemo, useState } from "preact/hooks";
import type { ReadonlyDictionary } from "../../lib/entities/record.ts";
import { byKey, groupByPrefix, matchesText, toggled, toYaml } from "../run/key-groups.ts";
import { RUN_TEXTS } from "../texts/run.ts";
import { Block } from "./Block.tsx";
import { KeyGroupRow } from "./KeyGroupRow.tsx";
import { MenuButton } from "./Menu.tsx";
import { SearchInput } from "./SearchInput.tsx";
import { copyText } from "./Toast.tsx";

interface ParamTableProps {
  readonly title: string;
  /** What to say when there are none. */
  readonly empty: string;
  readonly values: ReadonlyDictionary<string>;
}

/** Fewer rows than this need no search. */
const SEARCH_FROM = 8;
/** Rows that are drawn before one asks for all. */
const MOST_ROWS = 400;
/** Longer values are shown in part until one asks. */
const LONG_VALUE = 80;

/** Keys and values in groups by prefix, with a search and a way to take them along. */
export function ParamTable({ title, empty, values }: ParamTableProps): JSX.Element {
  const [search, setSearch] = useState("");
  const [folded, setFolded] = useState<ReadonlySet<string>>(new Set());
  const [showsAll, setShowsAll] = useState(false);
  const all = useMemo(
    () => byKey(Object.entries(values).map(([key, value]) => ({ key, value }))),
    [values],
  );
  const found = useMemo(() => {
    const matches = matchesText(search);
    return all.filter(({ key, value }) => matches(key, value));
  }, [all, search]);
  const shown = showsAll ? found : found.slice(0, MOST_ROWS);
  return (
    <Block
      title={title}
      count={all.length}
      actions={
        all.length > 0 && (
          <>
            {all.length >= SEARCH_FROM && (
              <SearchInput
                small
                value={search}
                label={`${RUN_TEXTS.filter} ${title.toLowerCase()}`}
                placeholder={RUN_TEXTS.filter}
                onInput={setSearch}
              />
            )}
            <CopyMenu entries={found} />
          </>
        )
      }
    >
      {all.length === 0 ? (
        <p class="block-note">{empty}</p>
      ) : (
        <table class="key-table param-table">
          <colgroup>
            <col class="param-table-key" />
            <col />
          </colgroup>
          <thead>
            <tr>
              <th scope="col">{RUN_TEXTS.key}</th>
              <th scope="col">{RUN_TEXTS.value}</th>
            </tr>
          </thead>
          {groupByPrefix(shown).map(({ prefix, entries }) => (
            <tbody key={prefix}>
              {prefix !== "" && (
                <KeyGroupRow
                  prefix={prefix}
                  count={entries.length}
                  columns={2}
                  isOpen={!folded.has(prefix)}
                  onToggle={() => setFolded(toggled(folded, prefix))}
                />
              )}
              {!folded.has(prefix) &&
                entries.map(({ key, value }) => (
                  <tr key={key}>
                    <td
                      class={prefix === "" ? "key-table-key" : "key-table-key is-inner"}
                      title={key}
                    >
                      {key.slice(prefix.length)}
                    </td>
                    <Value text={value} />
                  </tr>
                ))}
            </tbody>
          ))}
        </table>
      )}
      {found.length === 0 && all.length > 0 && <p class="block-note">{RUN_TEXTS.noMatch}</p>}
      {shown.length < found.length && (
        <button type="button" class="link block-more" onClick={() => setShowsAll(true)}>
          {RUN_TEXTS.showMore}
        </button>
      )}
    </Block>
  );
}

function Value({ text }: { text: string }): JSX.Element {
  const [isOpen, setOpen] = useState(false);
  const isLong = text.length > LONG_VALUE || text.includes("\n");
  if (!isLong) return <td title={text}>{text}</td>;
  return (
    <td class={isOpen ? "key-table-long" : undefined}>
      <button
        type="button"
        class="param-value"
        aria-expanded={isOpen}
        title={isOpen ? RUN_TEXTS.showLess : RUN_TEXTS.showMore}
        onClick={() => setOpen(!isOpen)}
      >
        {text}
      </button>
    </td>
  );
}

function CopyMenu({
  entries,
}: {
  entries: readonly { readonly key: string; readonly value: string }[];
}): JSX.Element {
  const pairs = entries.map(({ key, value }) => [key, value] as const);
  return (
    <MenuButton
      icon="copy"
      kind="quiet"
      small
      align="end"
      label={RUN_TEXTS.copyAs}
      items={[
        {
          label: RUN_TEXTS.copyJson,
          onChoose: () => void copyText(JSON.stringify(Object.fromEntries(pairs), null, 2)),
        },
        { label: RUN_TEXTS.copyYaml, onChoose: () => void copyText(toYaml(pairs)) },
      ]}
    />
  );
}
