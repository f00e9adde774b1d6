import type { RefObject } from "preact";
import { useLayoutEffect } from "preact/hooks";
import { historyKey } from "../state/route.ts";

const positions = new Map<string, { readonly top: number; readonly left: number }>();

/** Brings a box back to where it was when the reader goes back to its history entry. Call `remember` when it scrolls. */
export function useScrollMemory(box: RefObject<HTMLElement | null>, name: string): () => void {
  const id = `${historyKey.value} ${name}`;
  useLayoutEffect(() => {
    const known = positions.get(id);
    if (known === undefined || box.current === null) return;
    box.current.scrollTop = known.top;
    box.current.scrollLeft = known.left;
  }, [id]);
  return () => {
    const element = box.current;
    if (element !== null) positions.set(id, { top: element.scrollTop, left: element.scrollLeft });
  };
}
