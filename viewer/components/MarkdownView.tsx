import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import "./MarkdownView.css";

interface MarkdownViewProps {
  readonly text: string;
  /** Address of the bytes of a relative image; images are left out without it. */
  readonly imageUrl?: (path: string) => string;
  /** Address of a relative link; such links are text without it. */
  readonly linkHref?: (path: string) => string;
}

/** Markdown that somebody wrote into the tree. Its HTML is shown as text; see `markdown.ts`. */
export function MarkdownView({ text, imageUrl, linkHref }: MarkdownViewProps): JSX.Element {
  const box = useRef<HTMLDivElement>(null);
  const [isPlain, setPlain] = useState(true);
  useEffect(() => {
    let isGone = false;
    import("./markdown.ts").then(
      ({ renderMarkdown }) => {
        if (isGone) return;
        setPlain(false);
        box.current?.replaceChildren(renderMarkdown(text, { imageUrl, linkHref }));
      },
      // Plain text says the same.
      () => undefined,
    );
    return () => {
      isGone = true;
    };
  }, [text, imageUrl, linkHref]);
  return (
    <div class="markdown">
      <div ref={box} />
      {isPlain && <p class="markdown-plain">{text}</p>}
    </div>
  );
}
