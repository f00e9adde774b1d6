import { expect, test } from "vitest";
import { type CsvState, readCsvPiece } from "../../../viewer/previews/csv-chunks.ts";

const TEXT = 'name,note,x\r\na,"two\nlines, ""quoted""",1\nb,plain,2\n\nc,"",3\n';

const ROWS = [
  ["a", 'two\nlines, "quoted"', "1"],
  ["b", "plain", "2"],
  ["c", "", "3"],
];

test("quotes, line ends inside them and empty lines are read as spreadsheets do", () => {
  const csv = readCsvPiece(undefined, TEXT.replace("\r\n", "\n"), true);

  expect(csv).toEqual({
    delimiter: ",",
    records: { columns: ["name", "note", "x"], rows: ROWS },
    rest: "",
  });
});

test("a file cut anywhere reads as in one piece", () => {
  const text = TEXT.replace("\r\n", "\n");
  for (let cut = 13; cut < text.length; cut++) {
    const first: CsvState = readCsvPiece(undefined, text.slice(0, cut), false);
    const whole = readCsvPiece(first, text.slice(cut), true);

    expect(whole.records, `cut at ${cut}`).toEqual({ columns: ["name", "note", "x"], rows: ROWS });
  }
});

test("the delimiter is found out, a row may be longer than the header", () => {
  expect(readCsvPiece(undefined, "a;b\n1;2\n3;4;5\n", true)).toEqual({
    delimiter: ";",
    records: {
      columns: ["a", "b", ""],
      rows: [
        ["1", "2"],
        ["3", "4", "5"],
      ],
    },
    rest: "",
  });
  expect(readCsvPiece(undefined, "a\tb,c\n1\t2\n", true, "\t").records.columns).toEqual([
    "a",
    "b,c",
  ]);
});

test("an empty file has no rows", () => {
  expect(readCsvPiece(undefined, "", true).records).toEqual({ columns: [], rows: [] });
});
