import { symlink } from "node:fs/promises";
import { join } from "node:path";
import { type Damage, write } from "./damage.ts";
import { METRIC_LINES, soundLoggedModel, soundRun } from "./sound.ts";

const NO_UTF8 = Buffer.from([0x30, 0x2e, 0xff, 0xfe, 0x31]);

/** A damage to the metric file `loss`, whose line `line` is bad (none: the whole file). */
function badMetric(name: string, lines: readonly string[], line?: number): Damage {
  return {
    name,
    seenBy: "reading",
    apply: async (root) => {
      const path = `${await soundRun(root, name)}/metrics/loss`;
      await write(root, path, lines.join("\n"));
      return [{ path, line }];
    },
  };
}

/** A file in a run that should not be as it is, or not be there. */
function badFile(name: string, file: string, content: string | Buffer, line?: number): Damage {
  return {
    name,
    seenBy: "reading",
    apply: async (root) => {
      const path = `${await soundRun(root, name)}/${file}`;
      await write(root, path, content);
      return [{ path, line }];
    },
  };
}

function badLink(folder: string): Damage {
  const name = `link to nowhere in ${folder}`;
  return {
    name,
    seenBy: "reading",
    apply: async (root) => {
      const path = `${await soundRun(root, name)}/${folder}/link`;
      await symlink("gone", join(root, path));
      return [{ path }];
    },
  };
}

const [first, second, third] = METRIC_LINES;

export const VALUE_DAMAGES: readonly Damage[] = [
  badMetric("empty metric", []),
  badMetric("metric line of four fields", [first, second, `${third} extra`, ""], 3),
  badMetric("metric line of one field", [first, "1700000002000", third, ""], 2),
  badMetric("blank line in a metric", [first, "", third, ""], 2),
  badMetric("metric value that is no number", [first, "1700000002000 los 1", ""], 2),
  badMetric("metric with a fraction for a time", ["1700000001000.5 1.5 0", second, ""], 1),
  badMetric("metric with a fraction for a step", [first, second, "1700000003000 1.125 2.5", ""], 3),
  badMetric("metric whose fields are apart by a tab", [first, "1700000002000\t1.25\t1", ""], 2),
  // A machine that loses power may leave a file longer than what was written.
  badMetric("metric that ends in zero bytes", [first, second, "\0\0\0\0"], 3),
  badMetric("metric whose last line is half written", [first, second, "17000000"], 3),
  badMetric("metric with a byte order mark", [`\ufeff${first}`, second, ""], 1),
  badFile(
    "metric that is not utf-8",
    "metrics/loss",
    Buffer.concat([Buffer.from(`${first}\n`), NO_UTF8]),
    2,
  ),
  badFile("keep file of git among the metrics", "metrics/.gitkeep", ""),
  badFile("swap file of an editor among the metrics", "metrics/.loss.swp", "b0VIM 9.0\0\0\0", 1),
  badLink("metrics"),

  badFile("param that is not utf-8", "params/lr", NO_UTF8),
  badFile("param with a name that MLflow forbids", "params/lr~", "0.1"),
  badLink("params"),

  badFile("tag that is not utf-8", "tags/note", NO_UTF8),
  badFile("tag with a name that MLflow forbids", "tags/note~", "x"),
  badLink("tags"),

  {
    name: "metric of a logged model without its run",
    seenBy: "reading",
    apply: async (root) => {
      const path = `${await soundLoggedModel(root, "metric without run")}/metrics/acc`;
      await write(root, path, "1700000001000 0.5 0\n");
      return [{ path, line: 1 }];
    },
  },
];
