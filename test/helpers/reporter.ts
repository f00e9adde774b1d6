import type { Reporter, SerializedError, TestModule } from "vitest/node";

/**
 * Prints `N passed, N failed, N skipped` as the last line, for scripts that read logs.
 * A file that does not load and an error outside of any test count as failures.
 */
export default class CountReporter implements Reporter {
  #line = "0 passed, 0 failed, 0 skipped";

  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly SerializedError[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const count = (state: string): number =>
      tests.filter((test) => test.result().state === state).length;
    const brokenModules = modules.filter((module) => module.errors().length > 0).length;
    const failed = count("failed") + brokenModules + unhandledErrors.length;
    // A test that never came to run, because the run was stopped, is not a passed one.
    this.#line = `${count("passed")} passed, ${failed} failed, ${count("skipped") + count("pending")} skipped`;
    // The default reporter prints its summary in the same event.
    setImmediate(() => process.stdout.write(`${this.#line}\n`));
  }
}
