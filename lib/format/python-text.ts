/** Python's `str.strip()`. JavaScript's `trim` differs: it leaves FS..US and NEL, and takes a BOM away. */
export function stripBlanks(text: string): string {
  return strip(text, (at) => isBlank(text, at) || isSeparator(text.charCodeAt(at)));
}

/** What Python's `int` and `float` strip: not FS..US. */
export function stripAroundNumber(text: string): string {
  return strip(text, (at) => isBlank(text, at));
}

/** Where the line that starts at `from` ends, and where the next one starts, as Python's `str.splitlines` has it. */
export function findLineEnd(text: string, from: number): { end: number; next: number } {
  for (let at = from; at < text.length; at++) {
    if (!isLineEnd(text.charCodeAt(at))) continue;
    const isPair = text.startsWith("\r\n", at);
    return { end: at, next: at + (isPair ? 2 : 1) };
  }
  return { end: text.length, next: text.length };
}

/** Text from a file inside a message: quoted, and cut when it is long. */
export function quote(text: string): string {
  return text.length <= 100 ? `'${text}'` : `'${text.slice(0, 100)}...'`;
}

function strip(text: string, isStripped: (at: number) => boolean): string {
  let start = 0;
  let end = text.length;
  while (end > start && isStripped(end - 1)) end--;
  while (start < end && isStripped(start)) start++;
  return text.slice(start, end);
}

/** FS, GS, RS and US. */
function isSeparator(code: number): boolean {
  return code >= 28 && code <= 31;
}

function isBlank(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  if (code < 0x80) return (code >= 9 && code <= 13) || code === 32;
  return code === 0x85 || (code !== 0xfeff && /\s/.test(text.charAt(at)));
}

/** LF, VT, FF, CR, FS, GS, RS, NEL, and Unicode's line and paragraph separators. */
function isLineEnd(code: number): boolean {
  if (code < 0x80) return (code >= 10 && code <= 13) || (code >= 28 && code <= 30);
  return code === 0x85 || code === 0x2028 || code === 0x2029;
}
