import { spawn } from "node:child_process";
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { Appender } from "../../lib/tree/append.ts";
import { makeTempFolder } from "../helpers/tree.ts";

/** Appends to a file as the store does, its folder as the owner. */
function append(appender: Appender, path: string, lines: string): void {
  appender.append(appender.open(dirname(path), basename(path), path), lines);
}

describe("Appender", () => {
  test("what append returned from is in the file", async () => {
    const file = join(await makeTempFolder(), "metrics", "train", "loss");
    const appender = new Appender();

    append(appender, file, "1 0.5 0\n");
    append(appender, file, "2 0.4 1\n");

    expect(readFileSync(file, "utf8")).toBe("1 0.5 0\n2 0.4 1\n");
    appender.close();
  });

  test("a half line that a killed writer left is ended first", async () => {
    const file = join(await makeTempFolder(), "loss");
    writeFileSync(file, "1 0.5 0\n2 0.");
    const appender = new Appender();

    append(appender, file, "3 0.3 2\n");
    appender.close();

    expect(readFileSync(file, "utf8")).toBe("1 0.5 0\n2 0.\n3 0.3 2\n");
  });

  test("lines of others in between stay whole", async () => {
    const file = join(await makeTempFolder(), "loss");
    const appender = new Appender();
    append(appender, file, "1 0.5 0\n");
    appendFileSync(file, "9 0.9 9\n");
    append(appender, file, "2 0.4 1\n");
    appender.close();

    expect(readFileSync(file, "utf8")).toBe("1 0.5 0\n9 0.9 9\n2 0.4 1\n");
  });

  test("more files than may be open are all written", async () => {
    const folder = await makeTempFolder();
    const appender = new Appender({ maxOpen: 3 });
    const files = Array.from({ length: 10 }, (_, i) => join(folder, `m${i}`));

    for (let step = 0; step < 5; step++)
      for (const file of files) append(appender, file, `1 1.0 ${step}\n`);
    appender.close();

    const expected = "1 1.0 0\n1 1.0 1\n1 1.0 2\n1 1.0 3\n1 1.0 4\n";
    expect(files.map((file) => readFileSync(file, "utf8"))).toEqual(files.map(() => expected));
  });

  test("with a buffer lines wait for flush, for size or for time", async () => {
    const file = join(await makeTempFolder(), "loss");
    const appender = new Appender({ buffer: true, bufferBytes: 20, bufferMs: 30 });
    const content = (): string => readFileSync(file, "utf8");

    append(appender, file, "1 0.5 0\n");
    expect(content()).toBe("");
    appender.flush();
    expect(content()).toBe("1 0.5 0\n");
    append(appender, file, "2 0.5 1\n3 0.5 2\n4 0.5 3\n");
    expect(content()).toBe("1 0.5 0\n2 0.5 1\n3 0.5 2\n4 0.5 3\n");
    append(appender, file, "5 0.5 4\n");
    await vi.waitFor(() => expect(content()).toContain("5 0.5 4\n"));
    appender.close();
  });

  test("a key that another key's file stands in the way of is an error with a hint", async () => {
    const folder = await makeTempFolder();
    const appender = new Appender();
    append(appender, join(folder, "a"), "1 1.0 0\n");

    expect(() => append(appender, join(folder, "a", "b"), "1 1.0 0\n")).toThrow(
      expect.objectContaining({
        errorCode: "INVALID_PARAMETER_VALUE",
        hint: expect.stringContaining("`a` and `a/b`"),
      }),
    );
    mkdirSync(join(folder, "c"));
    expect(() => append(appender, join(folder, "c"), "1 1.0 0\n")).toThrow(
      expect.objectContaining({ errorCode: "INVALID_PARAMETER_VALUE" }),
    );
    appender.close();
  });

  test("four processes that append to one file lose no line and tear none", async () => {
    const file = join(await makeTempFolder(), "loss");
    const script = `
      import { openSync, writeSync } from "node:fs";
      const fd = openSync(process.argv[1], "a+");
      for (let i = 0; i < 2000; i++) writeSync(fd, process.argv[2] + " " + i + " " + "x".repeat(i % 50) + "\\n");`;
    const writers = ["a", "b", "c", "d"].map(
      (name) =>
        new Promise((resolve) => {
          spawn(process.execPath, ["--input-type=module", "-e", script, file, name]).on(
            "exit",
            resolve,
          );
        }),
    );
    const appender = new Appender();
    for (let i = 0; i < 2000; i++) append(appender, file, `e ${i} ${"x".repeat(i % 50)}\n`);
    await Promise.all(writers);
    appender.close();

    const lines = readFileSync(file, "utf8").trimEnd().split("\n");
    const expected = ["a", "b", "c", "d", "e"].flatMap((name) =>
      Array.from({ length: 2000 }, (_, i) => `${name} ${i} ${"x".repeat(i % 50)}`),
    );
    expect(lines.sort()).toEqual(expected.sort());
  });
});
