/**
 * Ids of experiments, runs, models and traces where several roots are shown as one: those of the first root are as their
 * tree has them, so that MLflow's links work; those of another end with `~` and its key. MLflow allows no `~` in ids.
 */
const MARK = "~";

/** @param rootKey - empty for the first root */
export function rootedId(id: string, rootKey: string): string {
  return rootKey === "" ? id : id + MARK + rootKey;
}

/** The id as its tree has it: what MLflow's clients and the command line know. */
export function plainId(id: string): string {
  const at = id.lastIndexOf(MARK);
  return at < 1 ? id : id.slice(0, at);
}

/** Key of the root that an id names; empty when it names none. */
export function rootKeyOf(id: string): string {
  return id.slice(plainId(id).length + MARK.length);
}
