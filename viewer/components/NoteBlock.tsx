import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { Block } from "./Block.tsx";
import { Button } from "./Button.tsx";
import { lazyComponent } from "./lazy.tsx";
import { MarkdownView } from "./MarkdownView.tsx";
import type { NoteWords } from "./NoteDialog.tsx";

const NoteDialog = lazyComponent(async () => (await import("./NoteDialog.tsx")).NoteDialog);

interface NoteBlockProps {
  readonly title: string;
  /** Markdown; empty when nothing was written. */
  readonly text: string;
  readonly words: NoteWords;
  /** Null where the data is read-only. */
  readonly save: ((text: string) => Promise<void>) | null;
}

/** What somebody wrote about the thing, and a way to write it. */
export function NoteBlock({ title, text, words, save }: NoteBlockProps): JSX.Element | null {
  const [isEdited, setEdited] = useState(false);
  if (text === "" && save === null) return null;
  return (
    <Block
      title={title}
      actions={
        save !== null && (
          <Button small kind="quiet" icon="edit" onClick={() => setEdited(true)}>
            {text === "" ? words.write : words.edit}
          </Button>
        )
      }
    >
      {text !== "" && <MarkdownView text={text} />}
      {isEdited && save !== null && (
        <NoteDialog text={text} words={words} save={save} onClose={() => setEdited(false)} />
      )}
    </Block>
  );
}
