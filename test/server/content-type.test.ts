import { describe, expect, test } from "vitest";
import { contentDisposition, contentType } from "../../lib/server/content-type.ts";

describe("the content type of a download", () => {
  test.each([
    ["a/notes.txt", "text/plain"],
    ["conf.YAML", "text/plain"],
    ["page.js", "text/plain"],
    ["model/MLmodel", "text/plain"],
    ["MLproject", "text/plain"],
    ["plot.png", "image/png"],
    ["report.html", "text/html"],
    ["model.pkl", "application/octet-stream"],
    ["noending", "application/octet-stream"],
    // A name is an ending only behind a dot.
    ["txt", "application/octet-stream"],
    ["png", "application/octet-stream"],
  ])("of %s is %s", (path, type) => {
    expect(contentType(path)).toBe(type);
  });
});

describe("the name of a download", () => {
  test.each([
    ["n/o/a.txt", "attachment; filename=a.txt"],
    ["c c+%.txt", 'attachment; filename="c c+%.txt"'],
    ['say "hi".txt', 'attachment; filename="say \\"hi\\".txt"'],
    ["ä b.txt", "attachment; filename=\"a b.txt\"; filename*=UTF-8''%C3%A4%20b.txt"],
    ["日本語", "attachment; filename=download; filename*=UTF-8''%E6%97%A5%E6%9C%AC%E8%AA%9E"],
  ])("%s is sent as %s", (path, header) => {
    expect(contentDisposition(path)).toBe(header);
  });
});
