import { type Signal, signal } from "@preact/signals";
import { PHONE } from "./phone.ts";

/** Below 700 px: cards in place of a table, one chart a row. */
export const isPhone: Signal<boolean> = signal(matchMedia(PHONE).matches);

matchMedia(PHONE).addEventListener("change", (event) => {
  isPhone.value = event.matches;
});
