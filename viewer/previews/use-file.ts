import { useEffect, useState } from "preact/hooks";
import { isAbort } from "../data/errors.ts";

export type Reading<Value> =
  | { readonly state: "reading" }
  | { readonly state: "failed"; readonly reason: string }
  | { readonly state: "done"; readonly value: Value };

/** Reads something of a file once, and again when `key` changes. */
export function useFile<Value>(
  key: string,
  read: (signal: AbortSignal) => Promise<Value>,
): Reading<Value> {
  const [reading, setReading] = useState<Reading<Value>>({ state: "reading" });
  useEffect(() => {
    const controller = new AbortController();
    setReading({ state: "reading" });
    read(controller.signal).then(
      (value) => setReading({ state: "done", value }),
      (error: unknown) => {
        if (isAbort(error)) return;
        const reason = error instanceof Error ? error.message : String(error);
        setReading({ state: "failed", reason });
      },
    );
    return () => controller.abort();
  }, [key]);
  return reading;
}
