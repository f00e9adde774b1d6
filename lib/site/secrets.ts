import { chosenRuns } from "./chosen.ts";
import type { Site, SiteContext } from "./context.ts";

/** Names under which people log what they should not. */
const SECRET_NAME =
  /(^|[._/\- ])(token|password|passwd|secret|api[_-]?key|access[_-]?key|private[_-]?key|credential)s?($|[._/\- ])/i;
/** Values that are secrets whatever their name: keys of clouds and hubs, tokens in URLs. */
const SECRET_VALUE =
  /AKIA[0-9A-Z]{16}|ghp_[A-Za-z0-9]{30,}|hf_[A-Za-z0-9]{30,}|sk-[A-Za-z0-9]{20,}|-----BEGIN [A-Z ]*PRIVATE KEY|:\/\/[^/\s:@]+:[^/\s:@]+@/;

/** Params and tags of published runs that look like secrets, each as `run <id>, param <key>`. */
export async function findSecrets({ roots }: Site): Promise<string[]> {
  return (await Promise.all(roots.map(findInRoot))).flat();
}

async function findInRoot(context: SiteContext): Promise<string[]> {
  const { client, scope, id } = context;
  const found: string[] = [];
  for (const { experimentId } of (await client.scanExperiments("ALL")).experiments) {
    if (!scope.includes(experimentId)) continue;
    for (const { run } of (await chosenRuns(context, experimentId)).records) {
      const kinds = [
        ["param", run.data.params],
        ["tag", scope.tags(run.data.tags)],
      ] as const;
      for (const [kind, values] of kinds) {
        for (const [key, value] of Object.entries(values)) {
          const isSecret = value !== "" && (SECRET_NAME.test(key) || SECRET_VALUE.test(value));
          if (isSecret) found.push(`run ${id(run.info.runId)}, ${kind} ${key}`);
        }
      }
    }
  }
  return found;
}
