/** Prints rows as RFC 4180 asks: fields between commas, in quotes where they hold a comma, a quote or a line break. */
export function printCsv(rows: readonly (readonly string[])[]): string {
  return rows.map((row) => `${row.map(printField).join(",")}\r\n`).join("");
}

function printField(field: string): string {
  return /[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;
}
