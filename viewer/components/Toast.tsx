import { type Signal, signal } from "@preact/signals";
import type { JSX } from "preact";
import { TEXTS } from "../texts.ts";
import { Button } from "./Button.tsx";
import "./Toast.css";

interface Toast {
  readonly id: number;
  readonly text: string;
  readonly action?: { readonly label: string; readonly onChoose: () => void };
}

const SHOWN_MS = 4_000;
/** One that offers something waits longer. */
const OFFERED_MS = 10_000;

const toasts: Signal<readonly Toast[]> = signal([]);
let lastId = 0;

/** Says what just happened, without taking the focus. */
export function showToast(text: string, action?: Toast["action"]): void {
  const id = ++lastId;
  toasts.value = [...toasts.value.slice(-2), { id, text, ...(action && { action }) }];
  setTimeout(() => dismiss(id), action === undefined ? SHOWN_MS : OFFERED_MS);
}

/** Copies and says so. */
export async function copyText(text: string, said: string = TEXTS.copied): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    showToast(said);
  } catch {
    showToast(TEXTS.copyFailed);
  }
}

export function Toasts(): JSX.Element {
  return (
    <div class="toasts" role="status" aria-live="polite">
      {toasts.value.map(({ id, text, action }) => (
        <div key={id} class="toast">
          <span>{text}</span>
          {action !== undefined && (
            <Button
              small
              onClick={() => {
                dismiss(id);
                action.onChoose();
              }}
            >
              {action.label}
            </Button>
          )}
        </div>
      ))}
    </div>
  );
}

function dismiss(id: number): void {
  toasts.value = toasts.value.filter((toast) => toast.id !== id);
}
