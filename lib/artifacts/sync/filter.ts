import { invalidParameter } from "../../errors.ts";

/** A pattern that takes files, or leaves them out. */
export interface FilterRule {
  readonly take: boolean;
  /** `*`, `?`, `[a-z]` within a name, `**` over folders. With a slash from the root on; without one any name on the way. */
  readonly glob: string;
}

/**
 * Makes of rules a question: is this path meant? The last rule that fits decides. Where none does, a path is meant
 * unless the first rule takes: naming what to take leaves out the rest.
 */
export function pathFilter(rules: readonly FilterRule[]): (path: string) => boolean {
  const compiled = rules.map(({ take, glob }) => ({ take, pattern: compile(glob) }));
  const otherwise = rules[0]?.take !== true;
  return (path) => compiled.findLast(({ pattern }) => pattern.test(path))?.take ?? otherwise;
}

/** A pattern that fits a folder fits all that is in it. */
function compile(glob: string): RegExp {
  const isAnchored = glob.replace(/\/$/, "").includes("/");
  const text = glob.replace(/^\/|\/$/g, "");
  if (text === "") throw invalidParameter(`Invalid pattern: '${glob}'`);
  const pattern = text.replace(TOKEN, translate);
  return new RegExp(`${isAnchored ? "^" : "^(?:.*/)?"}${pattern}(?:/.*)?$`, "su");
}

const TOKEN = /\*\*\/|\*\*|\*|\?|\[!?[^\]/]+\]|[\s\S]/gu;

function translate(token: string): string {
  if (token === "**/") return "(?:.*/)?";
  if (token === "**") return ".*";
  if (token === "*") return "[^/]*";
  if (token === "?") return "[^/]";
  if (token.length > 1 && token.startsWith("[")) {
    return `[${token
      .slice(1, -1)
      .replace(/^!/, "^")
      .replace(/[\\[\]&|~]/g, "\\$&")}]`;
  }
  return token.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
}
