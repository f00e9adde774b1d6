import { afterAll, onTestFinished, TestRunner } from "vitest";

const atEndOfFile: (() => Promise<void>)[] = [];

// Vitest loads this module anew for each test file, so the hook belongs to that file.
afterAll(async () => {
  for (const clean of atEndOfFile.reverse()) await clean();
});

/** Runs `clean` when all tests of the file are over. */
export function afterFile(clean: () => Promise<void>): void {
  atEndOfFile.push(clean);
}

/** Runs `clean` when the current test is over or, called from a `beforeAll`, when all tests of the file are. */
export function afterUse(clean: () => Promise<void>): void {
  if (TestRunner.getCurrentTest() === undefined) afterFile(clean);
  else onTestFinished(clean);
}
