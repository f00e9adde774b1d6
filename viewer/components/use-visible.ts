import type { RefObject } from "preact";
import { useEffect, useState } from "preact/hooks";

/** Pixels below the window that are made ready before they are scrolled to. */
const AHEAD = "300px";

/** Whether an element has come into view, or nearly so. It stays true: what was made is kept. */
export function useVisible(element: RefObject<HTMLElement | null>): boolean {
  const [isVisible, setVisible] = useState(false);
  useEffect(() => {
    if (isVisible || element.current === null) return;
    const observer = new IntersectionObserver(
      (entries) => {
        if (entries.some((entry) => entry.isIntersecting)) setVisible(true);
      },
      { rootMargin: AHEAD },
    );
    observer.observe(element.current);
    return () => observer.disconnect();
  }, [isVisible]);
  return isVisible;
}
