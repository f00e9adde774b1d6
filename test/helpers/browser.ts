import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { CHROMIUM_FLAGS, ensureChromium } from "../../.ci/ensure.mjs";
import { afterFile, afterUse } from "./cleanup.ts";

const executablePath = await ensureChromium();

const FLAGS = [
  ...CHROMIUM_FLAGS,
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  // Nothing but this machine can be reached, whatever a page asks for.
  "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
];

let browser: Promise<Browser> | undefined;

export interface OpenPageOptions {
  readonly viewport?: BrowserContextOptions["viewport"];
  /** `dark`, `light`: what `prefers-color-scheme` says. */
  readonly colorScheme?: BrowserContextOptions["colorScheme"];
  /** The system's few colours instead of the page's. */
  readonly forcedColors?: "active";
  /** A reader who lets no script run. */
  readonly withoutScripts?: boolean;
  /** Problems that this test provokes on purpose. */
  readonly allow?: RegExp;
}

export interface OpenedPage {
  readonly page: Page;
  /**
   * Console errors, uncaught errors, violations of the page's policy and requests to other hosts so far. What is still
   * here when the page is closed fails the test.
   */
  readonly problems: string[];
}

/**
 * Opens a URL in a fresh profile of headless Chromium.
 *
 * When the test is over the page is closed, and the test fails if there was any problem: a console error, an uncaught
 * error, a violation of the content security policy, a crash or a request to another origin.
 */
export async function openPage(url: string, options: OpenPageOptions = {}): Promise<OpenedPage> {
  const context = await (await sharedBrowser()).newContext({
    viewport: options.viewport ?? { width: 1440, height: 900 },
    colorScheme: options.colorScheme ?? "light",
    forcedColors: options.forcedColors ?? "none",
    javaScriptEnabled: options.withoutScripts !== true,
    reducedMotion: "reduce",
    acceptDownloads: true,
  });
  const problems: string[] = [];
  const report = (problem: string): void => {
    if (!options.allow?.test(problem)) problems.push(problem);
  };
  const { origin } = new URL(url);
  // Chromium tells of policy violations and failed loads as console errors.
  context.on("console", (message) => {
    if (message.type() === "error")
      report(`console: ${message.text()} (${message.location().url})`);
  });
  context.on("weberror", (error) => report(`uncaught: ${oneLine(error.error())}`));
  context.on("request", (request) => {
    const requested = new URL(request.url());
    if (/^(http|ws)s?:$/.test(requested.protocol) && requested.origin !== origin) {
      report(`foreign request: ${request.url()} (${request.frame().url()})`);
    }
  });
  const page = await context.newPage();
  page.on("crash", () => report("the page crashed"));
  afterUse(async () => {
    await context.close();
    if (problems.length > 0) throw new Error(`Problems in the page:\n${problems.join("\n")}`);
  });
  await page.goto(url);
  // Rows may be there before what answers to keys and clicks.
  if (options.withoutScripts !== true) {
    await page.locator(".app[aria-busy]").waitFor({ state: "detached" });
  }
  return { page, problems };
}

/** One browser a test file, closed at its end. */
function sharedBrowser(): Promise<Browser> {
  if (browser === undefined) {
    const launched = chromium.launch({ executablePath, args: FLAGS });
    afterFile(async () => (await launched).close());
    browser = launched;
  }
  return browser;
}

/** Vitest would take the page's stack for one of its own and look for the files. */
function oneLine(error: Error): string {
  return (error.stack ?? error.message).replaceAll(/\n\s*at /g, " < ");
}
