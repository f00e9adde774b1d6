/** Media query of screens below 700 px: cards in place of a table, one chart a row. */
export const PHONE = "(max-width: 699px)";
