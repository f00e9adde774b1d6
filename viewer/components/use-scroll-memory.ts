import type { RefObject } from "preact";
import { useLayoutEffect } from "preact/hooks";
import { useEntryMemory } from "../state/entry-memory.ts";
import { historyKey } from "../state/route.ts";

/** Brings a box back to where it was when the reader goes back to its history entry. Call what it returns on scroll. */
export function useScrollMemory(box: RefObject<HTMLElement | null>, name: string): () => void {
  const { value, remember } = useEntryMemory<{ readonly top: number; readonly left: number }>(name);
  useLayoutEffect(() => {
    if (value === undefined || box.current === null) return;
    box.current.scrollTop = value.top;
    box.current.scrollLeft = value.left;
  }, [historyKey.value]);
  return () => {
    const element = box.current;
    if (element !== null) remember({ top: element.scrollTop, left: element.scrollLeft });
  };
}
