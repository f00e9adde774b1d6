import { type Signal, signal } from "@preact/signals";
import { useEffect } from "preact/hooks";

const TICK_MS = 5_000;

const now: Signal<number> = signal(Date.now());
let users = 0;
let timer: ReturnType<typeof setInterval> | undefined;

/** The time, for ages such as "4 s ago". Goes on every five seconds while somebody looks. */
export function useNow(): number {
  useEffect(() => {
    if (users++ === 0) {
      // Who was drawn just now need not be drawn again.
      if (Date.now() - now.peek() > TICK_MS) now.value = Date.now();
      timer = setInterval(() => {
        if (!document.hidden) now.value = Date.now();
      }, TICK_MS);
    }
    return () => {
      if (--users === 0) clearInterval(timer);
    };
  }, []);
  return now.value;
}
