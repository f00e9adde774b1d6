import {
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { MlrunsError } from "../../lib/errors.ts";
import { experimentFolder, isExperimentFolder, keyFile, runFolder } from "../../lib/tree/layout.ts";
import { withLock } from "../../lib/tree/lock.ts";
import { listFolders, readPatiently, readText, readTextIfThere } from "../../lib/tree/read.ts";
import { walkKeys } from "../../lib/tree/walk.ts";
import { replaceFile, replaceValue } from "../../lib/tree/write.ts";
import { makeTempFolder } from "../helpers/tree.ts";

describe("layout", () => {
  test.each(["../x", "a/b", ".trash", "models", ""])("%j makes no experiment folder", (id) => {
    expect(() => experimentFolder("/r", id)).toThrow(MlrunsError);
  });

  test("a run id never leads out of its experiment", () => {
    expect(() => runFolder("/r/0", "../../etc")).toThrow(MlrunsError);
  });

  test.each(["../x", "/etc/passwd", "a/../../b", ""])(
    "the key %j never leads out of its folder",
    (key) => {
      expect(() => keyFile("/r/0/run/tags", key)).toThrow(MlrunsError);
    },
  );

  test("an experiment is any folder but the registry, the trash and names that are no ids", () => {
    const names = ["0", "123", "abc-d_e", "models", ".trash", "x.trash", ".git", "my stray!"];
    expect(names.filter(isExperimentFolder)).toEqual(["0", "123", "abc-d_e"]);
  });
});

describe("reading", () => {
  test("text is read as it is: line ends, a final newline and a BOM are part of it", async () => {
    const file = join(await makeTempFolder(), "value");
    writeFileSync(file, "\ufeffa\r\nü😀\n");

    expect(readText(file)).toBe("\ufeffa\r\nü😀\n");
  });

  test("bytes that are not UTF-8 are an error, not other text", async () => {
    const file = join(await makeTempFolder(), "value");
    writeFileSync(file, Buffer.from([0x61, 0xff, 0xfe]));

    expect(() => readText(file)).toThrow("The file is not valid UTF-8");
  });

  test("a missing file, also below a file, is no text", async () => {
    const folder = await makeTempFolder();
    writeFileSync(join(folder, "a"), "");

    expect(readTextIfThere(join(folder, "b"))).toBeUndefined();
    expect(readTextIfThere(join(folder, "a", "b"))).toBeUndefined();
  });

  test("a file that is being rewritten in place is read again until it parses", async () => {
    const file = join(await makeTempFolder(), "meta.yaml");
    writeFileSync(file, "");
    let reads = 0;
    const value = readPatiently(file, (text) => {
      if (++reads === 3) writeFileSync(file, "whole");
      if (text === "") throw new MlrunsError("INTERNAL_ERROR", "empty");
      return text;
    });

    expect(value).toBe("whole");
  });

  test("a broken file that nobody touched lately is not waited for", async () => {
    const file = join(await makeTempFolder(), "meta.yaml");
    writeFileSync(file, "");
    utimesSync(file, 1, 1);
    let reads = 0;

    expect(() =>
      readPatiently(file, () => {
        reads++;
        throw new MlrunsError("INTERNAL_ERROR", "empty");
      }),
    ).toThrow("empty");
    expect(reads).toBe(1);
  });
});

describe("walking", () => {
  test("keys are the paths of files; links to folders are passed over, links to nowhere are not", async () => {
    const folder = await makeTempFolder();
    mkdirSync(join(folder, "train", "empty"), { recursive: true });
    writeFileSync(join(folder, "train", "loss"), "");
    writeFileSync(join(folder, "acc"), "");
    symlinkSync(folder, join(folder, "loop"));
    symlinkSync(join(folder, "acc"), join(folder, "linked"));
    symlinkSync(join(folder, "nowhere"), join(folder, "dangling"));

    expect(walkKeys(folder).map(({ key }) => key)).toEqual([
      "acc",
      "dangling",
      "linked",
      "train/loss",
    ]);
    expect(walkKeys(join(folder, "missing"))).toEqual([]);
    expect(listFolders(folder)).toEqual(["loop", "train"]);
  });
});

describe("writing", () => {
  test("a value is replaced without anything else ever lying in its folder", async () => {
    const owner = await makeTempFolder();
    replaceValue(owner, join(owner, "tags", "a", "b"), "one");
    replaceValue(owner, join(owner, "tags", "a", "b"), "two");

    expect(readFileSync(join(owner, "tags", "a", "b"), "utf8")).toBe("two");
    expect(readdirSync(join(owner, "tags", "a"))).toEqual(["b"]);
    expect(readdirSync(owner)).toEqual(["tags"]);
  });

  test("a value that cannot be written leaves nothing behind", async () => {
    const owner = await makeTempFolder();
    mkdirSync(join(owner, "tags", "a"), { recursive: true });

    expect(() => replaceValue(owner, join(owner, "tags", "a"), "x")).toThrow(
      /another key stands in its way/,
    );
    expect(readdirSync(owner)).toEqual(["tags"]);
  });

  test("a meta file is replaced whole", async () => {
    const file = join(await makeTempFolder(), "meta.yaml");
    replaceFile(file, "a: 1\n");
    replaceFile(file, "a: 2\n", { durable: true });

    expect(readFileSync(file, "utf8")).toBe("a: 2\n");
  });
});

describe("locks", () => {
  test("a lock that a killed process left is taken over", async () => {
    const file = join(await makeTempFolder(), "names.lock");
    writeFileSync(file, "1");
    utimesSync(file, 1, 1);

    expect(withLock(file, () => "done")).toBe("done");
  });

  test("a lock is given back when the action throws", async () => {
    const file = join(await makeTempFolder(), "names.lock");
    expect(() =>
      withLock(file, () => {
        throw new Error("no");
      }),
    ).toThrow("no");

    expect(readTextIfThere(file)).toBeUndefined();
  });
});
