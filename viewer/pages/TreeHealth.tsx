import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import type { TreeFile } from "../../lib/wire/data-files.ts";
import { rootedId } from "../../lib/wire/rooted-id.ts";
import { Button } from "../components/Button.tsx";
import { ErrorState } from "../components/EmptyState.tsx";
import { HealthList } from "../components/HealthList.tsx";
import { Icon } from "../components/Icon.tsx";
import { copyText } from "../components/Toast.tsx";
import { getTree } from "../data/client.ts";
import { connection, manifest, noteProblemCount, refresh } from "../data/live.ts";
import { useData } from "../data/use-data.ts";
import { formatAgo, formatTimeFull, plural } from "../format.ts";
import { isProbablyDead, runNameOf } from "../run/facts.ts";
import { compareHref, runHref, runsHref } from "../state/links.ts";
import { useNow } from "../state/now.ts";
import { useTitle } from "../state/title.ts";
import { RUN_TEXTS } from "../texts/run.ts";
import { HEALTH_TEXTS as TEXTS } from "../texts/tree.ts";
import "./TreeHealth.css";

/** What was read from where, and what could not be read: with the reason and what mends it. */
export function TreeHealth(): JSX.Element {
  useTitle(TEXTS.title);
  const { data, error } = useData("tree", (signal) => getTree({ signal }));
  const known = manifest.value?.problemCount;
  useEffect(() => {
    if (data !== null) noteProblemCount(data.problems.length + data.duplicateRunIds.length);
  }, [data, known]);
  if (error !== null && data === null) return <ErrorState error={error} />;
  return (
    <>
      <header class="page-head">
        <h1>{TEXTS.title}</h1>
        <span class="spacer" />
        <Button icon="refresh" onClick={() => void refresh()}>
          {TEXTS.refresh}
        </Button>
      </header>
      <div class="page-body tree-body">
        {data === null ? <div aria-busy="true" /> : <Report tree={data} />}
      </div>
    </>
  );
}

function Report({ tree }: { tree: TreeFile }): JSX.Element {
  const now = useNow();
  const roots = manifest.value?.roots ?? [];
  const { counts } = tree;
  const dead = tree.running.filter(({ lastWrite }) => isProbablyDead(lastWrite, now));
  return (
    <>
      <dl class="tree-facts">
        {roots.map(({ label, key, problem }) => (
          <div key={label}>
            <dt>{key === "" ? TEXTS.root : TEXTS.rootNamed(key)}</dt>
            <dd class="mono">{label}</dd>
            {problem === undefined ? (
              <dd class="faint" title={tree.readAt > 0 ? formatTimeFull(tree.readAt) : undefined}>
                {/* An export does not say when it was made: its bytes are the same for the same tree. */}
                {tree.readAt > 0 && `${TEXTS.read(formatAgo(tree.readAt, now))}, `}
                {TEXTS.followed[connection.value]}
              </dd>
            ) : (
              <dd class="tree-unopened">{TEXTS.unopened}</dd>
            )}
          </div>
        ))}
        <div>
          <dt>{TEXTS.counts(roots.length)}</dt>
          <dd>
            <b>{plural(counts.experiments, "experiment")}</b>, <b>{plural(counts.runs, "run")}</b>
          </dd>
          <dd class="faint">
            {plural(counts.registeredModels, "registered model")}, {plural(counts.traces, "trace")}
          </dd>
        </div>
      </dl>
      {tree.problems.length === 0 ? (
        <p class="tree-sound">
          <Icon name="check" /> {TEXTS.noProblems}
        </p>
      ) : (
        <Problems tree={tree} />
      )}
      <HealthList
        title={TEXTS.moved}
        count={plural(tree.moved.length, "experiment")}
        help={
          <>
            {TEXTS.movedHelp} <code class="mono">mlruns relocate {roots[0]?.label}</code>{" "}
            {TEXTS.movedMending}
          </>
        }
        items={tree.moved}
        line={({ experimentId, name, recorded }) => ({
          key: experimentId,
          shown: (
            <>
              <a class="link" href={runsHref(experimentId)}>
                {name}
              </a>
              <span class="faint mono">{recorded}</span>
            </>
          ),
        })}
      />
      <HealthList
        title={TEXTS.dead}
        count={plural(dead.length, "run")}
        help={TEXTS.deadHelp}
        items={dead}
        line={(run) => ({
          key: run.runId,
          shown: (
            <>
              <a class="link" href={runHref(run.experimentId, run.runId)}>
                {runNameOf(run)}
              </a>
              <span class="faint" title={formatTimeFull(run.lastWrite)}>
                {RUN_TEXTS.lastWrite(formatAgo(run.lastWrite, now))}
              </span>
            </>
          ),
        })}
      />
      <HealthList
        title={TEXTS.duplicates}
        count={plural(tree.duplicateRunIds.length, "run")}
        help={TEXTS.duplicatesHelp}
        items={tree.duplicateRunIds}
        line={({ runId, roots: where }) => ({
          key: runId,
          shown: (
            <>
              <a class="link mono" href={compareHref(copiesOf(runId, where), [])}>
                {runId}
              </a>
              <span class="faint">{where.map((root) => roots[root]?.key).join(", ")}</span>
            </>
          ),
        })}
      />
      <p class="tree-note">{TEXTS.noChange}</p>
    </>
  );
}

/** The ids of a run in each of its roots. */
function copiesOf(runId: string, roots: readonly number[]): string[] {
  const all = manifest.peek()?.roots ?? [];
  return roots.map((root) => rootedId(runId, root === 0 ? "" : (all[root]?.key ?? "")));
}

function Problems({ tree }: { tree: TreeFile }): JSX.Element {
  const roots = manifest.value?.roots ?? [];
  const hasFixes = tree.problems.some(({ fix }) => fix !== undefined);
  return (
    <section>
      <h2 class="tree-heading">
        {TEXTS.problems} <span class="faint">{TEXTS.problemsCount(tree.problems.length)}</span>
      </h2>
      <p class="muted">
        <code class="mono">mlruns doctor {manifest.value?.roots[0]?.label}</code> {TEXTS.mending}
      </p>
      <div class="tree-scroll">
        <table class="tree-table">
          <thead>
            <tr>
              {roots.length > 1 && <th scope="col">{TEXTS.root}</th>}
              <th scope="col">{TEXTS.path}</th>
              <th scope="col">{TEXTS.message}</th>
              {hasFixes && <th scope="col">{TEXTS.fix}</th>}
            </tr>
          </thead>
          <tbody>
            {tree.problems.map(({ root, path, line, message, fix }) => (
              <tr key={`${root}/${path}:${line}:${message}`}>
                {roots.length > 1 && <td>{roots[root]?.key}</td>}
                <th scope="row" class="mono">
                  <button type="button" class="tree-path" onClick={() => void copyText(path)}>
                    {path}
                  </button>
                  {line !== undefined && <span class="faint"> {TEXTS.line(line)}</span>}
                </th>
                <td>{message}</td>
                {hasFixes && <td>{fix}</td>}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
