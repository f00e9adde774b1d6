import type { Signal } from "@preact/signals";
import type { ComponentChildren, JSX } from "preact";
import { useEffect } from "preact/hooks";
import type { ExperimentEntry } from "../../lib/wire/data-files.ts";
import { manifest } from "../data/live.ts";
import { formatCount, plural, shortPath } from "../format.ts";
import { activeExperiments, experimentIdsOf } from "../state/experiments.ts";
import { experimentsHref, modelsHref, runsHref, tracesHref, treeHref } from "../state/links.ts";
import { openPalette } from "../state/overlay.ts";
import { rootOf } from "../state/roots.ts";
import { route } from "../state/route.ts";
import { parseIds } from "../state/url.ts";
import { TEXTS } from "../texts.ts";
import { Button } from "./Button.tsx";
import { Icon, type IconName, Logo } from "./Icon.tsx";
import { SettingsMenu } from "./SettingsMenu.tsx";
import "./NavPanel.css";

/** More experiments than fit at a glance are on their own page. */
const SHOWN_EXPERIMENTS = 16;

/** Navigation at the left; a rail of icons where there is less room; a drawer on a phone. */
export function NavPanel({ isOpen }: { isOpen: Signal<boolean> }): JSX.Element {
  const data = manifest.value;
  const all = activeExperiments.value;
  const current = currentExperiments();
  const shown = all.filter((e, i) => i < SHOWN_EXPERIMENTS || current.has(e.experimentId));
  return (
    <>
      <Button
        class="nav-opener"
        kind="quiet"
        icon="menu"
        label={TEXTS.openNavigation}
        expanded={isOpen.value}
        onClick={() => {
          isOpen.value = true;
        }}
      />
      {isOpen.value && <DrawerCurtain isOpen={isOpen} />}
      <nav class={isOpen.value ? "nav nav-open" : "nav"} aria-label={TEXTS.navigation}>
        <a class="nav-brand" href={experimentsHref()} aria-label={TEXTS.product}>
          <Logo />
          <span class="nav-word">{TEXTS.product}</span>
        </a>
        <button type="button" class="nav-item nav-find" onClick={openPalette} title={TEXTS.goTo}>
          <Icon name="search" />
          <span class="nav-name">{TEXTS.goTo}</span>
          <kbd>Ctrl K</kbd>
        </button>
        <h2 class="nav-head">{TEXTS.experiments}</h2>
        <div class="nav-list">
          <NavLink
            class="nav-rail-only"
            href={experimentsHref()}
            icon="flask"
            label={TEXTS.experiments}
            isCurrent={route.value.path[0] === "experiments"}
          />
          {shown.map((experiment) => (
            <ExperimentLink
              key={`${experiment.root}/${experiment.experimentId}`}
              experiment={experiment}
              isCurrent={current.has(experiment.experimentId)}
            />
          ))}
          {all.length > shown.length && (
            <a class="nav-item nav-more" href={experimentsHref()}>
              {TEXTS.allExperimentsCount(formatCount(all.length))}
            </a>
          )}
        </div>
        <h2 class="nav-head">{TEXTS.tree}</h2>
        {data?.features.registry && (
          <NavLink href={modelsHref()} icon="box" label={TEXTS.models} isCurrent={isAt("models")} />
        )}
        <TracesLink />
        <NavLink href={treeHref()} icon="pulse" label={TEXTS.health} isCurrent={isAt("tree")}>
          {data !== null && data.problemCount > 0 && (
            <span
              class="nav-count nav-warn"
              title={data.mode === "live" ? TEXTS.problemsMet : undefined}
            >
              {plural(data.problemCount, "problem")}
            </span>
          )}
        </NavLink>
        <div class="spacer" />
        <RootNote />
      </nav>
    </>
  );
}

function ExperimentLink(props: { experiment: ExperimentEntry; isCurrent: boolean }): JSX.Element {
  const { experimentId, name, runCount } = props.experiment;
  const root = rootOf(experimentId);
  return (
    <a
      class="nav-item nav-experiment"
      href={runsHref(experimentId)}
      title={root === "" ? name : `${name}, ${root}`}
      aria-current={props.isCurrent ? "page" : undefined}
    >
      <span class="nav-name">{name}</span>
      {root !== "" && <span class="nav-of-root">{root}</span>}
      <span class="nav-count">{formatCount(runCount)}</span>
    </a>
  );
}

function TracesLink(): JSX.Element | null {
  const traced = activeExperiments.value.find((experiment) => experiment.traceCount > 0);
  if (traced === undefined) return null;
  const count = activeExperiments.value.reduce((sum, experiment) => sum + experiment.traceCount, 0);
  return (
    <NavLink
      href={tracesHref(traced.experimentId)}
      icon="trace"
      label={TEXTS.traces}
      isCurrent={route.value.path[2] === "traces"}
    >
      <span class="nav-count">{formatCount(count)}</span>
    </NavLink>
  );
}

interface NavLinkProps {
  readonly href: string;
  readonly icon: IconName;
  readonly label: string;
  readonly isCurrent: boolean;
  readonly class?: string;
  readonly children?: ComponentChildren;
}

function NavLink(props: NavLinkProps): JSX.Element {
  return (
    <a
      class={`nav-item ${props.class ?? ""}`}
      href={props.href}
      title={props.label}
      aria-current={props.isCurrent ? "page" : undefined}
    >
      <Icon name={props.icon} />
      <span class="nav-name">{props.label}</span>
      {props.children}
    </a>
  );
}

/** Which tree this is, and what may be done with it. */
function RootNote(): JSX.Element | null {
  const data = manifest.value;
  if (data === null) return null;
  const [first] = data.roots;
  const label =
    data.roots.length === 1 ? shortPath(first?.label ?? "") : plural(data.roots.length, "root");
  const kind =
    data.mode === "static" ? TEXTS.staticExport : data.readOnly ? TEXTS.readOnly : TEXTS.readWrite;
  return (
    <div class="nav-root">
      <span class="nav-root-words" title={data.roots.map((root) => root.label).join("\n")}>
        <b class="cut">{label}</b>
        {kind}
      </span>
      <SettingsMenu />
    </div>
  );
}

/** Closes the drawer on a click beside it and on Escape. */
function DrawerCurtain({ isOpen }: { isOpen: Signal<boolean> }): JSX.Element {
  const close = (): void => {
    isOpen.value = false;
  };
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.key === "Escape") close();
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, []);
  return <div class="nav-curtain" onClick={close} aria-hidden="true" />;
}

function currentExperiments(): ReadonlySet<string> {
  const [page, ids = ""] = route.value.path;
  if (page === "experiments") return new Set(ids === "all" ? [] : experimentIdsOf(ids));
  return new Set(parseIds(route.value.query.get("experiments")));
}

function isAt(page: string): boolean {
  return route.value.path[0] === page;
}
