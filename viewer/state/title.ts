import { useEffect } from "preact/hooks";
import { TEXTS } from "../texts.ts";

/** Names the page in the browser's tab, most particular part first. */
export function useTitle(...parts: readonly (string | undefined)[]): void {
  const title = [...parts.filter((part) => part !== undefined && part !== ""), TEXTS.product].join(
    " · ",
  );
  useEffect(() => {
    document.title = title;
  }, [title]);
}
