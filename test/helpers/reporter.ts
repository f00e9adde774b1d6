import type { Reporter, SerializedError, TestModule } from "vitest/node";

/**
 * Prints `N passed, N failed, N skipped` as the last line, for scripts that read logs, and before it each test that passed
 * only at its second try. A file that does not load and an error outside of any test count as failures.
 */
export default class CountReporter implements Reporter {
  #lines = ["0 passed, 0 failed, 0 skipped"];

  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly SerializedError[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const count = (state: string): number =>
      tests.filter((test) => test.result().state === state).length;
    const brokenModules = modules.filter((module) => module.errors().length > 0).length;
    const failed = count("failed") + brokenModules + unhandledErrors.length;
    // A test that never came to run, because the run was stopped, is not a passed one.
    const flaky = tests.filter((test) => test.diagnostic()?.flaky);
    this.#lines = [
      ...flaky.map(
        (test) =>
          `FLAKY, passed when tried again: ${test.module.relativeModuleId} > ${test.fullName}`,
      ),
      `${count("passed")} passed, ${failed} failed, ${count("skipped") + count("pending")} skipped`,
    ];
    // The default reporter prints its summary in the same event.
    setImmediate(() => process.stdout.write(`${this.#lines.join("\n")}\n`));
  }
}
