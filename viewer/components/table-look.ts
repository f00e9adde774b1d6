/** Two lines and their border, pixels. */
export const HEAD_HEIGHT = 53;

const ROW_HEIGHT = 28;
const ROOMY_ROW_HEIGHT = 40;

export function rowHeightOf(isRoomy: boolean): number {
  return isRoomy ? ROOMY_ROW_HEIGHT : ROW_HEIGHT;
}

/** @param hasTwisties - whether names keep room for what unfolds a row */
export function tableClass(isRoomy: boolean, hasTwisties: boolean): string {
  return `run-table${isRoomy ? " run-table-roomy" : ""}${hasTwisties ? "" : " run-table-flat"}`;
}
