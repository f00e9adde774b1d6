import { useEffect, useRef, useState } from "preact/hooks";
import type { ChangeEvent } from "../../lib/wire/data-files.ts";
import { keepReading, type Load, type Loaded, NOTHING_YET, type Touch } from "./reader.ts";

/**
 * Reads data for a component, again when `key` changes, and again when the tree changes.
 *
 * @param key - names what is read; data of another key is never shown
 * @param isTouched - whether a change of the tree concerns this data; any change by default
 * @param known - what of the data is there already when the component is first drawn
 */
export function useData<Value>(
  key: string,
  load: Load<Value>,
  isTouched: (change: ChangeEvent) => Touch = () => true,
  known: () => Value | null = () => null,
): Loaded<Value> {
  const [state, setState] = useState<{ key: string; loaded: Loaded<Value> }>(() => ({
    key,
    loaded: { ...NOTHING_YET, data: known() },
  }));
  const latest = useRef({ load, isTouched });
  latest.current = { load, isTouched };

  useEffect(
    () =>
      keepReading<Value>(
        (signal, onPart) => latest.current.load(signal, onPart),
        (change) => latest.current.isTouched(change),
        (update) =>
          setState((old) => ({ key, loaded: update(old.key === key ? old.loaded : NOTHING_YET) })),
      ),
    [key],
  );

  return state.key === key ? state.loaded : NOTHING_YET;
}
