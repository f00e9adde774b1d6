import { useState } from "preact/hooks";
import { DataError } from "../data/errors.ts";
import { refresh } from "../data/live.ts";

export interface Edit {
  /** A change is under way. */
  readonly isBusy: boolean;
  /** Why the last change was refused, in MLflow's words. */
  readonly failure: string | null;
  readonly forget: () => void;
  /**
   * Carries a change out and reads what it changed. Resolves with whether it was taken.
   *
   * @param tell - what to say of a refusal; else MLflow's words
   */
  readonly carryOut: (
    change: () => Promise<void>,
    tell?: (message: string) => string,
  ) => Promise<boolean>;
}

/** Changes to the tree, one at a time, and how the last one went. */
export function useEdit(): Edit {
  const [isBusy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const carryOut: Edit["carryOut"] = async (change, tell = (message) => message) => {
    setBusy(true);
    setFailure(null);
    try {
      await change();
      return true;
    } catch (error) {
      if (!(error instanceof DataError)) throw error;
      setFailure(tell(error.message));
      return false;
    } finally {
      setBusy(false);
      void refresh();
    }
  };
  return { isBusy, failure, carryOut, forget: () => setFailure(null) };
}
