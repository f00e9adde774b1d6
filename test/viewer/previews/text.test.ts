import { expect, test } from "vitest";
import { hexLines } from "../../../viewer/previews/hex.ts";
import { highlight } from "../../../viewer/previews/highlight.ts";
import { resolvePath } from "../../../viewer/previews/resolve-path.ts";
import {
  decodeLines,
  findPlaces,
  looksLikeText,
  markPlaces,
  textBlocks,
} from "../../../viewer/previews/text-lines.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

test("a part out of the middle of a file is cut to whole lines", () => {
  const part = bytes("half\nwhole 1\nwhole é\nhal");

  expect(decodeLines(part, true, false)).toBe("half\nwhole 1\nwhole é\n");
  expect(decodeLines(part, false, true)).toBe("whole 1\nwhole é\nhal");
  expect(decodeLines(part, false, false)).toBe("whole 1\nwhole é\n");
  expect(decodeLines(bytes("no line end"), true, false)).toBe("no line end");
});

test("a search ignores case and marks all places", () => {
  const places = findPlaces("Loss loss LOSS", "loss", 10);

  expect(places).toEqual([0, 5, 10]);
  expect(markPlaces("Loss loss", [0, 5], 4)).toEqual([
    { text: "Loss", kind: "match" },
    { text: " ", kind: "plain" },
    { text: "loss", kind: "match" },
  ]);
  expect(findPlaces("aaaa", "a", 2)).toEqual([0, 1]);
});

test("blocks hold whole lines and know their numbers", () => {
  expect(textBlocks("a\nb\nc\nd", 2)).toEqual([
    { start: 0, text: "a\nb\n", firstLine: 1, lines: 2 },
    { start: 4, text: "c\nd", firstLine: 3, lines: 2 },
  ]);
  expect(textBlocks("", 2)).toEqual([]);
});

test("colouring changes no character", () => {
  const code = `def f(x):  # "no string"\n    return "a # b" + '''c\nd''' + str(1.5e-3) if x else None\n`;
  const pieces = highlight(code, "py") ?? [];

  expect(pieces.map((piece) => piece.text).join("")).toBe(code);
  const kinds = pieces.filter((piece) => piece.kind !== "plain").map((p) => [p.kind, p.text]);
  expect(kinds).toEqual([
    ["keyword", "def"],
    ["comment", '# "no string"'],
    ["keyword", "return"],
    ["string", '"a # b"'],
    ["string", "'''c\nd'''"],
    ["number", "1.5e-3"],
    ["keyword", "if"],
    ["keyword", "else"],
    ["keyword", "None"],
  ]);
  expect(highlight("x", "constructor")).toBeUndefined();
});

test("binary files are told from text", () => {
  expect(looksLikeText(bytes("plain é text\n"))).toBe(true);
  expect(looksLikeText(Uint8Array.from([0x80, 4, 0x95, 0, 1]))).toBe(false);
  expect(looksLikeText(Uint8Array.from([0x80, 0xff, 0xfe, 0xfd, 0xfc, 0xfb, 0xfa, 0xf9]))).toBe(
    false,
  );
});

test("bytes print in hex with their characters", () => {
  expect(hexLines(bytes("PK\u0003\u0004 0123456789ABC"))).toEqual([
    "00000000  50 4b 03 04 20 30 31 32 33 34 35 36 37 38 39 41  PK.. 0123456789A",
    `00000010  42 43${" ".repeat(42)}  BC`,
  ]);
});

test("a relative reference never leads out of the artifacts", () => {
  expect(resolvePath("eval/summary.md", "../img/a.png")).toBe("img/a.png");
  expect(resolvePath("eval/summary.md", "./plot.png")).toBe("eval/plot.png");
  expect(resolvePath("a.md", "../../../etc/passwd")).toBe("etc/passwd");
});
