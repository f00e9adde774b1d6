/** A run's parameter. Immutable once logged; the value is text. */
export interface Param {
  readonly key: string;
  readonly value: string;
}
