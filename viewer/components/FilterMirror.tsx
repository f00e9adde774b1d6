import type { JSX, RefObject } from "preact";
import type { MlrunsError } from "../../lib/errors.ts";
import type { ViewerToken } from "../../lib/search/viewer/scan.ts";
import type { SearchEngine } from "../state/search-engine.ts";

interface FilterMirrorProps {
  /** Without it the text has no colours. */
  readonly engine: SearchEngine | null;
  readonly mirrorRef: RefObject<HTMLDivElement | null>;
  readonly text: string;
  readonly mistake: MlrunsError | null;
}

/** The filter's text behind the transparent one of the field, in colours, its mistake underlined. */
export function FilterMirror({ engine, mirrorRef, text, mistake }: FilterMirrorProps): JSX.Element {
  const wrong = mistake?.column;
  const parts: JSX.Element[] = [];
  let at = 0;
  for (const token of engine?.scan(text) ?? []) {
    if (token.start > at) parts.push(<span key={at}>{text.slice(at, token.start)}</span>);
    const isWrong =
      wrong !== undefined && token.start < wrong.end - 1 && token.end > wrong.start - 1;
    parts.push(
      <Token key={token.start} token={token} isWrong={isWrong} isQuiet={isQuiet(engine, token)} />,
    );
    at = token.end;
  }
  if (at < text.length) parts.push(<span key={at}>{text.slice(at)}</span>);
  const isEndWrong = wrong !== undefined && wrong.start > text.length;
  return (
    <div ref={mirrorRef} class="filter-mirror" aria-hidden="true">
      {parts}
      {isEndWrong && <span class="filter-wrong"> </span>}
    </div>
  );
}

/** Operators and the words between conditions step back. */
function isQuiet(engine: SearchEngine | null, token: ViewerToken): boolean {
  if (token.type === "operator") return true;
  return engine?.isWord(token, "AND", "OR", "NOT", "IN", "IS", "NULL", "LIKE", "ILIKE") === true;
}

interface TokenProps {
  readonly token: ViewerToken;
  readonly isWrong: boolean;
  readonly isQuiet: boolean;
}

function Token({ token, isWrong, isQuiet }: TokenProps): JSX.Element {
  const wrong = isWrong ? " filter-wrong" : "";
  const dot = /^[a-z]/i.test(token.text) ? token.text.indexOf(".") : -1;
  if (dot > 0) {
    return (
      <span class={wrong}>
        <span class="filter-kind">{token.text.slice(0, dot + 1)}</span>
        {token.text.slice(dot + 1)}
      </span>
    );
  }
  return <span class={(isQuiet ? "filter-operator" : "") + wrong}>{token.text}</span>;
}
