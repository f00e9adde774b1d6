import { writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { readLinePieces } from "../../lib/tree/read-lines.ts";
import { makeTempFolder } from "../helpers/tree.ts";

test("pieces of a file are whole lines, whatever their size", async () => {
  const file = join(await makeTempFolder(), "lines");
  const line = fc.string({ unit: "grapheme" }).map((text) => text.replaceAll("\n", " "));
  fc.assert(
    fc.property(fc.array(line), fc.integer({ min: 1, max: 50 }), (lines, size) => {
      writeFileSync(file, lines.join("\n"));

      const pieces = [...readLinePieces(file, size)];

      expect(Buffer.concat(pieces).toString()).toBe(lines.join("\n"));
      for (const piece of pieces.slice(0, -1)) expect(piece.at(-1)).toBe(10);
    }),
    { numRuns: 300 },
  );
});

test("a file that is not there has no pieces", async () => {
  expect([...readLinePieces(join(await makeTempFolder(), "none"))]).toEqual([]);
});
