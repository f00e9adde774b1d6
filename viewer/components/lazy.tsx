import type { ComponentType, JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { ChunkFailed } from "./ChunkFailed.tsx";

/** A component whose code comes when it is first shown. */
export function lazyComponent<Props extends object>(
  load: () => Promise<ComponentType<Props>>,
): ComponentType<Props> {
  let now: ComponentType<Props> | null = null;
  return function Lazy(props: Props): JSX.Element {
    const [state, setState] = useState<"waiting" | "here" | "failed">("waiting");
    useEffect(() => {
      if (now !== null) return;
      load().then(
        (component) => {
          now = component;
          setState("here");
        },
        () => setState("failed"),
      );
    }, []);
    const Component = now;
    if (Component !== null) return <Component {...props} />;
    return state === "failed" ? <ChunkFailed /> : <div class="spacer" aria-busy="true" />;
  };
}
