import type { IncomingMessage } from "node:http";

export interface GuardOptions {
  /** Further host names that may be asked for, `*` for all; patterns with `*` as MLflow's `--allowed-hosts`. */
  readonly allowedHosts?: readonly string[];
  /** Further origins whose pages may write, such as `https://lab.example.org`. */
  readonly corsAllowedOrigins?: readonly string[];
  /** `SAMEORIGIN` by default; `NONE` lets any page show this one in a frame. */
  readonly xFrameOptions?: "SAMEORIGIN" | "DENY" | "NONE";
}

/** What a refused request is answered. */
export interface Refusal {
  readonly status: number;
  readonly text: string;
}

/** Private networks, as in MLflow: only a page that has been rebound to such an address would name another host. */
const PRIVATE_HOST =
  /^(localhost|127\.0\.0\.1|\[::1\]|0\.0\.0\.0|10\.[\d.]+|192\.168\.[\d.]+|172\.(1[6-9]|2\d|3[01])\.[\d.]+|\[f[cd]00:.*\])$/i;
const LOCAL_ORIGIN = /^https?:\/\/(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/i;
const ALWAYS_OPEN = new Set(["/health", "/version"]);
const READ_METHODS = new Set(["GET", "HEAD", "OPTIONS"]);

/**
 * Decides whether a request may pass: its Host must be ours (a page whose name was rebound to this machine has its
 * own), and what writes must not come from a foreign page.
 *
 * @see MLflow 3.17 `mlflow.server.security`
 */
export function checkRequest(
  request: IncomingMessage,
  path: string,
  options: GuardOptions = {},
): Refusal | undefined {
  const host = request.headers.host ?? "";
  if (!ALWAYS_OPEN.has(path) && !isAllowedHost(host, options.allowedHosts ?? [])) {
    return { status: 403, text: "Invalid Host header - possible DNS rebinding attack detected" };
  }
  const { origin } = request.headers;
  if (origin === undefined || READ_METHODS.has(request.method ?? "GET")) return undefined;
  if (isAllowedOrigin(origin, host, options.corsAllowedOrigins ?? [])) return undefined;
  return { status: 403, text: "Cross-origin request blocked" };
}

/** Whether a page of this origin may read answers and write. */
export function isAllowedOrigin(origin: string, host: string, allowed: readonly string[]): boolean {
  return (
    allowed.includes("*") ||
    allowed.includes(origin) ||
    LOCAL_ORIGIN.test(origin) ||
    origin === `http://${host}` ||
    origin === `https://${host}`
  );
}

/** Headers of every answer: what browsers may do with it, and which other pages may read it. */
export function securityHeaders(
  request: IncomingMessage,
  options: GuardOptions = {},
): Readonly<Record<string, string>> {
  const { origin, host = "" } = request.headers;
  const frame = options.xFrameOptions ?? "SAMEORIGIN";
  const mayRead =
    origin !== undefined && isAllowedOrigin(origin, host, options.corsAllowedOrigins ?? []);
  return {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    ...(frame !== "NONE" && { "X-Frame-Options": frame }),
    ...(mayRead && {
      "Access-Control-Allow-Origin": origin,
      "Access-Control-Allow-Credentials": "true",
      "Access-Control-Allow-Methods": "GET, POST, PUT, PATCH, DELETE, OPTIONS",
      "Access-Control-Allow-Headers":
        request.headers["access-control-request-headers"] ?? "Content-Type, Authorization",
      Vary: "Origin",
    }),
  };
}

/** Whether a request only asks what it may ask. */
export function isPreflight(request: IncomingMessage, path: string): boolean {
  return request.method === "OPTIONS" && /^\/(ajax-)?api\//.test(path);
}

/** The policy of the viewer's page: it loads and asks nothing but this server. */
export const PAGE_POLICY: string = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "media-src 'self'",
  "font-src 'self'",
  "connect-src 'self'",
  "worker-src 'self'",
  "frame-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'self'",
  "require-trusted-types-for 'script'",
].join("; ");

function isAllowedHost(host: string, allowed: readonly string[]): boolean {
  const name = host.replace(/:\d+$/, "");
  if (PRIVATE_HOST.test(name)) return true;
  return allowed.some((pattern) => matches(pattern, host) || matches(pattern, name));
}

function matches(pattern: string, host: string): boolean {
  const expression = pattern.split("*").map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${expression.join(".*")}$`, "i").test(host);
}
