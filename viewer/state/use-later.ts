import { useEffect, useState } from "preact/hooks";

/** Turns true a moment after `isReady` does: for what should not keep the first rows waiting. */
export function useLater(isReady: boolean): boolean {
  const [isLater, setLater] = useState(false);
  useEffect(() => {
    if (!isReady) return;
    // In the task after the frame that is being made.
    let timer: ReturnType<typeof setTimeout> | undefined;
    const frame = requestAnimationFrame(() => {
      timer = setTimeout(() => setLater(true));
    });
    return () => {
      cancelAnimationFrame(frame);
      clearTimeout(timer);
    };
  }, [isReady]);
  return isLater;
}
