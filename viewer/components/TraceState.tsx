import type { JSX } from "preact";
import { TRACE_TEXTS } from "../texts/traces.ts";
import { Icon } from "./Icon.tsx";
import "./TraceState.css";

/** How a trace or a span ended, as a word and a shape. */
export function TraceState({ state }: { state: string }): JSX.Element {
  const isError = state === "ERROR";
  return (
    <span class={isError ? "trace-state trace-state-error" : "trace-state"}>
      {isError && <Icon name="warning" size={12} />}
      {TRACE_TEXTS.states[state] ?? state.toLowerCase()}
    </span>
  );
}
