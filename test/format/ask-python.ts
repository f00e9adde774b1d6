import { runPython } from "../helpers/python.ts";

/**
 * Lets one Python process answer many questions.
 *
 * @param script - defines `answer(item)`, which returns something that JSON can hold
 */
export async function askPython<Answer>(
  script: string,
  items: readonly unknown[],
): Promise<readonly Answer[]> {
  const output = await runPython(
    `import json, sys
${script}
print(json.dumps([answer(item) for item in json.load(sys.stdin)]))`,
    { input: JSON.stringify(items), timeoutMs: 120_000 },
  );
  return JSON.parse(output) as Answer[];
}
