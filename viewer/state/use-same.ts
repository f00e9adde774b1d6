import { useRef } from "preact/hooks";

/** The object of the last call as long as its fields are the same: what was drawn from it need not be drawn again. */
export function useSame<Value extends object>(value: Value): Value {
  const last = useRef(value);
  if (!hasSameFields(last.current, value)) last.current = value;
  return last.current;
}

function hasSameFields<Value extends object>(a: Value, b: Value): boolean {
  const keys = Object.keys(b) as (keyof Value)[];
  return keys.length === Object.keys(a).length && keys.every((key) => Object.is(a[key], b[key]));
}
