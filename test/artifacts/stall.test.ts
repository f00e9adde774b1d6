import { PassThrough, Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { failOnStall, withinTime } from "../../lib/artifacts/stall.ts";

test("a stream that goes on is passed on", async () => {
  expect(await text(failOnStall(Readable.from(["a", "b"]), "it", 50))).toBe("ab");
});

test("a stream that stops without an end is an error, and is closed", async () => {
  const source = new PassThrough();
  source.write("half");

  await expect(text(failOnStall(source, "'file' in gs://bucket", 50))).rejects.toMatchObject({
    errorCode: "TEMPORARILY_UNAVAILABLE",
    message: "Nothing came for 50 ms: 'file' in gs://bucket",
  });
  expect(source.destroyed).toBe(true);
});

test("a stream that ends before its end is an error", async () => {
  const source = new PassThrough();
  source.write("half");
  const reading = text(failOnStall(source, "it", 1_000));
  source.destroy(new Error("aborted"));

  await expect(reading).rejects.toThrow("aborted");
});

test("a slow reader is no stall", async () => {
  const guarded = failOnStall(Readable.from([Buffer.alloc(100_000, "x"), "y"]), "it", 40);
  await sleep(150);

  expect((await text(guarded)).length).toBe(100_001);
});

test("an answer that does not come in time is an error", async () => {
  await expect(withinTime(new Promise(() => undefined), "it", 20)).rejects.toThrow(
    "Nothing came for 20 ms: it",
  );
  expect(await withinTime(Promise.resolve(1), "it", 20)).toBe(1);
});
