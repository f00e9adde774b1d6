import type { JSX, Ref } from "preact";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { ScrollBox } from "../components/ScrollBox.tsx";
import { formatCount } from "../format.ts";
import { ARTIFACT_TEXTS } from "../texts/artifacts.ts";
import { findPlaces, markPlaces, type Piece, textBlocks } from "./text-lines.ts";
import "./text.css";

interface TextViewProps {
  readonly text: string;
  /** The same text in coloured pieces. */
  readonly colored?: readonly Piece[] | undefined;
  readonly search: string;
  readonly wraps: boolean;
  /** Lines are numbered: the text begins with the first line of its file. */
  readonly hasNumbers: boolean;
  readonly boxRef?: Ref<HTMLElement>;
}

/** Lines that a browser draws or skips together. */
const BLOCK_LINES = 200;
const LINE_HEIGHT = 18;
const MOST_MATCHES = 2_000;

/** A text in monospace with line numbers. Blocks out of view cost nothing, and the browser's own search works. */
export function TextView(props: TextViewProps): JSX.Element {
  const { text, colored, search, wraps, hasNumbers } = props;
  const places = useMemo(() => findPlaces(text, search, MOST_MATCHES), [text, search]);
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    box.current?.querySelector("mark")?.scrollIntoView({ block: "center" });
  }, [places]);
  const blocks = useMemo(() => textBlocks(text, BLOCK_LINES), [text]);
  // Colours go over line ends: a coloured text is one block.
  const isOneBlock = colored !== undefined && search === "";
  return (
    <ScrollBox boxRef={props.boxRef} class="text-scroll" label={ARTIFACT_TEXTS.text}>
      {search !== "" && (
        <p class="text-found" role="status">
          {ARTIFACT_TEXTS.matches(
            `${formatCount(places.length)}${places.length === MOST_MATCHES ? "+" : ""}`,
          )}
        </p>
      )}
      <div ref={box} class={wraps ? "text-blocks is-wrapped" : "text-blocks"}>
        {isOneBlock ? (
          <Block lines={lineNumbers(1, countLines(text))} hasNumbers={hasNumbers && !wraps}>
            {colored.map(drawPiece)}
          </Block>
        ) : (
          blocks.map((block) => (
            <Block
              key={block.firstLine}
              lines={lineNumbers(block.firstLine, block.lines)}
              hasNumbers={hasNumbers && !wraps}
              height={wraps ? undefined : block.lines * LINE_HEIGHT}
            >
              {search === ""
                ? block.text
                : markPlaces(
                    block.text,
                    placesIn(places, block.start, block.text.length),
                    search.length,
                  ).map(drawPiece)}
            </Block>
          ))
        )}
      </div>
    </ScrollBox>
  );
}

function Block(props: {
  lines: string;
  hasNumbers: boolean;
  /** Known height in pixels, which a block out of view keeps. */
  height?: number | undefined;
  children: JSX.Element["props"]["children"];
}): JSX.Element {
  const { height } = props;
  return (
    <div
      class="text-block"
      style={height === undefined ? undefined : { containIntrinsicHeight: `${height}px` }}
    >
      {props.hasNumbers && (
        <pre class="text-numbers" aria-hidden="true">
          {props.lines}
        </pre>
      )}
      <pre class="text-code">{props.children}</pre>
    </div>
  );
}

function drawPiece({ text, kind }: Piece, i: number): JSX.Element | string {
  if (kind === "plain") return text;
  if (kind === "match") return <mark key={i}>{text}</mark>;
  return (
    <span key={i} class={`text-${kind}`}>
      {text}
    </span>
  );
}

function placesIn(places: readonly number[], start: number, length: number): number[] {
  return places.filter((place) => place >= start && place < start + length).map((p) => p - start);
}

function lineNumbers(first: number, count: number): string {
  return Array.from({ length: count }, (_, i) => String(first + i)).join("\n");
}

function countLines(text: string): number {
  return text.split("\n").length - (text.endsWith("\n") ? 1 : 0);
}
