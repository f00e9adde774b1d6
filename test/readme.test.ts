import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { COMMANDS } from "../lib/cli/commands/table.ts";
import { ActiveRun, MlrunsClient } from "../lib/index.ts";
import { ENDPOINTS } from "../lib/server/endpoints/table.ts";
import { unsupportedEndpoints } from "../lib/server/endpoints/unsupported.ts";
import { repoRoot } from "./helpers/paths.ts";

let readme: string;

beforeAll(async () => {
  readme = await readFile(join(repoRoot, "README.md"), "utf8");
});

/** The text below a heading, up to the next one of its level. */
function section(title: string): string {
  const [, text] = readme.split(`\n## ${title}\n`);
  return text?.split("\n## ")[0] ?? "";
}

function methodsOf(type: { prototype: object }): string[] {
  const names = new Set<string>();
  for (let at = type.prototype; at !== Object.prototype; at = Object.getPrototypeOf(at) as object) {
    for (const name of Object.getOwnPropertyNames(at)) names.add(name);
  }
  names.delete("constructor");
  return [...names].sort();
}

describe("the README", () => {
  test("lists every command with its description, and no other", async () => {
    const rows = [
      ...section("The command line").matchAll(/^\| `mlruns ([a-z-]+)[^`]*` \| (.+) \|$/gm),
    ];
    const commands = await Promise.all(
      Object.entries(COMMANDS).map(async ([name, load]) => [name, (await load()).description()]),
    );

    expect(rows.map(([, name, description]) => [name, description])).toEqual(commands);
  });

  test("leads to a page that lists every endpoint, and no other", async () => {
    const [, page = ""] = section("The REST API").match(/\[Every endpoint\]\((\S+)\)/) ?? [];
    const text = await readFile(join(repoRoot, page), "utf8");
    const listed = [...text.matchAll(/^(GET|POST|PUT|PATCH|DELETE) +(\/\S+)$/gm)];
    const supported = ENDPOINTS.filter((endpoint) => !unsupportedEndpoints.includes(endpoint));

    expect(listed.map(([, method, path]) => `${method} ${path}`).sort()).toEqual(
      [...new Set(supported.map(({ method, path }) => `${method} ${path}`))].sort(),
    );
  });

  test("names every method of the client and of a run", () => {
    const text = section("From TypeScript");
    const missing = [...methodsOf(MlrunsClient), ...methodsOf(ActiveRun)].filter(
      (name) => !text.includes(`\`${name}\``),
    );

    expect(missing).toEqual([]);
  });
});
