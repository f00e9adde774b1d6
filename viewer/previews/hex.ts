const BYTES_PER_LINE = 16;

/** Bytes as `00000010  50 4b 03 04 …  PK..`, 16 a line. */
export function hexLines(bytes: Uint8Array): string[] {
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; at += BYTES_PER_LINE) {
    const line = Array.from(bytes.subarray(at, at + BYTES_PER_LINE));
    const hex = line.map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
    const text = line.map((byte) => (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : "."));
    lines.push(
      `${at.toString(16).padStart(8, "0")}  ${hex.padEnd(BYTES_PER_LINE * 3 - 1)}  ${text.join("")}`,
    );
  }
  return lines;
}
